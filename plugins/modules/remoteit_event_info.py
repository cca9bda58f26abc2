#!/usr/bin/python
# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: remoteit_event_info
version_added: 1.1.0
short_description: Read who was connected to remote.it devices, and what else happened to them
description:
  - Reads remote.it's log of events. Who connected to which service, and for how long, which devices went online or offline, were
    shared, transferred or deleted, and who signed in to the account.
  - How far back the log reaches is a matter of the account's plan.
  - E-mail addresses of people are in the result, because they are the answer to who it was. IP addresses and places are
    not, unless O(addresses=true). See the guide R(Security,ansible_collections.community.remoteit.docsite.guide_security).
  - The task runs in the controller, like M(community.remoteit.remoteit_connection).
extends_documentation_fragment:
  - community.remoteit._remoteit
  - community.remoteit._attributes
  - community.remoteit._attributes.info_module
  - community.remoteit._attributes.actiongroup_remoteit
attributes:
  async:
    support: full
options:
  since:
    description:
      - The moment after which it happened.
      - ISO 8601, which is UTC if it names no zone, or seconds since the epoch, or a span back from now, as a number with C(s), C(m),
        C(h), C(d) or C(w) for seconds, minutes, hours, days or weeks. It is by the clock of the machine that runs the task.
      - By default, it is a day, which is what a daily task needs. The log may hold years, and every line of it is about people.
      - remote.it answers for a month at most. Longer times are asked for in pieces, each by a request at least.
    type: str
    default: 1d
  until:
    description:
      - The moment before which it happened, written like O(since). Without it, there is no end.
    type: str
  types:
    description:
      - The types of the events, such as V(DEVICE_CONNECT), V(DEVICE_STATE) or V(DEVICE_SHARE), in any case. Without it, they are all
        that there are.
      - They are remote.it's own, which may have more of them some day. One that it does not know makes it refuse.
    type: list
    elements: str
  device_ids:
    description:
      - The ids of devices, up to 1000, whose own logs are read then, with all of their services. Twenty of them are asked for at once.
      - The task fails if the access key cannot see one of them. Of devices that are gone, only the log of the account tells.
      - At most one of O(device_ids), O(service_ids) and O(devices) may be given. Without them, it is the log of the account.
    type: list
    elements: str
  service_ids:
    description:
      - The same with the ids of services, as in the variable C(remoteit_service_id) of the hosts of the inventory.
    type: list
    elements: str
  devices:
    description:
      - The names of the devices, up to 1000, exactly as M(community.remoteit.remoteit_device_info) shows them. They are looked up
        at remote.it, which takes a request more for each hundred.
      - If no device has the name, or two have it, the task fails.
    type: list
    elements: str
  account:
    description:
      - The account whose log is read, or with O(devices) that lists the devices, if it is not the access key's own. This is for
        organisations. The id, the e-mail address or the name of one in which the user of the access key has a role.
      - Ids need no account.
    type: str
  max_items:
    description:
      - The most events that are returned, from 1 to 10000. If there are more, RV(complete) is false, and those that are left out are the
        oldest ones.
    type: int
    default: 1000
  addresses:
    description:
      - Whether to ask for IP addresses of people and devices and for the places that belong to them.
      - They are personal data. Whoever keeps the result, or can read the output of the run, has them.
    type: bool
    default: false
  timeout:
    description:
      - Seconds that all of it may take.
    type: float
    default: 60
seealso:
  - module: community.remoteit.remoteit_connection_info
  - module: community.remoteit.remoteit_device_info
  - plugin: community.remoteit.remoteit_recap
    plugin_type: callback
author:
  - community.remoteit contributors (@ansible-collections)
"""

EXAMPLES = r"""
- name: Look who was there
  hosts: localhost
  gather_facts: false
  tasks:
    - name: Read the connections of the last week to two devices
      community.remoteit.remoteit_event_info:
        devices: [pi-kitchen, pi-garage]
        types: [DEVICE_CONNECT]
        since: 7d
      register: log

    - name: Show when, who, and what to
      ansible.builtin.debug:
        msg: "{{ item.time }} {{ item.actor }} {{ item.state }} {{ item.services | map(attribute='name') | join(', ') }}"
      loop: "{{ log.events }}"
      loop_control:
        label: "{{ item.id }}"

- name: Watch the fleet
  hosts: localhost
  gather_facts: false
  tasks:
    - name: Read what happened today
      community.remoteit.remoteit_event_info:
        max_items: 10000
      register: today

    - name: See that nobody else was connected
      ansible.builtin.assert:
        that:
          - today.complete
          - today.events | selectattr('type', 'eq', 'DEVICE_CONNECT') | map(attribute='actor') | difference(known) | length == 0
      vars:
        known: [owner@example.com]
"""

RETURN = r"""
events:
  description:
    - What happened, the newest first. What is not told is C(null) or empty.
    - Names and other texts are those of strangers, so what is not printable in them is escaped.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: The id of the event.
      returned: success
      type: str
      sample: 0f8fad5b-d9cb-469f-a165-70867728950e
    time:
      description: When it happened, in UTC.
      returned: success
      type: str
      sample: "2026-02-03T04:05:06.000Z"
    type:
      description: remote.it's word for what it was. Later ones may be new, and are told as they are.
      returned: success
      type: str
      sample: DEVICE_CONNECT
    action:
      description: What was done, in remote.it's words, for example to a share.
      returned: success
      type: str
      sample: add
    state:
      description:
        - What became of it, in remote.it's words, such as C(connected) and C(disconnected) of a connection, or C(active) and C(inactive) of
          a device or a service.
      returned: success
      type: str
      sample: connected
    actor:
      description: The e-mail address of who did it.
      returned: success
      type: str
      sample: owner@example.com
    owner:
      description: The e-mail address of who owns the device.
      returned: success
      type: str
      sample: owner@example.com
    users:
      description: The e-mail addresses of those whom it concerned, for example who got access.
      returned: success
      type: list
      elements: str
      sample: [neighbour@example.com]
    devices:
      description: The devices that it is about.
      returned: success
      type: list
      elements: dict
      contains:
        id:
          description: The id of the device, in upper case.
          returned: success
          type: str
          sample: "80:00:00:00:00:00:01:00"
        name:
          description: Its name.
          returned: success
          type: str
          sample: pi-kitchen
    services:
      description: The services that it is about. What is gone may be a device, too, because remote.it does not tell.
      returned: success
      type: list
      elements: dict
      contains:
        id:
          description: The id of the service, in upper case.
          returned: success
          type: str
          sample: "80:00:00:00:00:00:01:01"
        name:
          description: Its name.
          returned: success
          type: str
          sample: ssh
    session:
      description: The id of the connection's session, by which its beginning and its end belong together.
      returned: success
      type: str
      sample: 16fd2706-8baf-433b-82eb-8c7fada847da
    lifetime:
      description: How many seconds the connection lasted, if it is over.
      returned: success
      type: int
      sample: 60
    addresses:
      description: The IP addresses, possibly with ports, and the places.
      returned: if O(addresses=true)
      type: dict
      contains:
        connection:
          description: The address of the connection.
          returned: success
          type: str
          sample: 203.0.113.9
        source:
          description: The address from which somebody connected.
          returned: success
          type: str
          sample: 203.0.113.9
        target:
          description: The address of the device to which somebody connected.
          returned: success
          type: str
          sample: 198.51.100.7
        external:
          description: The address by which the device that went online or offline is seen.
          returned: success
          type: str
          sample: 198.51.100.7:53190
        internal:
          description: The address of that device in its own network.
          returned: success
          type: str
          sample: 192.168.1.7
        source_place:
          description: The city and the country to which the address RV(events[].addresses.source) is thought to belong.
          returned: success
          type: str
          sample: Reykjavik, Iceland
        target_place:
          description: The same of RV(events[].addresses.target).
          returned: success
          type: str
          sample: Reykjavik, Iceland
        device_place:
          description: The same of RV(events[].addresses.external).
          returned: success
          type: str
          sample: Reykjavik, Iceland
complete:
  description:
    - Whether these are all that were asked for. If not, there are more than O(max_items).
    - What the plan of the account does not keep is not there either way.
  returned: success
  type: bool
  sample: true
log_days:
  description:
    - For how many days the account's plan keeps events, C(null) if remote.it does not tell. With O(device_ids), O(service_ids) or
      O(devices), it is the plan of the access key's own account.
  returned: success
  type: int
  sample: 7
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
        - V(options) - an option is missing, or has a value that cannot be used, such as an id that the access key cannot see.
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

from ansible_collections.community.remoteit.plugins.module_utils._tasks.event_info import RULES, argument_spec, run
from ansible_collections.community.remoteit.plugins.module_utils._tasks.module import run_module


def main() -> None:
    """Run the module."""
    run_module(run, argument_spec(), **RULES)


if __name__ == "__main__":
    main()
