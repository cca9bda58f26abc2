# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Close what a process held that has ended, and what others left behind that were killed."""

from __future__ import annotations

import base64
import json
import queue
import threading
import time
from collections.abc import Iterable
from dataclasses import asdict

from ._clock import Deadline
from ._connections import Connections
from ._credentials import Credentials
from ._errors import OutOfTimeError, RemoteItError
from ._registry import Holding, Registry
from ._settings import Settings
from ._wanted import is_unneeded

_AT_A_TIME = 16
_TIMEOUT = 60.0
# Where only an interrupted opening is left, somebody may just be busy with it.
_BRIEFLY = 0.5
# When to look for a connection that an interrupted opening made: it may be listed late.
_LOOKS = (0.0, 1.0, 2.0, 3.0)


def encoded(settings: Settings) -> bytes:
    """One line for decoded(). It holds the keys, so it may only go through a pipe."""
    key = base64.b64encode(settings.credentials.key).decode()
    values = asdict(settings)
    values["credentials"]["key"] = key
    return json.dumps(values).encode() + b"\n"


def decoded(line: bytes) -> Settings:
    """The settings that encoded() was given."""
    values = json.loads(line)
    credentials = values.pop("credentials")
    credentials["key"] = base64.b64decode(credentials["key"])
    return Settings(credentials=Credentials(**credentials), **values)


def serve(holder: str, lines: Iterable[bytes]) -> None:
    """Sweep where the settings in *lines* lead to, after the end of *holder*, and print what the user should know."""
    complaints: list[str] = []
    for settings in [decoded(line) for line in sorted(set(lines))]:
        complaints += sweep(settings, holder)
    for complaint in complaints:
        print(complaint, flush=True)


def sweep(settings: Settings, holder: str) -> list[str]:
    """Close what *holder* held, and what nobody holds any more; what the user should know, a sentence each."""
    registry = Registry(settings, _ignore)
    complaints: list[str] = []
    work: queue.SimpleQueue[str] = queue.SimpleQueue()
    for service_id, holding in registry.holdings():
        if _has_leftovers(holding, holder):
            work.put(service_id)

    def work_off() -> None:
        while True:
            try:
                service_id = work.get_nowait()
            except queue.Empty:
                return
            try:
                _sweep_service(settings, registry, service_id, holder)
            except RemoteItError as error:
                complaints.append(f"A connection to {service_id} was left open: {error} The next run tries again.")

    workers = [threading.Thread(target=work_off, daemon=True) for _number in range(min(_AT_A_TIME, work.qsize()))]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return complaints


def _has_leftovers(holding: Holding, holder: str) -> bool:
    return bool(holding.attempts) or any(
        holder in connection.holders or is_unneeded(connection) for connection in holding.connections
    )


def _sweep_service(settings: Settings, registry: Registry, service_id: str, holder: str) -> None:
    held = bool(registry.read(service_id).connections)
    for pause in _LOOKS:
        time.sleep(pause)
        try:
            Connections(settings, _ignore).release(service_id, holder, Deadline(_TIMEOUT if held else _BRIEFLY))
        except OutOfTimeError:
            if held:
                raise
            return
        if not registry.read(service_id).attempts:
            return


def _ignore(_sentence: str) -> None:
    """What the tasks were told already."""
