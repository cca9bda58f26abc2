#!/usr/bin/python
# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: remoteit_connect_link
version_added: 1.1.0
short_description: Manage the public URL of a web service at remote.it
description:
  - Makes, changes, switches off and removes the connect link of a web service, which is a URL under which browsers and webhooks
    reach the service. It stays until it is removed, while the connections of M(community.remoteit.remoteit_connection) end after
    8 hours.
  - What is left out is not managed, and stays as it is.
  - The access key needs the permission C(MANAGE) on the device.
  - It asks remote.it by GraphQL, whatever O(api) says.
  - The task runs in the controller, like M(community.remoteit.remoteit_connection).
extends_documentation_fragment:
  - community.remoteit._remoteit
  - community.remoteit._service
  - community.remoteit._attributes
  - community.remoteit._attributes.actiongroup_remoteit
attributes:
  check_mode:
    support: full
    details:
      - Everything is asked and checked, and nothing is written. The URL of a link that would be made is not known.
  diff_mode:
    support: full
    details:
      - It shows what the task manages, and whether there is a password instead of the password.
  idempotent:
    support: partial
    details:
      - A task with O(password) and O(update_password=always) changes something each time. So it does without
        O(update_password=always) if remote.it tells nothing at all of passwords, and then warns.
  async:
    support: full
options:
  service_id:
    description:
      - The id of the service. Put it in quotes, because YAML takes some ids for numbers.
      - One of O(service_id), O(device) and O(device_tag) is required. With the latter two, only devices count on which the access key
        has C(MANAGE), so that nobody else's device of the same name is in the way.
    type: str
  state:
    description:
      - V(present) makes sure that there is a link, that it is on, and as described.
      - V(disabled) switches it off. It leads nowhere then, and keeps its URL. If there is none, nothing is done.
      - V(absent) removes it. Its URL never comes back, not for the same service either, so V(disabled) is the better choice where
        it was given to somebody.
      - With V(disabled) and V(absent), O(password), O(allow) and O(deny) are ignored.
    type: str
    choices:
      - present
      - disabled
      - absent
    default: present
  password:
    description:
      - What browsers are asked for before they reach the service, at most 49 characters.
      - An empty text removes the password. Where remote.it does not tell whether there is one, only O(update_password=always) does
        so.
    type: str
  update_password:
    description:
      - When to set O(password) of a link that is there already. A new link gets it in any case.
      - V(on_create) sets it if remote.it tells another password, or none. If remote.it tells that there is one and shows stars instead
        of it, it stays.
      - V(always) sets it each time, and the task says that it has changed something.
    type: str
    choices:
      - on_create
      - always
    default: on_create
  allow:
    description:
      - The networks of IPv4 addresses that may open the link, such as V(192.0.2.0/24), or single addresses. These, and no others, are
        allowed afterwards; an empty list lets everybody in.
    type: list
    elements: str
  deny:
    description:
      - The networks that may not. These, and no others, are denied afterwards; an empty list denies nobody.
    type: list
    elements: str
  timeout:
    description:
      - Seconds that the whole task may take.
    type: float
    default: 60
seealso:
  - module: community.remoteit.remoteit_service
  - module: community.remoteit.remoteit_connection
author:
  - community.remoteit contributors (@ansible-collections)
"""

EXAMPLES = r"""
- name: Give a web service a URL that stays
  hosts: localhost
  gather_facts: false
  tasks:
    - name: Let the office open it by password
      community.remoteit.remoteit_connect_link:
        service_id: "{{ web_service_id }}"
        password: "{{ vault_link_password }}"
        allow:
          - 192.0.2.0/24
          - 198.51.100.7
      register: web

    - name: Show the URL
      ansible.builtin.debug:
        var: web.link.url

    - name: Switch it off, and keep the URL
      community.remoteit.remoteit_connect_link:
        service_id: "{{ web_service_id }}"
        state: disabled

    - name: Remove it, and lose the URL for good
      community.remoteit.remoteit_connect_link:
        service_id: "{{ web_service_id }}"
        state: absent
"""

RETURN = r"""
link:
  description: The link as it is after the task, C(null) if there is none.
  returned: success
  type: dict
  contains:
    url:
      description: The URL, C(null) for a link that check mode would make.
      returned: always
      type: str
      sample: https://0123456789abcdef.connect.remote.it
    enabled:
      description: Whether it leads to the service.
      returned: always
      type: bool
      sample: true
    allow:
      description: The networks that may open it, sorted. None keeps nobody out.
      returned: always
      type: list
      elements: str
      sample: [192.0.2.0/24, 198.51.100.7/32]
    deny:
      description: The networks that may not, sorted.
      returned: always
      type: list
      elements: str
      sample: []
    has_password:
      description:
        - Whether it has a password, as far as remote.it tells, or because the task has set it.
      returned: always
      type: bool
      sample: true
    created:
      description: When it was made, as remote.it gives it. C(null) if that is not known.
      returned: always
      type: str
      sample: '2026-02-03T04:05:06.000Z'
service:
  description: The service, C(null) if O(service_id) with O(state=absent) is not there.
  returned: success
  type: dict
  contains:
    id:
      description: The id of the service.
      returned: always
      type: str
      sample: "80:00:00:00:00:00:01:02"
    name:
      description: Its name.
      returned: always
      type: str
      sample: printer
device:
  description: The device of the service, C(null) if RV(service) is.
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
diff:
  description: What the task manages of the link, before and after it. It is empty where there is no link.
  returned: success
  type: dict
  sample:
    before: {enabled: false}
    after: {enabled: true}
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
        - V(options) - an option is missing, has a value that cannot be used, or the service cannot have a link.
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

from ansible_collections.community.remoteit.plugins.module_utils._tasks.connect_link import RULES, argument_spec, run
from ansible_collections.community.remoteit.plugins.module_utils._tasks.module import run_module


def main() -> None:
    """Run the module."""
    run_module(run, argument_spec(), **RULES)


if __name__ == "__main__":
    main()
