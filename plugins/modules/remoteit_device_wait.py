#!/usr/bin/python
# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: remoteit_device_wait
version_added: 1.1.0
short_description: Wait until remote.it devices are online or offline
description:
  - Waits until all devices that are named are online, or offline, as far as remote.it knows. It is for devices that are being
    enrolled, installed or restarted.
  - All of them are looked at together, by one request for each O(interval) for up to 1000 ids or 100 names. So let one task
    wait for the whole play, with C(run_once), instead of each host for itself.
  - remote.it tells at once when a device comes online, but may take up to 15 minutes to notice that one is gone that did not
    say so, for example because it lost its power. So O(state=offline) may need a O(timeout) of more than 900, and a device that
    was told to restart may be shown as online from before. O(since) is for that.
  - A device that is online need not be up with all its services. M(ansible.builtin.wait_for_connection) waits until SSH works.
  - The task runs in the controller, like M(community.remoteit.remoteit_connection).
extends_documentation_fragment:
  - community.remoteit._remoteit
  - community.remoteit._attributes
  - community.remoteit._attributes.info_module
  - community.remoteit._attributes.actiongroup_remoteit
attributes:
  check_mode:
    details:
      - It looks once, without O(delay), and does not fail because of devices that are not as they should be.
  async:
    support: full
options:
  device_ids:
    description:
      - The ids of the devices, up to 1000. An id that is there twice counts once.
      - The task fails at once if the access key cannot see one of them, because waiting would not change that.
      - Exactly one of O(device_ids), O(service_ids) and O(devices) must be given.
    type: list
    elements: str
  service_ids:
    description:
      - The ids of services, up to 1000, as in the variable C(remoteit_service_id) of the hosts of the inventory. A service
        that the device does not offer, or that is disabled, may be offline while its device is online.
      - The task fails at once if the access key cannot see one of them.
    type: list
    elements: str
  devices:
    description:
      - The names of the devices, up to 1000, exactly as M(community.remoteit.remoteit_device_info) shows them.
      - A name that no device has yet counts as offline, so that one can wait for a device that is being enrolled. A name that
        is misspelt looks the same.
      - Devices that others share with the account count as well. If two devices have the name, none is chosen, and the error
        lists their ids. An id means one device, whoever has others.
    type: list
    elements: str
  account:
    description:
      - With O(devices), the account that lists the devices, if it is not the access key's own. This is for organisations. The
        id, the e-mail address or the name of one in which the user of the access key has a role.
      - Ids need no account.
    type: str
  state:
    description:
      - What all of them are to be.
    type: str
    choices:
      - online
      - offline
    default: online
  timeout:
    description:
      - Seconds to wait, after O(delay). With V(0), it looks once.
      - The last look begins when they are over, and may take O(request_timeout) more.
      - A look that fails because of too many requests, or without a usable answer, does not end the task while there is time left.
    type: float
    default: 300
  interval:
    description:
      - Seconds between two looks, at least 10. remote.it asks its users not to poll it.
    type: float
    default: 15
  delay:
    description:
      - Seconds before the first look, for example so that a device that was told to restart has begun to.
    type: float
    default: 0
  since:
    description:
      - With O(state=online), a moment at which a device was online, for example just before it was told to restart. Then it
        counts as online only if remote.it has heard from it at or after that moment, or if it was seen offline by this task.
      - ISO 8601, which is UTC if it names no zone, or seconds since the epoch, by the clock of the machine that runs the task. If
        that clock differs from remote.it's, the difference is taken into account.
      - A device may still report between that moment and its restart. Set O(delay) to the time that it takes to go down.
    type: str
  on_timeout:
    description:
      - Whether to V(fail) if a device is not as it should be when the time is over, or to V(continue) without it, and tell
        which these are in RV(missing).
    type: str
    choices:
      - fail
      - continue
    default: fail
seealso:
  - module: community.remoteit.remoteit_device_info
  - module: community.remoteit.remoteit_connection
  - module: ansible.builtin.wait_for_connection
author:
  - community.remoteit contributors (@ansible-collections)
"""

EXAMPLES = r"""
- name: Wait for two new devices
  hosts: localhost
  gather_facts: false
  tasks:
    - name: Wait until they are enrolled and online, but not longer than ten minutes
      community.remoteit.remoteit_device_wait:
        devices: [pi-kitchen, pi-garage]
        timeout: 600

- name: Configure the hosts that are there
  hosts: all
  gather_facts: false
  tasks:
    - name: Give all hosts of the play a moment to come online
      community.remoteit.remoteit_device_wait:
        service_ids: "{{ ansible_play_hosts_all | map('extract', hostvars, 'remoteit_service_id') }}"
        timeout: 60
        on_timeout: continue
      run_once: true
      delegate_to: localhost
      register: waited

    - name: Go on without those that did not
      ansible.builtin.meta: end_host
      when: remoteit_service_id in waited.missing

- name: Restart a device
  hosts: localhost
  gather_facts: false
  tasks:
    - name: Keep the time
      ansible.builtin.set_fact:
        restarted: "{{ now(utc=true).isoformat() }}"

    - name: Have somebody press the button
      ansible.builtin.debug:
        msg: "Restart the device now."

    - name: Wait until it is back
      community.remoteit.remoteit_device_wait:
        devices: [pi-kitchen]
        since: "{{ restarted }}"
        delay: 1
"""

RETURN = r"""
devices:
  description:
    - What the last look saw of each device, in the order in which they were asked for. A name that no device has is left out.
  returned: success, and if the time is over
  type: list
  elements: dict
  contains:
    id:
      description: The id of the device, in upper case.
      returned: success
      type: str
      sample: "80:00:00:00:00:00:01:00"
    name:
      description:
        - The name of the device. Its owner wrote it, who may be a stranger, so what is not printable is escaped.
      returned: success
      type: str
      sample: pi-kitchen
    service_id:
      description: The id of the service in O(service_ids), C(null) if it is the device that was asked for.
      returned: success
      type: str
      sample: "80:00:00:00:00:00:01:01"
    online:
      description: Whether the device, or with O(service_ids) the service, is online, as far as remote.it knows.
      returned: success
      type: bool
      sample: true
    last_reported:
      description: When remote.it last heard of the device, C(null) if it is not told.
      returned: success
      type: str
      sample: "2026-02-03T04:05:06.000Z"
missing:
  description:
    - The ids in upper case, or the names as they were given, of those that are not as they should be. It is empty when all are.
  returned: success, and if the time is over
  type: list
  elements: str
  sample: [pi-garage]
waited:
  description: How many seconds it took, with O(delay).
  returned: success, and if the time is over
  type: int
  sample: 45
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
        - V(out_of_time) - O(timeout) was over. If all could be looked at, RV(missing) tells which devices were not as they should be.
      returned: always
      type: str
      sample: out_of_time
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

from ansible_collections.community.remoteit.plugins.module_utils._tasks.device_wait import RULES, argument_spec, run
from ansible_collections.community.remoteit.plugins.module_utils._tasks.module import run_module


def main() -> None:
    """Run the module."""
    run_module(run, argument_spec(), **RULES)


if __name__ == "__main__":
    main()
