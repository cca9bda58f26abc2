# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a soak does to a service: what tasks, lookups, SSH and the end of a run do."""

from __future__ import annotations

import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

from ansible_collections.community.remoteit.plugins.module_utils._base.clock import Deadline
from ansible_collections.community.remoteit.plugins.module_utils._base.errors import RemoteItError
from ansible_collections.community.remoteit.plugins.module_utils._base.process import process_name
from ansible_collections.community.remoteit.plugins.module_utils._connections.connections import Connections
from ansible_collections.community.remoteit.plugins.module_utils._connections.overview import list_open
from ansible_collections.community.remoteit.plugins.module_utils._connections.sweep import sweep
from ansible_collections.community.remoteit.plugins.module_utils._model.access import PUBLIC, Access
from ansible_collections.community.remoteit.plugins.module_utils._model.wanted import Wanted
from ansible_collections.community.remoteit.plugins.module_utils._registry.claims import join, leave
from ansible_collections.community.remoteit.plugins.module_utils._registry.registry import Registry
from ansible_collections.community.remoteit.plugins.module_utils._settings.settings import APIS, Settings
from tests import COLLECTION
from tests.lab.site import PAGE, SERVICES
from tests.lab.world import DEVELOPER_KEY, KEY_ID, SECRET, service_id

MORE_SERVICES = [service_id(3, number) for number in (1, 2, 3, 4)]
_FOR_SSH = [*SERVICES, *MORE_SERVICES]
ALL_SERVICES = [*_FOR_SSH, PAGE]

# seconds
TIMEOUT = 20
REQUEST_TIMEOUT = 2
_DIAL_TIMEOUT = 2.0
_LONGEST_USE = 0.05
_PROGRAM = COLLECTION / "plugins" / "plugin_utils" / "ssh_proxy.py"


class Operation:
    """The operation of that *number*: the same one whenever the *seed* is the same. *options* are those of a task."""

    def __init__(self, seed: int, number: int, options: dict[str, Any]) -> None:
        self._chance = random.Random(f"{seed}/{number}")
        self.kind = self._chance.choices(list(_WEIGHTS), list(_WEIGHTS.values()))[0].__name__.strip("_")
        self._options = {**options, "api": self._chance.choice(APIS), "request_timeout": REQUEST_TIMEOUT}
        self._settings = Settings.from_options(self._options, {})
        self._registry = Registry(self._settings, _ignore)
        self._connections = Connections(self._settings, _ignore)
        self._deadline = Deadline(TIMEOUT)

    def run(self) -> str:
        """Do it, and tell in a word what came of it. Raises RemoteItError."""
        word: str = getattr(self, f"_{self.kind}")()
        return word

    def _any_service(self) -> str:
        return self._chance.choice(ALL_SERVICES)

    def _open(self) -> str:
        return self._opened(force=False)

    def _force(self) -> str:
        return self._opened(force=True)

    def _opened(self, force: bool) -> str:
        access = self._chance.choice([Access(), Access(), Access(PUBLIC)])
        wanted = Wanted(access, verify_after=self._chance.choice([0, 15]), force=force)
        outcome = self._connections.present(self._any_service(), wanted, self._deadline)
        return "opened" if outcome.is_new else "reused"

    def _close(self) -> str:
        closed = self._connections.absent(self._any_service(), self._deadline).closed
        return "closed" if closed else "nothing to close"

    def _close_one(self) -> str:
        service_id = self._any_service()
        held = self._registry.read(service_id).connections
        if not held:
            return "nothing to close"
        one = self._chance.choice(held).id
        closed = self._connections.absent(service_id, self._deadline, connection_id=one).closed
        return "closed" if closed else "nothing to close"

    def _predict(self) -> str:
        outcome = Connections(self._settings, _ignore, check_mode=True).present(
            self._any_service(), Wanted(Access()), self._deadline
        )
        return "would open" if outcome.connection is None else "would reuse"

    def _look_up(self) -> str:
        return "found" if self._registry.read(self._any_service()).connections else "found none"

    def _list(self) -> str:
        found, others = list_open(
            self._connections.client, _ignore, self._chance.choice([None, self._any_service()]), self._deadline
        )
        return "listed" if found or others else "listed none"

    def _use(self) -> str:
        """What SSH does, in this process."""
        service_id = self._chance.choice(_FOR_SSH)
        wanted = Wanted(None, verify_after=900, holder=process_name(os.getpid()), by_ssh=True)
        try:
            connection = join(self._registry, service_id, wanted, self._deadline)
            word = "joined" if connection else "opened"
            connection = connection or self._connections.present(service_id, wanted, self._deadline).usable()
            try:
                self._dial(connection.host, connection.port)
            except OSError:
                word = "opened instead"
                self._connections.instead_of(connection, wanted, self._deadline)
            time.sleep(self._chance.uniform(0, _LONGEST_USE))
            return word
        finally:
            # Whatever came of it, its use ends, as the ProxyCommand does it.
            deadline = Deadline(TIMEOUT)
            if not leave(self._registry, service_id, process_name(os.getpid()), deadline):
                self._connections.release(service_id, process_name(os.getpid()), deadline)

    def _dial(self, host: str, port: int | None) -> None:
        """Wait for a server to speak. Raises OSError."""
        assert port is not None
        with socket.create_connection((host, port), _DIAL_TIMEOUT) as link:
            if not link.recv(1):
                raise ConnectionError

    def _tunnel(self) -> str:
        """What SSH does, by the real program, which sometimes is killed."""
        words = [
            f"--{name}={self._options[name.replace('-', '_')]}" for name in ("registry", "rest-url", "graphql-url")
        ]
        keys = {"R3_ACCESS_KEY_ID": KEY_ID, "R3_SECRET_ACCESS_KEY": SECRET, "R3_DEVELOPER_API_KEY": DEVELOPER_KEY}
        with subprocess.Popen(
            [sys.executable, str(_PROGRAM), *words, self._chance.choice(_FOR_SSH)],
            env={**os.environ, **keys},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        ) as process:
            assert process.stdout is not None
            greeted = process.stdout.read(1)
            process.send_signal(self._chance.choice([signal.SIGTERM, signal.SIGTERM, signal.SIGKILL]))
        return "greeted" if greeted else "not greeted"

    def _sweep(self) -> str:
        told = sweep(self._settings, process_name(os.getpid()))
        if complaints := [sentence for sentence in told if "left behind" not in sentence]:
            raise RemoteItError(complaints[0])
        return "swept"


def _ignore(_sentence: str) -> None:
    """What the user would be warned of."""


_WEIGHTS: dict[Callable[..., str], int] = {
    Operation._open: 220,
    Operation._force: 20,
    Operation._close: 80,
    Operation._close_one: 40,
    Operation._predict: 50,
    Operation._look_up: 170,
    Operation._list: 100,
    Operation._use: 170,
    Operation._tunnel: 100,
    Operation._sweep: 50,
}
