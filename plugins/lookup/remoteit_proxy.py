# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: remoteit_proxy
version_added: 1.0.0
short_description: The address of an open remote.it proxy connection
description:
  - Gives the connection that is open to a service, or one of its values such as the host, wherever a variable can stand.
  - An open connection is found in the O(registry), without a request to remote.it, because Ansible evaluates lookups again
    and again. Whether it is still alive is checked by M(community.remoteit.remoteit_connection).
  - With O(device) or O(device_tag), each evaluation asks remote.it for the id of the service. Prefer ids where a lookup stands
    in a variable.
extends_documentation_fragment:
  - community.remoteit._service
  - community.remoteit._remoteit
notes:
  - The environment that counts is that of Ansible. The keyword C(environment) of a task or play does not reach lookups.
options:
  _terms:
    description:
      - The ids of services, eight hex octets separated by colons each, in quotes.
      - Leave them out to name one service by O(device) or O(device_tag).
    type: list
    elements: str
  attribute:
    description:
      - Return this value of the connection instead of the whole dictionary.
    type: str
    choices:
      - id
      - service_id
      - host
      - port
      - url
      - proxy
      - type
      - access
      - client_ip
      - opened_at
      - expires_at
      - expires_in
      - api
  missing:
    description:
      - What to do when no connection to the service is open.
      - V(error) fails.
      - V(empty) gives an empty dictionary, or with O(attribute) an empty string.
      - V(open) opens one, until the time that O(close) says. However many forks ask at the same time, it is opened once.
      - In check mode, V(open) opens none and its answer is that of V(empty). What counts is whether the task is in check mode
        for which the lookup is evaluated, by its keyword C(check_mode) or by C(--check). Outside of tasks, and in the names of
        tasks, which Ansible evaluates beforehand, it is C(--check) alone.
    type: str
    choices:
      - error
      - empty
      - open
    default: error
  close:
    description:
      - With O(missing=open), when to close what was opened.
      - V(at_end) closes it at the end of this run of Ansible, however that ends. A connection that others opened to stay, or
        that another run is using, is joined and left open.
      - Ansible waits for that if its main process knows this collection, by a task, an inventory or the callback
        P(community.remoteit.remoteit_recap#callback) of it. It does not know of a lookup. Then it is closed within seconds
        after the end of the run, or, in a container that ends together with it, by the next run. What cannot be closed is
        in the system's log then.
      - V(never) leaves it open. remote.it closes it when it expires, or after 15 idle minutes.
    type: str
    choices:
      - never
      - at_end
    default: at_end
  access:
    description:
      - Only consider connections with this access, and open one with it. See
        O(community.remoteit.remoteit_connection#module:access).
      - Without it, any open connection will do, and one is opened as V(latching).
    type: str
    choices:
      - latching
      - restricted
      - public
  client_ip:
    description:
      - With O(access=restricted), the address that may connect.
    type: str
  timeout:
    description:
      - Seconds that the answer for a service may take, with looking up its name, reading the registry, and opening if
        O(missing=open).
    type: float
    default: 60
seealso:
  - module: community.remoteit.remoteit_connection
author:
  - community.remoteit contributors (@ansible-collections)
"""

EXAMPLES = r"""
- name: Use a database behind NAT
  hosts: localhost
  gather_facts: false
  vars:
    database: "{{ lookup('community.remoteit.remoteit_proxy', database_service_id) }}"
  tasks:
    - name: Open the connection
      community.remoteit.remoteit_connection:
        service_id: "{{ database_service_id }}"

    - name: Show the address
      ansible.builtin.debug:
        msg: "{{ database.host }}:{{ database.port }}"

    - name: Show just the port, opening a connection if there is none
      ansible.builtin.debug:
        msg: "{{ lookup('community.remoteit.remoteit_proxy', database_service_id, attribute='port', missing='open') }}"

    - name: Show the address of a service by its name
      ansible.builtin.debug:
        msg: "{{ lookup('community.remoteit.remoteit_proxy', device='pi-kitchen', service='ssh', missing='empty') }}"

    - name: Show which of several services are reachable
      ansible.builtin.debug:
        msg: "{{ query('community.remoteit.remoteit_proxy', database_service_id, other_service_id, attribute='url', missing='empty') }}"
"""

RETURN = r"""
_raw:
  description:
    - One answer for each service, in their order. Without O(attribute), a dictionary as
      RV(community.remoteit.remoteit_connection#module:connection).
  type: list
  elements: raw
  sample:
    - access: latching
      api: rest
      client_ip:
      expires_at: "2026-02-03T12:05:06Z"
      expires_in: 28797
      host: proxy18.rt3.io
      id: A78B3919-52E1-B674-58CC-5C0009377419
      opened_at: "2026-02-03T04:05:06Z"
      port: 38575
      proxy: http://proxy18.rt3.io:38575
      service_id: "80:00:00:00:00:00:00:91"
      type: port
      url: tcp://proxy18.rt3.io:38575
"""

import functools
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from ansible.errors import AnsibleLookupError
from ansible.plugins.lookup import LookupBase
from ansible.utils.display import Display

from ..module_utils._base.clock import Deadline
from ..module_utils._base.errors import OptionError, RemoteItError
from ..module_utils._base.process import process_name
from ..module_utils._model.access import Access
from ..module_utils._model.connection import Connection
from ..module_utils._model.wanted import Wanted
from ..module_utils._registry.registry import Registry
from ..module_utils._settings.checks import checked_deadline, checked_service_id
from ..module_utils._settings.settings import Settings
from ..plugin_utils._run.check_mode import is_check_mode
from ..plugin_utils._run.main_process import main_process

if TYPE_CHECKING:
    from ..module_utils._api.client import Client
    from ..module_utils._api.dialects import Dialects

# To resolve twenty options takes most of the time of an evaluation, and a play evaluates the same one over and over.
_RESOLVED: dict[Any, dict[str, Any]] = {}
_MOST_RESOLVED = 100


@functools.cache
def _dialects() -> Dialects:
    """What the evaluations of this process have learnt of signatures."""
    from ..module_utils._api.dialects import Dialects

    return Dialects()


class LookupModule(LookupBase):
    """Answers from the registry; what opens a connection is imported only when one is opened."""

    def run(self, terms: list[Any], variables: dict[str, Any] | None = None, **kwargs: Any) -> list[Any]:
        """One answer for each service id in *terms*. Raises AnsibleLookupError."""
        self._chosen = self._resolved(kwargs)
        self._host = str((variables or {}).get("inventory_hostname", ""))
        self._client: Client | None = None
        try:
            settings = Settings.from_options(self._chosen)
            return [
                self._answer(settings, service_id, deadline) for service_id, deadline in self._asked(settings, terms)
            ]
        except RemoteItError as error:
            raise AnsibleLookupError(str(error)) from None

    def _resolved(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """All options. None can be set anywhere else, so the same arguments give the same ones."""
        key: Any = tuple((name, type(value), value) for name, value in arguments.items())
        try:
            known = _RESOLVED.get(key)
        except TypeError:
            known = key = None
        if known is None:
            self.set_options(direct=arguments)
            known = dict(self.get_options())
            if key is not None and len(_RESOLVED) < _MOST_RESOLVED:
                _RESOLVED[key] = known
        return known

    def _asked(self, settings: Settings, terms: list[Any]) -> Iterator[tuple[str, Deadline]]:
        """The id of each service that is asked for, and the time that its answer may take. Raises RemoteItError."""
        ids = [checked_service_id(str(term)) for term in self._flatten(terms)]
        if not any(self._chosen[option] is not None for option in ("device", "device_tag", "service")):
            for service_id in ids:
                yield service_id, checked_deadline(self._chosen["timeout"])
            return
        if ids:
            raise OptionError(
                "Terms are ids of services, and device, device_tag and service are names: give one of both."
            )
        # Only here, because it is slow.
        from ..module_utils._fleet.service_by_name import service_by_name

        deadline = checked_deadline(self._chosen["timeout"])
        yield service_by_name(self._chosen, self._asking(settings), deadline, to_connect=False), deadline

    def _answer(self, settings: Settings, service_id: str, deadline: Deadline) -> Any:
        wanted = self._wanted()
        connection = self._held(settings, service_id, wanted, deadline)
        if self._chosen["missing"] == "open" and _is_to_be_had(connection, wanted) and not is_check_mode(self._templar):
            connection = self._opened(settings, service_id, wanted, deadline)
        attribute = self._chosen["attribute"]
        if connection is None:
            if self._chosen["missing"] == "error":
                raise RemoteItError(
                    f"no connection to service {service_id} is open: open one with "
                    "community.remoteit.remoteit_connection, or set missing='open' or missing='empty'."
                )
            return "" if attribute else {}
        result = connection.as_result(time.time())
        return result[attribute] if attribute else result

    def _wanted(self) -> Wanted:
        access, client_ip = self._chosen["access"], self._chosen["client_ip"]
        return Wanted(
            Access.from_options(access, client_ip, None) if access else None,
            min_remaining=0,
            holder=process_name(main_process()) if self._chosen["close"] == "at_end" else None,
        )

    def _held(self, settings: Settings, service_id: str, wanted: Wanted, deadline: Deadline) -> Connection | None:
        """The newest held connection that has not expired."""
        holding = Registry(settings, self._warn).read(service_id, deadline)
        return wanted.candidate(holding.connections, time.time())

    def _opened(self, settings: Settings, service_id: str, wanted: Wanted, deadline: Deadline) -> Connection | None:
        from ..module_utils._base.environment import environment
        from ..module_utils._connections.connections import Connections
        from ..module_utils._registry.journal import ENV_HOST
        from ..plugin_utils._run.end_of_run import END_OF_RUN

        if wanted.holder is not None:
            END_OF_RUN.watch(settings)
        remember = functools.partial(END_OF_RUN.remember, settings)
        with environment({ENV_HOST: self._host}):
            connections = Connections(settings, self._warn, client=self._asking(settings), remember=remember)
            return connections.present(service_id, wanted, deadline).connection

    def _asking(self, settings: Settings) -> Client:
        """What asks remote.it during this evaluation."""
        if self._client is None:
            from ..module_utils._api.client import Client
            from ..module_utils._base.clock import Clock

            self._client = Client(settings, Clock(), self._warn, _dialects())
        return self._client

    def _warn(self, message: str) -> None:
        Display().warning(message)


def _is_to_be_had(connection: Connection | None, wanted: Wanted) -> bool:
    """Whether there is none, or only one that may be closed at any time, at the end of another run."""
    return connection is None or not (connection.kept or wanted.has_claimed(connection))
