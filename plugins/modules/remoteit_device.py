#!/usr/bin/python
# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: remoteit_device
version_added: 1.1.0
short_description: Manage the name, the tags, the attributes and the services of a remote.it device, or remove it
description:
  - Gives a device another name, tags, attributes and services, and takes them away.
  - Removes a device that is not used any more. A device is never added, because that is done by its own software.
  - What is left out is not managed.
  - The access key needs the permission C(MANAGE) on the device. For tags and names, remote.it may want C(ADMIN) in the account, which
    is seen only when it refuses, and not in check mode.
  - It asks remote.it by GraphQL, whatever O(api) says.
  - The task runs in the controller, like M(community.remoteit.remoteit_connection).
extends_documentation_fragment:
  - community.remoteit._remoteit
  - community.remoteit._attributes
  - community.remoteit._attributes.actiongroup_remoteit
attributes:
  check_mode:
    support: full
    details:
      - Everything is asked and checked, and nothing is written.
  diff_mode:
    support: full
    details:
      - It shows what the task manages, and nothing else.
  idempotent:
    support: full
  async:
    support: full
options:
  device_id:
    description:
      - The id of the device. Put it in quotes, because YAML takes some ids for numbers.
      - One of O(device_id), O(device) and O(devices) is required.
    type: str
  device:
    description:
      - Instead of O(device_id), the name that the device has, exactly as M(community.remoteit.remoteit_device_info) shows it. Only
        devices count on which the access key has C(MANAGE). If two have this name, none is chosen, and the error lists them.
      - Names are looked up at remote.it each time, which takes a request more.
    type: str
  account:
    description:
      - The account whose tags are meant, and which lists the device, if it is not the access key's own. The id, the e-mail address or
        the name of an organisation in which the user of the access key has a role. It takes a request more.
    type: str
  name: &name
    description:
      - With the id of the device, the name that it shall have.
    type: str
  tags: &tags
    description:
      - Tags that the device shall have, without regard to case and order. Those that the account does not have yet are made, see
        RV(tags_created).
      - Tags can give people access, see the warning that the task gives where the account has custom roles.
    type: list
    elements: str
  purge_tags: &purge_tags
    description:
      - Take away all other tags. With an empty list as O(tags), these are all.
    type: bool
    default: false
  attributes: &attributes
    description:
      - Attributes that the device shall have, JSON values by their names. V(1), V("1") and V(true) are three different values. One that
        is C(null) is removed.
      - Names have no dots and no C($). A dict is set as a whole.
    type: dict
  purge_attributes: &purge_attributes
    description:
      - Remove all other attributes, but for those that begin with C($), which are remote.it's own, and those that have a dot in their
        name, which cannot be named to remote.it.
    type: bool
    default: false
  description: &description
    description:
      - The description that the remote.it application shows. An empty one removes it.
    type: str
  categories: &categories
    description:
      - The texts that the remote.it application shows as categories. An empty one removes it.
    type: dict
    suboptions: &letters
      a:
        description: The first one.
        type: str
      b:
        description: The second one.
        type: str
      c:
        description: The third one.
        type: str
      d:
        description: The fourth one.
        type: str
      e:
        description: The fifth one.
        type: str
  statuses: &statuses
    description:
      - The texts that the remote.it application shows as statuses. An empty one removes it.
    type: dict
    suboptions: *letters
  services: &services
    description:
      - Services that the device shall have. Each is as M(community.remoteit.remoteit_service) describes it, and what is left out of it
        is not managed.
      - Each needs O(services[].name) or O(services[].service_id).
    type: list
    elements: dict
    suboptions:
      service_id:
        description:
          - The id of a service of the device that is there. With O(services[].name), it gets that name.
        type: str
      name:
        description:
          - The name of the service, see O(community.remoteit.remoteit_service#module:name).
        type: str
      application:
        description:
          - The type of the service, by its name or id. It is required for one that is not there yet.
        type: str
      host:
        description:
          - The host that the device connects to. A new service gets V(127.0.0.1), which is the device itself.
        type: str
      port:
        description:
          - The port there. A new service gets the one that O(services[].application) has by default.
        type: int
      enabled:
        description:
          - Whether the service accepts connections. A new one does.
        type: bool
      description:
        description:
          - What the remote.it application shows below its name. An empty one removes it.
        type: str
  purge_services: &purge_services
    description:
      - Remove all other services, after all else was done.
    type: bool
    default: false
  force:
    description:
      - Change, disable or remove services although somebody is connected to them, or although none that is enabled would be left.
        Without it, the task fails then, before it writes anything. It changes nothing of what O(state=absent) takes.
      - What this O(registry) holds open to these services is closed.
    type: bool
    default: false
  devices:
    description:
      - Many devices instead of one, each with its id and with what it is to be like. All are read by one request for each thousand,
        and then changed one after the other.
      - What fails for one device is told in RV(devices), and stops no other. The task fails in the end.
      - O(account), O(force) and O(timeout) are for all of them together. Raise O(timeout) where many are to be changed.
    type: list
    elements: dict
    suboptions:
      device_id:
        description:
          - The id of the device.
        type: str
        required: true
      name: *name
      tags: *tags
      purge_tags: *purge_tags
      attributes: *attributes
      purge_attributes: *purge_attributes
      description: *description
      categories: *categories
      statuses: *statuses
      services: *services
      purge_services: *purge_services
  state:
    description:
      - V(present) makes sure that the device is as described. It fails if the device is not there.
      - V(absent) removes it, which cannot be undone. It takes O(device_id) and O(expect_name), and works only for a device that
        belongs to the account, is offline, has not been heard of for O(min_offline), and has no connections. What else is set is
        ignored then.
      - What this O(registry) holds open to a removed device is closed.
    type: str
    choices:
      - present
      - absent
    default: present
  expect_name:
    description:
      - With O(state=absent), the name that the device must have. It is required then.
    type: str
  min_offline:
    description:
      - With O(state=absent), for how many seconds remote.it must not have heard of the device.
    type: int
    default: 3600
  timeout:
    description:
      - Seconds that the whole task may take.
    type: float
    default: 60
seealso:
  - module: community.remoteit.remoteit_device_info
  - module: community.remoteit.remoteit_service
author:
  - community.remoteit contributors (@ansible-collections)
"""

EXAMPLES = r"""
- name: Describe a device
  hosts: localhost
  gather_facts: false
  tasks:
    - name: Say what it is, and where
      community.remoteit.remoteit_device:
        device: pi-kitchen
        tags: [production, kitchen]
        attributes:
          rack: 7
          tested: null
        description: The one above the door
        categories:
          a: Berlin
      register: kitchen

    - name: Have these tags only
      community.remoteit.remoteit_device:
        device_id: "{{ kitchen.device.id }}"
        tags: [production, kitchen]
        purge_tags: true

    - name: Have these services only
      community.remoteit.remoteit_device:
        device_id: "{{ kitchen.device.id }}"
        services:
          - name: ssh
            application: ssh
          - name: printer
            application: http
            host: 192.168.1.20
        purge_services: true

    - name: Give another one another name
      community.remoteit.remoteit_device:
        device_id: "80:00:00:00:00:00:02:00"
        name: pi-workshop

    - name: Describe several at once
      community.remoteit.remoteit_device:
        devices:
          - device_id: "80:00:00:00:00:00:01:00"
            tags: [production, kitchen]
          - device_id: "80:00:00:00:00:00:02:00"
            tags: [test]
            attributes:
              rack: 2

    - name: Remove a device that has been replaced
      community.remoteit.remoteit_device:
        device_id: "{{ offline_device_id }}"
        expect_name: cellar
        state: absent
"""

RETURN = r"""
device:
  description:
    - The device as it is after the task, C(null) if it is not there. What it has is called as in
      RV(community.remoteit.remoteit_device_info#module:devices).
  returned: success, without O(devices)
  type: dict
  sample:
    id: "80:00:00:00:00:00:01:00"
    name: pi-kitchen
    online: true
    owner: owner@example.com
    shared: false
    tags: [kitchen, production]
    attributes: {rack: 7}
    created: "2024-01-01T00:00:00.000Z"
    last_reported: "2026-01-01T00:00:00.000Z"
    configurable: true
    permissions: [CONNECT, MANAGE, VIEW]
    services:
      - id: "80:00:00:00:00:00:01:01"
        name: ssh
        application: 28
        protocol: TCP
        host: 127.0.0.1
        port: 22
        enabled: true
        online: true
        permissions: [CONNECT, MANAGE, VIEW]
        description: ""
pending:
  description: Whether the device was offline when services of it were changed, so that it will take the changes when it is back.
  returned: success, without O(devices)
  type: bool
  sample: false
devices:
  description:
    - With O(devices), what came of each device, in their order. It has C(device_id), C(changed), C(failed), and all that the task returns
      of one device, or C(msg), C(error) and C(done) of its failure.
  returned: with O(devices)
  type: list
  elements: dict
  sample:
    - device_id: "80:00:00:00:00:00:01:00"
      changed: false
      failed: false
tags_added:
  description: The tags that the device did not have, sorted.
  returned: success, without O(devices)
  type: list
  elements: str
  sample: [production]
tags_removed:
  description: The tags that it has no more, sorted.
  returned: success, without O(devices)
  type: list
  elements: str
  sample: [test]
tags_created:
  description:
    - Of RV(tags_added), those that the account did not have before, so that a misspelt one is seen. It is C(null) if the access key may not
      read the tags of the account.
  returned: success, without O(devices)
  type: list
  elements: str
  sample: []
diff:
  description:
    - What the task manages of the device, before and after it. What the remote.it application shows is among the attributes, with its path as
      the name. It is empty where there is no device.
    - With O(devices), both have the devices that were changed, by their ids.
  returned: success, and with O(devices) also on failure
  type: dict
  sample:
    before: {tags: [kitchen]}
    after: {tags: [kitchen, production]}
done:
  description:
    - What had been changed before the failure, a sentence for each change. All that is not told is as it was. Only if RV(error.kind) is
      V(answer_lost), it may be that the one change that failed is made later, or that it could not be looked for.
  returned: when the task fails while it changes the device
  type: list
  elements: str
  sample: ["Tags added: production."]
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
        - V(options) - an option is missing, has a value that cannot be used, or keeps a device from being removed.
        - V(registry) - the registry cannot be read or written.
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

from ansible_collections.community.remoteit.plugins.module_utils._tasks.device_state import RULES, argument_spec, run
from ansible_collections.community.remoteit.plugins.module_utils._tasks.module import run_module


def main() -> None:
    """Run the module."""
    run_module(run, argument_spec(), **RULES)


if __name__ == "__main__":
    main()
