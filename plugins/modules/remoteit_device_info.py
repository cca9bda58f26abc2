#!/usr/bin/python
# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: remoteit_device_info
version_added: 1.0.0
short_description: List remote.it devices and their services
description:
  - Lists the devices of an account, those that others share with it included, with the services on each of them. It is for
    playbooks that choose devices and services while they run.
  - All filters are applied together. Without any, the whole fleet is listed.
  - Names, tags and attributes are written by the owners of the devices, who may be strangers. Characters that are not
    printable are replaced by escape sequences such as C(\x1b), and names and tags are cut after 200 characters.
  - A device or service that remote.it describes in a way that makes no sense is left out with a warning.
  - The task runs in the controller, like M(community.remoteit.remoteit_connection).
extends_documentation_fragment:
  - community.remoteit._filters
  - community.remoteit._remoteit
  - community.remoteit._attributes
  - community.remoteit._attributes.info_module
  - community.remoteit._attributes.actiongroup_remoteit
attributes:
  async:
    support: full
options:
  timeout:
    description:
      - Seconds that the whole task may take.
    type: float
    default: 60
seealso:
  - module: community.remoteit.remoteit_connection
  - module: community.remoteit.remoteit_device_wait
author:
  - community.remoteit contributors (@ansible-collections)
"""

EXAMPLES = r"""
- name: Find what to connect to
  hosts: localhost
  gather_facts: false
  tasks:
    - name: List the SSH services of the kitchen's devices that are online
      community.remoteit.remoteit_device_info:
        name: kitchen
        application: ssh
        state: online
      register: kitchen

    - name: Open a connection to each
      community.remoteit.remoteit_connection:
        service_id: "{{ item.1.id }}"
      loop: "{{ kitchen.devices | subelements('services') }}"
      loop_control:
        label: "{{ item.0.name }}"

    - name: Close them
      community.remoteit.remoteit_connection:
        service_id: "{{ item.1.id }}"
        state: absent
      loop: "{{ kitchen.devices | subelements('services') }}"
      loop_control:
        label: "{{ item.0.name }}"

    - name: List what others share with us
      community.remoteit.remoteit_device_info:
        shared: true
      register: shared

    - name: Show the names
      ansible.builtin.debug:
        msg: "{{ shared.devices | map(attribute='name') }}"

    - name: List the devices that have both of two tags
      community.remoteit.remoteit_device_info:
        tags: [production, kitchen]
        tags_match: all
"""

RETURN = r"""
devices:
  description:
    - The devices that pass all filters, sorted by name and id.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: The id of the device, in upper case. It is not the id of a service.
      returned: success
      type: str
      sample: "80:00:00:00:00:00:01:00"
    name:
      description: The name of the device. Nothing makes it unique.
      returned: success
      type: str
      sample: pi-kitchen
    online:
      description: Whether the device is online, as far as remote.it knows.
      returned: success
      type: bool
      sample: true
    platform:
      description: The id of the platform.
      returned: success
      type: int
      sample: 1
    platform_name:
      description: The name of the platform, empty if remote.it has none.
      returned: success
      type: str
      sample: Linux
    tags:
      description: The tags that the account has given to the device, sorted.
      returned: success
      type: list
      elements: str
      sample: [kitchen, pi]
    owner:
      description: The e-mail address of the account that owns the device, empty if it is not told.
      returned: success
      type: str
      sample: owner@example.com
    shared:
      description: Whether the device belongs to another account than the one that is listed.
      returned: success
      type: bool
      sample: false
    attributes:
      description: The attributes that were given to the device.
      returned: success
      type: dict
      sample: {rack: 7}
    created:
      description: When the device was registered.
      returned: success
      type: str
      sample: "2024-01-01T00:00:00.000Z"
    last_reported:
      description: When remote.it last heard of the device.
      returned: success
      type: str
      sample: "2026-02-03T04:05:06.000Z"
    external_address:
      description: The address from which the device reaches remote.it.
      returned: success
      type: str
      sample: 198.51.100.7
    hardware_id:
      description:
        - What the software of remote.it on the device calls the machine, often the address of a network card and more.
          C(null) if it is not told.
      returned: success
      type: str
      sample: 02:00:00:00:00:01-1a2b
    version:
      description: The version of that software, C(null) if it is not told.
      returned: success
      type: str
      sample: 5.4.2
    configurable:
      description: Whether that software lets services of the device be added, changed and removed.
      returned: success
      type: bool
      sample: true
    permissions:
      description:
        - What the access key may do with the device, sorted, such as V(VIEW), V(CONNECT) and V(MANAGE).
      returned: success
      type: list
      elements: str
      sample: [CONNECT, MANAGE, VIEW]
    license:
      description: C(LICENSED), C(UNLICENSED) or C(NON_COMMERCIAL). Services of unlicensed devices cannot be connected to.
      returned: success
      type: str
      sample: LICENSED
    organisation:
      description: The id of the account that is listed, C(null) if it is the access key's own.
      returned: success
      type: str
      sample: f0:00:00:00:00:00:00:02
    services:
      description:
        - The services of the device, sorted by name and id. With O(application), only those of one of the applications.
      returned: success
      type: list
      elements: dict
      contains:
        id:
          description: The id of the service, in upper case, as O(community.remoteit.remoteit_connection#module:service_id) takes it.
          returned: success
          type: str
          sample: "80:00:00:00:00:00:01:01"
        name:
          description: The name of the service. Nothing makes it unique.
          returned: success
          type: str
          sample: ssh
        application:
          description: The id of the application.
          returned: success
          type: int
          sample: 28
        application_name:
          description: The name of the application, empty if remote.it has none.
          returned: success
          type: str
          sample: SSH
        protocol:
          description: V(TCP) or V(UDP), empty if it is not told. This collection's connections are TCP.
          returned: success
          type: str
          sample: TCP
        host:
          description:
            - The address that the device connects to, which may be another machine in its network. C(null) if it is not told.
          returned: success
          type: str
          sample: 127.0.0.1
        port:
          description: The port there.
          returned: success
          type: int
          sample: 22
        enabled:
          description: Whether the service accepts connections.
          returned: success
          type: bool
          sample: true
        online:
          description: Whether the service is online, as far as remote.it knows.
          returned: success
          type: bool
          sample: true
        can_connect:
          description: Whether the access key may open connections to the service.
          returned: success
          type: bool
          sample: true
        permissions:
          description: What the access key may do with the service, sorted, such as V(VIEW), V(CONNECT) and V(MANAGE).
          returned: success
          type: list
          elements: str
          sample: [CONNECT, MANAGE, VIEW]
        attributes:
          description: The attributes that were given to the service.
          returned: success
          type: dict
          sample: {}
        link:
          description:
            - The connect link of the service, a URL that stays, see M(community.remoteit.remoteit_connect_link). C(null) if it has
              none, or if remote.it does not tell this access key of it.
          returned: success
          type: dict
          contains:
            url:
              description: The URL.
              returned: success
              type: str
              sample: https://0123456789abcdef.connect.remote.it
            enabled:
              description: Whether it leads to the service.
              returned: success
              type: bool
              sample: true
error:
  description:
    - Why the task failed, for conditions to read, while C(msg) is for people.
    - What Ansible itself fails with before the task begins, such as a host without Python that it is sent to, has none.
  returned: failure
  type: dict
  contains:
    kind:
      description:
        - What it is about. The kinds keep their meaning; later releases may have more of them.
        - V(options) - an option is missing, or has a value that cannot be used.
        - V(credentials) - the access key or the developer key is missing, or is none.
        - V(library) - a Python library is missing, or does not work.
        - V(not_sent) - remote.it could not be reached.
        - V(answer_lost) - no usable answer came back.
        - V(refused) - remote.it answered no. It is about the key if RV(error.status) is V(401) or V(403), about too
          many requests if it is V(429), and about the account, a device or a service if it is V(200). Others are a matter of the URL or of a web
          proxy.
        - V(out_of_time) - O(timeout) was over.
      returned: always
      type: str
      sample: refused
    status:
      description: The HTTP status code of the answer. It is C(null) if there was none.
      returned: always
      type: int
      sample: 200
    reason:
      description: remote.it's own words, empty if it gave none.
      returned: always
      type: str
      sample: service is inactive
"""

from ansible_collections.community.remoteit.plugins.module_utils._tasks.device_info import argument_spec, run
from ansible_collections.community.remoteit.plugins.module_utils._tasks.module import run_module


def main() -> None:
    """Run the module."""
    run_module(run, argument_spec())


if __name__ == "__main__":
    main()
