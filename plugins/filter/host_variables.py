# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: host_variables
version_added: 1.0.0
short_description: The variables by which Ansible reaches a host through a connection
description:
  - Turns a connection, as M(community.remoteit.remoteit_connection) returns it, into variables for a host. They are the
    ones that O(community.remoteit.remoteit_connection#module:set_host_vars=true) sets for the play's host.
  - Use it where another host than the play's shall get them, for example with M(ansible.builtin.add_host). Variables in
    C(host_vars) win over those of M(ansible.builtin.add_host), so keep C(ansible_ssh_args) and C(ansible_control_path) out
    of these files. An address there does not matter, because SSH takes it from C(ansible_ssh_args).
options:
  _input:
    description:
      - The connection.
    type: dict
    required: true
  variables:
    description:
      - The variables that the host has, such as C(hostvars[name]). Its own SSH arguments are kept.
    type: dict
    default: {}
  ssh:
    description:
      - Whether the host is reached by SSH. If so, its host key and its control socket are bound to the service, so that no
        other device is ever reached, although proxy addresses are used again.
      - If not, only C(ansible_host) and C(ansible_port) are given.
    type: bool
    default: true
positional: variables, ssh
seealso:
  - module: community.remoteit.remoteit_connection
author:
  - community.remoteit contributors (@ansible-collections)
"""

EXAMPLES = r"""
- name: Open a tunnel for another host
  hosts: localhost
  gather_facts: false
  tasks:
    - name: Open the tunnel
      community.remoteit.remoteit_connection:
        service_id: "{{ hostvars['pi-kitchen'].remoteit_service_id }}"
      register: tunnel

    - name: Let Ansible reach the host through it
      ansible.builtin.add_host: >-
        {{ tunnel.connection | community.remoteit.host_variables(hostvars['pi-kitchen'])
        | combine({'name': 'pi-kitchen'}) }}

- name: Configure it
  hosts: pi-kitchen
  gather_facts: false
  tasks:
    - name: Set the time zone of the login shell
      ansible.builtin.lineinfile:
        path: ~/.profile
        line: export TZ=UTC
        create: true
        mode: "0644"

    - name: Close the tunnel
      community.remoteit.remoteit_connection:
        service_id: "{{ remoteit_service_id }}"
        state: absent
"""

RETURN = r"""
_value:
  description:
    - The variables C(ansible_host) and C(ansible_port). The latter is missing for a reverse proxy, which has no port.
    - With O(ssh=true), also C(ansible_ssh_args) and, where it is needed, C(ansible_control_path).
  type: dict
  sample:
    ansible_host: proxy18.rt3.io
    ansible_port: 38575
    ansible_ssh_args: -o HostKeyAlias=remoteit-8000000000000091 -o CheckHostIP=no -o HostName=proxy18.rt3.io -o Port=38575 -C
    ansible_control_path: "%(directory)s/%%r+41"
"""

from collections.abc import Callable, Mapping
from typing import Any

from ansible.errors import AnsibleFilterError

from ..module_utils._base.errors import OptionError
from ..module_utils._model.connection import REVERSE
from ..plugin_utils._ssh.host_variables import address_variables, configured_ssh_options, ssh_variables


def host_variables(
    connection: Mapping[str, Any], variables: Mapping[str, Any] | None = None, ssh: bool = True
) -> dict[str, Any]:
    """The variables by which Ansible reaches a host that has *variables* through *connection*."""
    variables = variables or {}
    if not isinstance(connection, Mapping) or not connection.get("host"):
        raise AnsibleFilterError(
            "host_variables needs an open connection, as a task of community.remoteit.remoteit_connection returns it."
        )
    try:
        if not ssh:
            return address_variables(connection, variables)
        if connection["type"] == REVERSE:
            raise OptionError(
                f"{connection['service_id']} is an HTTP(S) service behind a reverse proxy, which SSH cannot use: set "
                "ssh=false, or give the id of an SSH service."
            )
        return ssh_variables(connection, variables, configured_ssh_options(variables))
    except OptionError as error:
        raise AnsibleFilterError(str(error)) from None


class FilterModule:
    """The filter of this file."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        """The filters by their names."""
        return {"host_variables": host_variables}
