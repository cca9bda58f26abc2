# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: ssh_config
version_added: 1.0.0
short_description: Devices as an OpenSSH client configuration
description:
  - Turns devices, as M(community.remoteit.remoteit_device_info) lists them, into the text of an OpenSSH client
    configuration with which C(ssh), C(scp), C(sftp), C(rsync) and C(git) open and close the tunnel to a device themselves.
  - The role P(community.remoteit.ssh_config#role) puts it into place.
  - Each service has a name that never changes, such as C(remoteit-8000000000000091), under which its host key is known.
    Besides, it has the name of its device, or if the device has several services, the names of both, in lower case.
    Whatever is not a letter from a to z, a digit or an underscore becomes a dash, so that no device can take the place of a
    host in the DNS. Where several services would have the same name, the id is added to it.
  - Services that the access key may not connect to are left out.
options:
  _input:
    description:
      - The devices. All their services are taken for SSH, so list them with
        O(community.remoteit.remoteit_device_info#module:application=ssh).
    type: list
    elements: dict
    required: true
  options:
    description:
      - Options of OpenSSH for all devices, such as C(User). See C(man ssh_config). A list repeats the option.
      - What leads SSH to the right device cannot be set, such as C(HostName) and C(ProxyCommand).
    type: dict
    default: {}
  prefix:
    description:
      - A text that the name of each device begins with, made of lower-case letters, digits, underscores and dashes.
    type: str
    default: ""
  api_options:
    description:
      - How the tunnels are opened. Any of C(access), C(client_ip), and the options of
        M(community.remoteit.remoteit_connection) that say how remote.it is reached, except for keys and secrets.
    type: dict
    default: {}
  fdpass:
    description:
      - Whether OpenSSH gets the tunnel as a socket from the program that it starts, which then ends. Clients that know
        nothing of that, such as C(paramiko), C(asyncssh) and C(plink), talk to the program instead, as long as they live.
      - Set it to V(false) for C(libssh), which cannot be told from OpenSSH.
    type: bool
    default: true
positional: options, prefix, api_options, fdpass
seealso:
  - plugin: community.remoteit.ssh_config
    plugin_type: role
  - module: community.remoteit.remoteit_device_info
author:
  - community.remoteit contributors (@ansible-collections)
"""

EXAMPLES = r"""
- name: Write an SSH configuration for the kitchen
  hosts: localhost
  gather_facts: false
  tasks:
    - name: List the devices
      community.remoteit.remoteit_device_info:
        name: kitchen
        application: ssh
      register: kitchen

    - name: Write the configuration
      ansible.builtin.copy:
        content: "{{ kitchen.devices | community.remoteit.ssh_config(options={'User': 'pi'}) }}"
        dest: kitchen.conf
        mode: "0600"
"""

RETURN = r"""
_value:
  description:
    - The text of the configuration.
  type: str
  sample: |
    # Written by the role community.remoteit.ssh_config, which overwrites changes.

    Host pi-kitchen remoteit-8000000000000091
      HostName remoteit-8000000000000091
      HostKeyAlias remoteit-8000000000000091
      CheckHostIP no
      ProxyCommand /bin/sh -c '…' /usr/bin/python3 /opt/ansible/ansible_collections/community/remoteit/plugins/plugin_utils/ssh_proxy.py 80:00:00:00:00:00:00:91
      ProxyUseFdpass yes
      User pi
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ansible.errors import AnsibleFilterError
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ..module_utils._base.errors import OptionError
from ..module_utils._model.access import Access
from ..module_utils._ssh.arguments import OPTIONS
from ..module_utils._tasks.argspec import access_argument_spec, api_argument_spec
from ..plugin_utils._ssh import config


def ssh_config(
    devices: Sequence[Mapping[str, Any]],
    options: Mapping[str, Any] | None = None,
    prefix: str = "",
    api_options: Mapping[str, Any] | None = None,
    fdpass: bool = True,
) -> str:
    """The text of an OpenSSH client configuration for *devices*."""
    try:
        return config.ssh_config(devices, options or {}, prefix, _checked(api_options or {}), fdpass)
    except OptionError as error:
        raise AnsibleFilterError(str(error)) from None
    except (KeyError, TypeError, AttributeError):
        raise AnsibleFilterError(
            "ssh_config needs a list of devices, as community.remoteit.remoteit_device_info returns it."
        ) from None


def _checked(options: Mapping[str, Any]) -> dict[str, Any]:
    """The options with their types, without those that are not set. Raises OptionError."""
    known = {**api_argument_spec(), **access_argument_spec()}
    # The program has the same defaults.
    spec = {name: {**one, "default": None} for name, one in known.items() if name in OPTIONS}
    validated = ArgumentSpecValidator(spec).validate(dict(options))
    if validated.error_messages:
        raise OptionError(f"api_options: {'; '.join(validated.error_messages)}")
    checked = {name: value for name, value in validated.validated_parameters.items() if value is not None}
    Access.from_options(checked.get("access"), checked.get("client_ip"), None)
    return checked


class FilterModule:
    """The filter of this file."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """The filters by their names."""
        return {"ssh_config": ssh_config}
