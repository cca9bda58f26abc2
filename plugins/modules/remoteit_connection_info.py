#!/usr/bin/python
# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: remoteit_connection_info
version_added: 1.0.0
short_description: List open remote.it proxy connections
description:
  - Lists the proxy connections of this account that are open now, with the address of those that were opened from this
    O(registry). Peer-to-peer connections and those of other people are left out.
  - The task runs in the controller, like M(community.remoteit.remoteit_connection).
extends_documentation_fragment:
  - community.remoteit._service
  - community.remoteit._remoteit
  - community.remoteit._attributes
  - community.remoteit._attributes.info_module
  - community.remoteit._attributes.actiongroup_remoteit
attributes:
  async:
    support: full
options:
  service_id:
    description:
      - Only list the connections to this service, given by its id.
      - Without it, O(device) and O(device_tag), the connections to all services are listed.
    type: str
    aliases:
      - deviceaddress
      - service_address
  timeout:
    description:
      - Seconds that the whole task may take.
    type: float
    default: 60
seealso:
  - module: community.remoteit.remoteit_connection
author:
  - community.remoteit contributors (@ansible-collections)
"""

EXAMPLES = r"""
- name: Close everything of this account
  hosts: localhost
  gather_facts: false
  tasks:
    - name: List what is open
      community.remoteit.remoteit_connection_info:
      register: open

    - name: Close it
      community.remoteit.remoteit_connection:
        service_id: "{{ item.service_id }}"
        connection_id: "{{ item.id }}"
        state: absent
      loop: "{{ open.connections }}"
      loop_control:
        label: "{{ item.service_id }}"
"""

RETURN = r"""
connections:
  description:
    - The open connections, those with a known address first.
    - remote.it tells the address of a connection only to the one who opens it. For connections that were opened elsewhere,
      only RV(connections[].id), RV(connections[].service_id), RV(connections[].opened_at) and RV(connections[].held) have
      a value.
  returned: success
  type: list
  elements: dict
  contains:
    held:
      description: Whether it was opened from this registry, so that its address is known.
      returned: success
      type: bool
      sample: true
    id:
      description: The id of the connection.
      returned: success
      type: str
      sample: A78B3919-52E1-B674-58CC-5C0009377419
    service_id:
      description: The id of the service, in upper case.
      returned: success
      type: str
      sample: "80:00:00:00:00:00:00:91"
    host:
      description: The host name of the proxy.
      returned: success
      type: str
      sample: proxy18.rt3.io
    port:
      description: The port of the proxy, C(null) for a reverse proxy.
      returned: success
      type: int
      sample: 38575
    url:
      description: The address as a URL.
      returned: success
      type: str
      sample: tcp://proxy18.rt3.io:38575
    proxy:
      description: The address as the REST API sends it.
      returned: success
      type: str
      sample: http://proxy18.rt3.io:38575
    type:
      description: V(port) for a port proxy, V(reverse) for the reverse proxy of an HTTP or HTTPS service.
      returned: success
      type: str
      sample: port
    access:
      description: Who may connect, as it is in force.
      returned: success
      type: str
      sample: latching
    client_ip:
      description: The only address that may connect, if RV(connections[].access) is V(restricted).
      returned: success
      type: str
      sample: 203.0.113.7
    opened_at:
      description: When it was opened, in UTC.
      returned: success
      type: str
      sample: "2026-02-03T04:05:06Z"
    expires_at:
      description: When remote.it closes it at the latest, in UTC.
      returned: success
      type: str
      sample: "2026-02-03T12:05:06Z"
    expires_in:
      description: Seconds until RV(connections[].expires_at).
      returned: success
      type: int
      sample: 28797
    api:
      description: The API that opened it.
      returned: success
      type: str
      sample: rest
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
        - V(registry) - the registry cannot be read or written safely.
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

from ansible_collections.community.remoteit.plugins.module_utils._tasks.connection_info import RULES, argument_spec, run
from ansible_collections.community.remoteit.plugins.module_utils._tasks.module import run_module


def main() -> None:
    """Run the module."""
    run_module(run, argument_spec(), **RULES)


if __name__ == "__main__":
    main()
