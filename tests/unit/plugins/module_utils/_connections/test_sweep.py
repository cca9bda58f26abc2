# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
import shutil
import socket
import threading
import time
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.community.remoteit.plugins.module_utils._base.clock import Deadline
from ansible_collections.community.remoteit.plugins.module_utils._base.environment import network_variables
from ansible_collections.community.remoteit.plugins.module_utils._base.library import Library
from ansible_collections.community.remoteit.plugins.module_utils._base.process import process_name
from ansible_collections.community.remoteit.plugins.module_utils._connections.connections import Connections
from ansible_collections.community.remoteit.plugins.module_utils._connections.memory import Memory
from ansible_collections.community.remoteit.plugins.module_utils._connections.sweep import serve, sweep
from ansible_collections.community.remoteit.plugins.module_utils._connections.sweep_orders import Claim, encoded
from ansible_collections.community.remoteit.plugins.module_utils._registry import redis_client
from ansible_collections.community.remoteit.plugins.module_utils._registry.file_store import FileStore
from ansible_collections.community.remoteit.plugins.module_utils._registry.holding import Attempt, Holding
from ansible_collections.community.remoteit.plugins.module_utils._registry.registry import Registry
from ansible_collections.community.remoteit.plugins.module_utils._settings.patience import Patience
from tests.doubles import loopback, material
from tests.doubles.account import ME, listed
from tests.doubles.loopback import Exchange, reply
from tests.doubles.material import DEVELOPER_KEY, KEY, KEY_ID, SECRET, SERVICE, connection
from tests.doubles.processes import Fork
from tests.doubles.renewal import Renewal
from tests.doubles.stopwatch import seconds_taken

pytestmark = [pytest.mark.one_core, pytest.mark.slow]

ALIVE = process_name(os.getpid())
RUN = process_name(os.getppid())


class Fleet:
    """An account with many services; *sessions* are what is open, by service."""

    def __init__(self, registry: Path) -> None:
        self.sessions: dict[str, list[dict[str, Any]]] = {}
        self.refused: set[str] = set()
        self.pause = 0.0
        self.at_once = 0
        self.most_at_once = 0
        self._lock = threading.Lock()
        self.server = loopback.Server(self._answer)
        self.settings = material.settings(
            registry,
            rest_url=f"{self.server.url}/apv/v27",
            graphql_url=f"{self.server.url}/graphql/v1",
            request_timeout=5.0,
        )
        self.registry = Registry(self.settings, pytest.fail)

    def _answer(self, exchange: Exchange) -> None:
        with self._lock:
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
        time.sleep(self.pause)
        sent = exchange.request.json()
        if exchange.request.target.endswith("/device/connect/stop"):
            answer = self._stop(sent["deviceaddress"], sent["connectionid"])
        elif "disconnect(" in sent["query"]:
            self._stop(sent["variables"]["serviceId"], sent["variables"]["connectionId"])
            answer = {"data": {"disconnect": True}}
        else:
            found = [{"id": id, "sessions": self.sessions.get(id, [])} for id in sent["variables"]["ids"]]
            answer = {"data": {"login": {"id": ME, "service": found}}}
        with self._lock:
            self.at_once -= 1
        reply(200, answer)(exchange)

    def _stop(self, service: str, id: str) -> dict[str, Any]:
        if service in self.refused:
            return {"status": "false", "reason": "not today"}
        self.sessions[service] = [item for item in self.sessions[service] if item["id"] != id]
        return {"status": "true"}

    def open(self, service: str, id: str, **changes: Any) -> None:
        """A connection that is open, and in the registry."""
        at = time.time() - 60
        times = {"opened_at": at, "asked_at": at, "verified_at": at, "expires_at": at + 3600}
        made = connection(id=id, service_id=service, **{**times, "kept": False, **changes})
        self.sessions.setdefault(service, []).append(listed(id, at))
        with self.registry.locked(service, Deadline(10)) as turn:
            turn.holding.connections.append(made)
            turn.save()

    def try_to_open(self, service: str, until: float) -> None:
        """An attempt that was interrupted, but had its effect."""
        at = time.time() - 60
        self.sessions.setdefault(service, []).append(listed("ORPHAN", at))
        with self.registry.locked(service, Deadline(10)) as turn:
            turn.holding.attempts.append(Attempt(at, until))
            turn.save()

    def is_open(self, service: str) -> list[str]:
        return [session["id"] for session in self.sessions.get(service, [])]


@pytest.fixture
def fleet(tmp_path: Path) -> Iterator[Fleet]:
    made = Fleet(tmp_path / "registry")
    with made.server:
        yield made


def service(number: int) -> str:
    return f"80:00:00:00:01:02:03:{number:02X}"


def left_behind(id: str, service_id: str) -> str:
    return f"Connection {id} to {service_id} was left behind by a process that has ended, and was closed."


# -- closing ----------------------------------------------------------------------------------------------------------


def test_what_nobody_needs_any_more_is_closed_and_nothing_else(fleet: Fleet, ended: str) -> None:
    fleet.open(SERVICE, "RUN", holders=(RUN,))
    fleet.open(SERVICE, "DEAD", holders=(ended,))
    fleet.open(SERVICE, "KEPT", holders=(RUN,), kept=True)
    fleet.open(SERVICE, "SHARED", holders=(RUN, ALIVE, ended))
    fleet.open(SERVICE, "OTHERS", holders=(ALIVE,))
    fleet.open(service(9), "UNTOUCHED", holders=(ALIVE,))
    # nobody here opened it
    fleet.sessions[SERVICE].append(listed("STRANGER", time.time() - 30))
    assert sweep(fleet.settings, RUN) == [left_behind("DEAD", SERVICE)]
    assert fleet.is_open(SERVICE) == ["KEPT", "SHARED", "OTHERS", "STRANGER"]
    left = {item.id: item.holders for item in fleet.registry.read(SERVICE).connections}
    assert left == {"KEPT": (), "SHARED": (ALIVE, ended), "OTHERS": (ALIVE,)}
    assert fleet.is_open(service(9)) == ["UNTOUCHED"]
    assert not [item for item in fleet.server.received if service(9).encode() in item.body]


def test_without_leftovers_nothing_is_asked(fleet: Fleet) -> None:
    assert sweep(fleet.settings, RUN) == []
    fleet.open(SERVICE, "OTHERS", holders=(ALIVE,))
    fleet.open(SERVICE, "KEPT", kept=True)
    assert sweep(fleet.settings, RUN) == []
    assert fleet.server.received == []


def test_many_are_closed_at_once(fleet: Fleet) -> None:
    fleet.pause = 0.05
    for number in range(40):
        fleet.open(service(number), f"C{number}", holders=(RUN,))
    assert sweep(fleet.settings, RUN) == []
    assert [number for number in range(40) if fleet.is_open(service(number))] == []
    assert fleet.registry.read_all() == []
    assert 8 <= fleet.most_at_once <= 16


def test_a_run_that_holds_nothing_is_not_kept_waiting_by_a_registry_that_is_away(fleet: Fleet) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        away = fleet.settings._replace(
            registry=f"redis://127.0.0.1:{silent.getsockname()[1]}/0", patience=Patience(redis_timeout=0.5)
        )
        said: list[str] = []
        assert seconds_taken(1.0, lambda: said.extend(sweep(away, RUN))) < 1.0
        assert said == []


def test_a_place_without_its_library_keeps_nothing_else_from_being_closed(
    fleet: Fleet, monkeypatch: pytest.MonkeyPatch
) -> None:
    missing = Library("hiredis>=3.0,<4")
    with missing.imported():
        raise ModuleNotFoundError(name="hiredis")
    monkeypatch.setattr(redis_client, "HIREDIS", missing)
    fleet.open(SERVICE, "OURS", holders=(RUN,))
    elsewhere = fleet.settings._replace(registry="redis://127.0.0.1:1/0")
    serve(RUN, [encoded(elsewhere), encoded(fleet.settings), encoded(elsewhere)])
    assert not fleet.is_open(SERVICE)


def test_one_that_resists_is_complained_of_and_kept_in_mind(fleet: Fleet) -> None:
    for number in range(3):
        fleet.open(service(number), f"C{number}", holders=(RUN,))
    fleet.refused = {service(1)}
    (complaint,) = serve(RUN, [encoded(fleet.settings)] * 2)
    assert complaint == (
        f'A connection to {service(1)} was left open: remote.it refused device/connect/stop: "not today".'
        " The next run tries again."
    )
    assert [item.id for item in fleet.registry.read_all()] == ["C1"]
    fleet.refused = set()
    said = f"Connection C1 to {service(1)} was to be closed before, and was closed."
    assert serve("next", [encoded(fleet.settings)]) == [said]
    assert fleet.registry.read_all() == [] and not fleet.is_open(service(1))


def test_what_is_in_the_way_is_told_and_the_rest_is_closed(fleet: Fleet, tmp_path: Path) -> None:
    fleet.open(service(1), "C1", holders=(RUN,))
    (file,) = (tmp_path / "registry").rglob("*.json")
    # before it and after it
    for name in ("0000000000000000", "ffffffffffffffff"):
        file.with_name(f"remoteit-{name}.json").symlink_to(file)
    (complaint,) = sweep(fleet.settings, RUN)
    assert "Connections may have been left open: " in complaint and "symbolic link" in complaint
    assert not fleet.is_open(service(1))


def test_one_record_that_cannot_be_read_costs_others_no_use(fleet: Fleet, tmp_path: Path) -> None:
    lines = []
    for number, holders in ((1, (RUN,)), (2, (RUN, ALIVE))):
        fleet.open(service(number), f"C{number}", holders=holders)
        (made,) = fleet.registry.read(service(number)).connections
        lines.append(encoded(fleet.settings, Claim(made, opened=True)))
    (file,) = (tmp_path / "registry").rglob("*01.json")
    file.unlink()
    file.symlink_to("elsewhere")
    assert "symbolic link" in "".join(serve(RUN, lines))
    assert (fleet.is_open(service(1)), fleet.is_open(service(2))) == ([], ["C2"])
    assert fleet.registry.read(service(2)).connections[0].holders == (ALIVE,)


def test_every_account_is_swept_and_no_secret_is_told(fleet: Fleet, tmp_path: Path) -> None:
    other = Fleet(tmp_path / "other")
    unreachable = f"http://127.0.0.1:{loopback.unused_port()}"
    lost = material.settings(tmp_path / "lost", rest_url=unreachable, graphql_url=unreachable, request_timeout=1.0)
    with other.server:
        for site in (fleet, other):
            site.open(SERVICE, "C", holders=(RUN,))
        fleet.refused = {SERVICE}
        (said,) = serve(RUN, [encoded(fleet.settings), encoded(lost), encoded(other.settings)])
    assert fleet.is_open(SERVICE) == ["C"]
    assert other.is_open(SERVICE) == []
    assert not [word for word in (SECRET, KEY.decode(), DEVELOPER_KEY, KEY_ID) if word in said]


def test_each_is_swept_by_way_of_its_own_web_proxy(fleet: Fleet, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in network_variables():
        monkeypatch.delenv(name, raising=False)
    fleet.open(service(1), "DIRECT", holders=(RUN,))
    lines = [encoded(fleet.settings)]
    unreachable = f"http://127.0.0.1:{loopback.unused_port()}"
    fleet.settings = fleet.settings._replace(rest_url=f"{unreachable}/apv/v27", graphql_url=f"{unreachable}/graphql/v1")
    fleet.registry = Registry(fleet.settings, pytest.fail)
    fleet.open(service(2), "BY_PROXY", holders=(RUN,))
    # it does as a web proxy as well, but not for itself
    monkeypatch.setenv("http_proxy", fleet.server.url)
    lines.append(encoded(fleet.settings))
    monkeypatch.setenv("http_proxy", unreachable)
    serve(RUN, lines)
    assert not fleet.is_open(service(1)) and not fleet.is_open(service(2))
    assert {exchange.target.startswith(unreachable) for exchange in fleet.server.received} == {True, False}


def test_whose_life_is_not_known_yet_is_waited_for(fleet: Fleet, monkeypatch: pytest.MonkeyPatch) -> None:
    def live(report: Any) -> None:
        report(process_name(os.getpid()))
        time.sleep(60)

    other = Fork(live)
    fleet.open(SERVICE, "OTHERS", holders=(other.receive(), RUN))
    asked = []

    def unsure(_store: FileStore, holders: Collection[str], _deadline: Deadline) -> float:
        asked.append(len(holders))
        if len(asked) == 1:
            other.kill()
        # as long as it waits, it is to be in touch
        return 0.1 if len(asked) < 3 else 0.0

    monkeypatch.setattr(FileStore, "unsure", unsure)
    assert sweep(fleet.settings, RUN) == [left_behind("OTHERS", SERVICE)]
    assert (asked, fleet.is_open(SERVICE)) == ([1] * 3, [])


def test_who_would_have_to_be_waited_for_for_too_long_is_left(fleet: Fleet, monkeypatch: pytest.MonkeyPatch) -> None:
    fleet.open(SERVICE, "OTHERS", holders=(ALIVE,))
    monkeypatch.setattr(FileStore, "unsure", lambda *_arguments: 1000.0)
    begun = time.monotonic()
    assert sweep(fleet.settings, RUN) == []
    assert time.monotonic() - begun < 20


def test_a_run_that_has_ended_gives_no_sign_of_life_any_more(fleet: Fleet, monkeypatch: pytest.MonkeyPatch) -> None:
    fleet.open(SERVICE, "C", holders=(RUN,))
    forgotten = []
    monkeypatch.setattr(FileStore, "forget", lambda _store, holder, _deadline: forgotten.append(holder))
    serve(RUN, [encoded(fleet.settings)] * 2)
    assert forgotten == [RUN]


def test_what_tasks_told_is_closed_although_the_registry_is_lost(fleet: Fleet, tmp_path: Path) -> None:
    settings = fleet.settings._replace(patience=Patience(life_lease=0.3))
    lines = [encoded(settings)]
    for number in range(3):
        fleet.open(service(number), f"C{number}", holders=(RUN,))
        (made,) = fleet.registry.read(service(number)).connections
        lines.append(encoded(settings, Claim(made, opened=True)))
    shutil.rmtree(tmp_path / "registry")
    serve(RUN, lines)
    assert [number for number in range(3) if fleet.is_open(service(number))] == []
    assert fleet.registry.read_all() == []


def test_a_renewal_that_is_late_leaves_no_record_of_what_is_closed(
    fleet: Fleet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fleet.open(SERVICE, "C", holders=(RUN,))
    memory = Memory(fleet.settings, RUN)
    monkeypatch.setattr(memory, "unsaid", lambda: 0.0)
    (made,) = fleet.registry.read(SERVICE).connections
    memory.remember(Claim(made, opened=True))
    shutil.rmtree(tmp_path / "registry")
    renewal = Renewal(memory, monkeypatch)
    monkeypatch.setattr(Connections, "release", renewal.then(Connections.release))
    assert sweep(fleet.settings, RUN, memory) == []
    assert (fleet.is_open(SERVICE), fleet.registry.read_all()) == ([], [])


def test_what_remote_it_does_not_close_either_is_told(fleet: Fleet, tmp_path: Path) -> None:
    lines = []
    for number in range(2):
        fleet.open(service(number), f"C{number}", holders=(RUN,))
        (made,) = fleet.registry.read(service(number)).connections
        lines.append(encoded(fleet.settings, Claim(made, opened=True)))
    fleet.refused = {service(1)}
    (tmp_path / "registry").chmod(0o755)
    refused, failed = serve(RUN, lines)
    assert refused.startswith(f"A connection to {service(1)} was left open: remote.it refused ")
    assert failed.startswith("Connections may have been left open: The registry ")
    assert failed.endswith(" Closed all the same: C0.")


# -- attempts ---------------------------------------------------------------------------------------------------------


def test_what_an_interrupted_attempt_opened_is_closed_however_slow_remote_it_is(fleet: Fleet) -> None:
    fleet.pause = 0.7
    fleet.try_to_open(SERVICE, time.time() - 30)
    assert sweep(fleet.settings, RUN) == []
    assert fleet.is_open(SERVICE) == []
    assert fleet.registry.read(SERVICE) == Holding()


def test_what_is_listed_late_is_closed_as_well(fleet: Fleet) -> None:
    fleet.try_to_open(SERVICE, time.time() + 30)
    late, fleet.sessions[SERVICE] = fleet.sessions[SERVICE], []
    timer = threading.Timer(0.2, lambda: fleet.sessions.update({SERVICE: late}))
    timer.start()
    assert sweep(fleet.settings._replace(patience=Patience(looks=(0.0, 0.3, 0.3))), RUN) == []
    assert fleet.is_open(SERVICE) == []
    # something may come of it yet
    assert len(fleet.registry.read(SERVICE).attempts) == 1


def test_somebody_who_is_busy_opening_is_left_alone(fleet: Fleet) -> None:
    fleet.try_to_open(SERVICE, time.time() + 30)

    def lock(report: Any) -> None:
        with fleet.registry.locked(SERVICE, Deadline(10)):
            report("locked")
            time.sleep(60)

    busy = Fork(lock)
    assert busy.receive() == "locked"
    begun = time.monotonic()
    assert sweep(fleet.settings, RUN) == []
    assert time.monotonic() - begun < 10
    assert fleet.server.received == []
    busy.kill()


def test_that_remote_it_cannot_be_asked_at_all_is_told(fleet: Fleet, tmp_path: Path) -> None:
    fleet.open(SERVICE, "C", holders=(RUN,))
    # since the run began
    gone = tmp_path / "gone.pem"
    (complaint,) = sweep(fleet.settings._replace(verify=str(gone)), RUN)
    assert complaint.startswith(f"Connections to {SERVICE} may have been left open: ca_path={gone} cannot be used")
    assert fleet.is_open(SERVICE) == ["C"]
