#!/usr/bin/python
# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: remoteit_service
version_added: 1.1.0
short_description: Manage a service of a remote.it device
description:
  - Adds, changes, enables, disables and removes a service of a device, which is a port of the device itself, or of another
    host in its network.
  - What is left out is not managed. It gets its default when the service is added, and stays as it is after that.
  - The access key needs the permission C(MANAGE) on the device, whose remote.it software must let services be changed, see
    RV(community.remoteit.remoteit_device_info#module:devices[].configurable).
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
      - Everything is asked and checked, and nothing is written. The id of a service that would be added is not known.
  diff_mode:
    support: full
    details:
      - It shows what the task manages, and nothing else.
  idempotent:
    support: full
  async:
    support: full
options:
  service_id:
    description:
      - The id of the service, if it is there. Put it in quotes, because YAML takes some ids for numbers.
      - One of O(service_id), O(device_id), O(device) and O(device_tag) is required.
    type: str
  device_id:
    description:
      - The id of the device, whose service O(name) is meant.
    type: str
  device:
    description:
      - Instead of O(device_id), the name of the device, exactly as M(community.remoteit.remoteit_device_info) shows it. Only devices
        count on which the access key has C(MANAGE), so that nobody else's device of the same name is in the way. If two have
        this name, none is chosen, and the error lists them.
      - Names are looked up at remote.it each time, which takes a request more.
    type: str
  device_tag:
    description:
      - Instead of O(device), a tag that just one of these devices has.
    type: str
  account:
    description:
      - With O(device) or O(device_tag), the account that lists the device, if it is not the access key's own. The id, the e-mail
        address or the name of an organisation in which the user of the access key has a role.
    type: str
  name:
    description:
      - With a device, the name of the service. One that has the name of its device in front of it, as older tools write it, is
        found as well.
      - With O(service_id), the name that the service shall have. With and without the name of its device in front, it is the
        same name. No service gets one that differs from that of another by case alone.
    type: str
    aliases: [service]
  application:
    description:
      - The type of the service, by its name, such as V(ssh), without regard to case, or by its id.
      - It is required when the service is added.
    type: str
  host:
    description:
      - The host that the device connects to, an IPv4 address or a name, as the device finds it.
      - A new service gets V(127.0.0.1), which is the device itself.
    type: str
  port:
    description:
      - The port there. A new service gets the one that O(application) has by default.
    type: int
  enabled:
    description:
      - Whether the service accepts connections. A new one does.
    type: bool
  description:
    description:
      - What the remote.it application shows below the name, at most 1024 characters. An empty text removes it.
    type: str
  state:
    description:
      - V(present) makes sure that the service is there, and as described.
      - V(absent) removes it. What else is set, is ignored then. If the device of O(device) or O(device_tag) is not there, the task
        fails, because the name may be a wrong one.
    type: str
    choices:
      - present
      - absent
    default: present
  force:
    description:
      - Change, disable or remove the service although somebody is connected to it, or although it is the last one of the device
        that is enabled. Without it, the task fails then.
      - What this O(registry) holds open to the service is closed.
    type: bool
    default: false
  wait_online:
    description:
      - Wait until the service is online, if it is enabled. A new one is not online at once, because its device has to hear of it.
      - If that does not happen before O(timeout) is over, the task fails; what it changed stays changed. In check mode, it does not
        wait.
    type: bool
    default: false
  timeout:
    description:
      - Seconds that the whole task may take.
    type: float
    default: 60
seealso:
  - module: community.remoteit.remoteit_device_info
  - module: community.remoteit.remoteit_connection
author:
  - community.remoteit contributors (@ansible-collections)
"""

EXAMPLES = r"""
- name: Describe the services of a device
  hosts: localhost
  gather_facts: false
  tasks:
    - name: Let SSH reach the device
      community.remoteit.remoteit_service:
        device: pi-kitchen
        name: ssh
        application: ssh

    - name: Let the web page of the printer next to it be reached
      community.remoteit.remoteit_service:
        device: pi-kitchen
        name: printer
        application: http
        host: 192.168.1.20
      register: printer

    - name: Let the web interface of the device be reached, and go on when it can be
      community.remoteit.remoteit_service:
        device: pi-kitchen
        name: dashboard
        application: https
        port: 8443
        description: for the people of the workshop
        wait_online: true

    - name: Give it another name, and switch it off
      community.remoteit.remoteit_service:
        service_id: "{{ printer.service.id }}"
        name: printer in the kitchen
        enabled: false

    - name: Remove it
      community.remoteit.remoteit_service:
        service_id: "{{ printer.service.id }}"
        state: absent
"""

RETURN = r"""
service:
  description: The service as it is after the task, C(null) if it is not there.
  returned: success
  type: dict
  contains: &service
    id:
      description: The id of the service, C(null) for one that check mode would add.
      returned: always
      type: str
      sample: "80:00:00:00:00:00:01:01"
    name:
      description: Its name.
      returned: always
      type: str
      sample: ssh
    application:
      description: The id of its type.
      returned: always
      type: int
      sample: 28
    protocol:
      description: V(TCP) or V(UDP), empty if it is not known.
      returned: always
      type: str
      sample: TCP
    host:
      description: The host that the device connects to, C(null) if it is not told.
      returned: always
      type: str
      sample: 127.0.0.1
    port:
      description: The port there.
      returned: always
      type: int
      sample: 22
    enabled:
      description: Whether it accepts connections.
      returned: always
      type: bool
      sample: true
    online:
      description: Whether it is online, as far as remote.it knows.
      returned: always
      type: bool
      sample: true
    description:
      description: What the remote.it application shows below the name, empty if there is none.
      returned: always
      type: str
      sample: for the people of the workshop
    permissions:
      description: What the access key may do with it, sorted.
      returned: always
      type: list
      elements: str
      sample: [CONNECT, MANAGE, VIEW]
previous:
  description: The service as it was before the task, C(null) if it was not there.
  returned: success
  type: dict
  contains: *service
device:
  description: The device, C(null) if O(service_id) with O(state=absent) is not there.
  returned: success
  type: dict
  contains:
    id:
      description: The id of the device.
      returned: always
      type: str
      sample: "80:00:00:00:00:00:01:00"
    name:
      description: Its name.
      returned: always
      type: str
      sample: pi-kitchen
pending:
  description: Whether the device was offline when the service was changed, so that it will take the change when it is back.
  returned: success
  type: bool
  sample: false
diff:
  description: What the task manages of the service, before and after it. It is empty where there is no service.
  returned: success
  type: dict
  sample:
    before: {port: 22}
    after: {port: 2222}
done:
  description:
    - What was changed before the task failed, a sentence for each change. Only if RV(error.kind) is V(answer_lost), it may be that the one
      change that failed is made later, or that it could not be looked for.
  returned: failure that comes after everything was checked
  type: list
  elements: str
  sample: ["Service changed: ssh (80:00:00:00:00:00:01:01)."]
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
        - V(options) - an option is missing, has a value that cannot be used, or O(force) is needed.
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

from ansible_collections.community.remoteit.plugins.module_utils._tasks.module import run_module
from ansible_collections.community.remoteit.plugins.module_utils._tasks.service_state import RULES, argument_spec, run


def main() -> None:
    """Run the module."""
    run_module(run, argument_spec(), **RULES)


if __name__ == "__main__":
    main()
