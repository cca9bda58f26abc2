#!/usr/bin/python
# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: remoteit_connection
version_added: 1.0.0
short_description: Open and close remote.it proxy connections
description:
  - Opens a proxy connection to a remote.it service, such as SSH on a device behind NAT, and returns the address where it
    can be reached. A connection that is open already is returned again, without a change.
  - Closes what was opened, and reports no change when it is closed already.
  - The task runs in the controller. It needs no C(delegate_to), and neither a connection to the play's host nor Python on
    it. When it is delegated to another host, or asynchronous, the module runs there instead. Either way, the variables of the
    keyword C(environment) count.
extends_documentation_fragment:
  - community.remoteit._service
  - community.remoteit._remoteit
  - community.remoteit._attributes
  - community.remoteit._attributes.actiongroup_remoteit
attributes:
  check_mode:
    support: full
    details:
      - Neither the API nor the registry is written to. The address of a connection that would be opened is not known.
  diff_mode:
    support: full
  idempotent:
    support: partial
    details:
      - With O(force=true), every run opens a new connection.
  async:
    support: full
    details:
      - Not together with O(set_host_vars=true).
options:
  service_id:
    description:
      - The id of the service, eight hex octets separated by colons, in upper or lower case. Put it in quotes, because YAML
        takes some ids for numbers.
      - This is the id of a service on a device, not that of the device itself.
      - One of O(service_id), O(services), O(device) and O(device_tag) is required.
    type: str
    aliases:
      - deviceaddress
      - service_address
  services:
    description:
      - Several services at once, which are opened or closed side by side, O(concurrency) at a time.
      - Each is the id of a service, or a dictionary with its C(service_id) and with C(access) and C(client_ip), if they
        differ from O(access) and O(client_ip). All other options apply to each of them.
      - O(timeout) is for all of them together. Raise it for many.
    type: list
    elements: raw
  concurrency:
    description:
      - How many of O(services) are opened or closed at a time.
    type: int
    default: 16
  on_error:
    description:
      - What to do when one of O(services) cannot be opened or closed. Either way, RV(services) tells of each what came of it.
      - With V(fail), the task fails. What has begun is ended, and no more is opened. Everything else is closed nevertheless.
      - With V(continue), the task goes on, and a warning tells what failed.
    type: str
    choices:
      - fail
      - continue
    default: fail
  state:
    description:
      - V(present) makes sure that a connection is open.
      - V(absent) makes sure that the connections that were opened to the service from this O(registry) are closed.
        Connections that were opened elsewhere are left alone and mentioned in a warning.
    type: str
    choices:
      - present
      - absent
    default: present
  connection_id:
    description:
      - With O(state=absent), close just this connection, whether it was opened from this registry or elsewhere.
    type: str
  access:
    description:
      - Who may connect to the address. For HTTP and HTTPS services, which are always public, it has no effect.
      - V(latching) allows the first client address that connects, and nobody else after it.
      - V(restricted) allows O(client_ip) only.
      - V(public) allows everybody who knows or finds the address. The service must then ask for a password or a key.
      - If neither this nor O(hostip) is set, V(latching) is used.
      - What each really means is in the guide R(Security,ansible_collections.community.remoteit.docsite.guide_security).
    type: str
    choices:
      - latching
      - restricted
      - public
  client_ip:
    description:
      - With O(access=restricted), the public IPv4 address from which the connection will be used.
      - Behind NAT, this is the address of the NAT gateway.
    type: str
  hostip:
    description:
      - The raw form of O(access) and O(client_ip), as the API takes it. V(255.255.255.255) is C(latching), V(0.0.0.0) is
        C(public), and any other address is C(restricted) to it.
    type: str
  wait:
    description:
      - Whether remote.it answers only when the connection is ready to be used. O(api=graphql) always waits.
    type: bool
    default: true
  timeout:
    description:
      - Seconds that the whole task may take, including waiting for others that open the same connection.
    type: float
    default: 60
  min_remaining:
    description:
      - An open connection is used again only if it has this many seconds of its life left. remote.it gives it 8 hours.
    type: int
    default: 300
  verify_after:
    description:
      - Ask remote.it whether an open connection is still alive, if it was not known to be alive within this many seconds.
        V(0) asks each time.
    type: int
    default: 15
  force:
    description:
      - Close what was opened to the service from this O(registry), and open a new connection. If that fails, none is left.
    type: bool
    default: false
  close:
    description:
      - When to close the connection, if O(state=absent) does not do it before.
      - V(never) leaves it open, for another run to use again. remote.it closes it when it expires, or after 15 idle minutes.
      - V(at_end) closes it at the end of this run of Ansible, whether that ends well, fails, is interrupted or is killed.
        A connection that others opened to stay, or that another run is using, is joined and left open.
      - V(at_end) works in the controller only, neither asynchronously nor delegated to another host.
      - If it is not set, the variables of O(set_host_vars=true) and the connection that they lead to end together, by V(at_end),
        and everything else is V(never). In a task that is delegated to another host, it is always V(never).
    type: str
    choices:
      - never
      - at_end
  set_host_vars:
    description:
      - Let the rest of the run reach the play's host through the connection. This is for SSH services.
      - Sets C(ansible_host) and C(ansible_port). Also sets C(ansible_ssh_args) and C(ansible_control_path), so that the host
        key is known under a name made of the service id and a control socket is never shared with another device that
        gets the same address. Your own SSH arguments are kept.
      - Where a variable of yours would win over one that leads SSH to the connection, the task fails before it opens anything.
        Which ones win is in the guide R(Connections,ansible_collections.community.remoteit.docsite.guide_connections).
      - In check mode, nothing is set if the connection would have to be opened.
      - Cannot be used together with C(async), C(run_once) or C(loop), nor for C(localhost) or a host that
        C(ansible_connection) keeps in the controller.
    type: bool
    default: false
seealso:
  - module: community.remoteit.remoteit_connection_info
  - module: community.remoteit.remoteit_device_info
  - module: community.remoteit.remoteit_device_wait
  - plugin: community.remoteit.remoteit_proxy
    plugin_type: lookup
author:
  - community.remoteit contributors (@ansible-collections)
"""

EXAMPLES = r"""
- name: Configure a device through its SSH service
  hosts: pis
  gather_facts: false
  tasks:
    - name: Open the tunnel until the end of the run
      community.remoteit.remoteit_connection:
        service_id: "{{ remoteit_service_id }}"
        set_host_vars: true

    - name: Set the time zone of the login shell
      ansible.builtin.lineinfile:
        path: ~/.profile
        line: export TZ=UTC
        create: true
        mode: "0644"

    - name: Close the tunnel as soon as it is not needed any more
      community.remoteit.remoteit_connection:
        service_id: "{{ remoteit_service_id }}"
        state: absent

- name: Use any service from the controller
  hosts: localhost
  gather_facts: false
  module_defaults:
    group/community.remoteit.remoteit:
      api: graphql
  tasks:
    - name: Open a connection that only the office may use
      community.remoteit.remoteit_connection:
        service_id: "{{ database_service_id }}"
        access: restricted
        client_ip: "{{ office_ip }}"
        min_remaining: 3600
      register: database

    - name: Show where the database is
      ansible.builtin.debug:
        msg: "{{ database.connection.host }}:{{ database.connection.port }} until {{ database.connection.expires_at }}"

    - name: Use it again an hour later, or a new one if it is not alive any more
      community.remoteit.remoteit_connection:
        service_id: "{{ database_service_id }}"
        access: restricted
        client_ip: "{{ office_ip }}"
        verify_after: 0

    - name: Open a connection until the end of the run, however that ends
      community.remoteit.remoteit_connection:
        service_id: "{{ web_service_id }}"
        close: at_end

    - name: Open a connection to a service by its name
      community.remoteit.remoteit_connection:
        device: pi-kitchen
        service: ssh
      register: kitchen

    - name: Close it by its id, which needs no look-up
      community.remoteit.remoteit_connection:
        service_id: "{{ kitchen.connection.service_id }}"
        state: absent

    - name: Close just this connection
      community.remoteit.remoteit_connection:
        service_id: "{{ database_service_id }}"
        connection_id: "{{ database.connection.id }}"
        state: absent

    - name: Open connections to several services at once
      community.remoteit.remoteit_connection:
        services:
          - "{{ database_service_id }}"
          - service_id: "{{ other_service_id }}"
            access: restricted
            client_ip: "{{ office_ip }}"
        on_error: continue
      register: several

    - name: Show what came of each
      ansible.builtin.debug:
        msg: "{{ item.connection.url if item.connection is defined else item.msg }}"
      loop: "{{ several.services }}"
      loop_control:
        label: "{{ item.service_id }}"

    - name: Close them all
      community.remoteit.remoteit_connection:
        services: "{{ several.services | map(attribute='service_id') }}"
        state: absent
"""

RETURN = r"""
connection:
  description:
    - The open connection.
    - In check mode, if it would have to be opened, only RV(connection.service_id), RV(connection.access),
      RV(connection.client_ip) and RV(connection.api) have a value.
  returned: when O(state=present), without O(services)
  type: dict
  contains:
    id:
      description: The id of the connection.
      returned: always
      type: str
      sample: A78B3919-52E1-B674-58CC-5C0009377419
    service_id:
      description: The id of the service, in upper case.
      returned: always
      type: str
      sample: "80:00:00:00:00:00:00:91"
    host:
      description: The host name of the proxy.
      returned: always
      type: str
      sample: proxy18.rt3.io
    port:
      description: The port of the proxy. It is C(null) for HTTP and HTTPS services, which have a host name of their own.
      returned: always
      type: int
      sample: 38575
    url:
      description: The address as a URL, with the scheme C(https) for a reverse proxy and C(tcp) for a port proxy.
      returned: always
      type: str
      sample: tcp://proxy18.rt3.io:38575
    proxy:
      description:
        - The address as the REST API sends it. For port proxies, the scheme C(http) in it means nothing.
      returned: always
      type: str
      sample: http://proxy18.rt3.io:38575
    type:
      description: V(port) for a port proxy, V(reverse) for the reverse proxy of an HTTP or HTTPS service.
      returned: always
      type: str
      sample: port
    access:
      description: Who may connect, as it is in force. It is V(public) for every reverse proxy.
      returned: always
      type: str
      sample: latching
    client_ip:
      description: The only address that may connect, if RV(connection.access) is V(restricted).
      returned: always
      type: str
      sample: 203.0.113.7
    opened_at:
      description: When it was opened, in UTC.
      returned: always
      type: str
      sample: "2026-02-03T04:05:06Z"
    expires_at:
      description: When remote.it closes it at the latest, in UTC. It is closed earlier after about 15 minutes without use.
      returned: always
      type: str
      sample: "2026-02-03T12:05:06Z"
    expires_in:
      description: Seconds until RV(connection.expires_at).
      returned: always
      type: int
      sample: 28797
    api:
      description: The API that opened it.
      returned: always
      type: str
      sample: rest
closed:
  description: The ids of the connections that this task closed, or would close in check mode.
  returned: success, and with O(services) also on failure
  type: list
  elements: str
  sample: []
services:
  description:
    - What came of each of O(services), in their order. Also returned when the task fails because of one of them.
  returned: with O(services)
  type: list
  elements: dict
  contains:
    service_id:
      description: The id of the service, in upper case.
      returned: always
      type: str
      sample: "80:00:00:00:00:00:00:91"
    changed:
      description: Whether something was opened or closed.
      returned: always
      type: bool
      sample: true
    failed:
      description: Whether that failed.
      returned: always
      type: bool
      sample: false
    skipped:
      description: Whether it was not begun, because another one had failed.
      returned: always
      type: bool
      sample: false
    msg:
      description: Why there is no connection.
      returned: when it failed or was skipped
      type: str
      sample: >-
        No connection: the device of 80:00:00:00:00:00:00:91 is offline; check its power and network, remote.it may notice
        late.
    error:
      description: Why it failed, as RV(error). It is C(null) if it did not fail.
      returned: always
      type: dict
      sample:
        kind: refused
        status: 200
        reason: service is inactive
    connection:
      description: The open connection, as RV(connection).
      returned: when O(state=present), and nothing failed
      type: dict
      sample:
        id: A78B3919-52E1-B674-58CC-5C0009377419
        host: proxy18.rt3.io
        port: 38575
    closed:
      description: The ids of the connections that were closed.
      returned: always
      type: list
      elements: str
      sample: []
msg:
  description: How many services were opened, were open already, were closed or failed, and why.
  returned: with O(services)
  type: str
  sample: "3 services: 2 opened, 1 open already."
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
        - V(controller) - what O(close=at_end) needs of Ansible cannot be had.
        - V(not_sent) - remote.it could not be reached.
        - V(answer_lost) - no usable answer came back. If something may be open, C(msg) says so, and the next task for the
          service closes it.
        - V(refused) - remote.it answered no. It is about the key if RV(error.status) is V(401) or V(403), about too
          many requests if it is V(429), and about the account or the service if it is V(200). Others are a matter of the URL
          or of a web proxy.
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
diff:
  description:
    - What is held open on the service before and after.
    - With O(services), both are dictionaries of such lists by the ids of the services, without those of which nothing is known.
  returned: success, and with O(services) also on failure
  type: dict
  contains:
    before:
      description: The state before, with the list C(connections).
      returned: always
      type: dict
    after:
      description: The state after, with the list C(connections).
      returned: always
      type: dict
  sample:
    before:
      connections: []
    after:
      connections:
        - access: latching
          address: tcp://proxy18.rt3.io:38575
          expires_at: "2026-02-03T12:05:06Z"
          id: A78B3919-52E1-B674-58CC-5C0009377419
"""

from ansible_collections.community.remoteit.plugins.module_utils._tasks.connection import RULES, argument_spec, run
from ansible_collections.community.remoteit.plugins.module_utils._tasks.module import run_module


def main() -> None:
    """Run the module."""
    run_module(run, argument_spec(), **RULES)


if __name__ == "__main__":
    main()
