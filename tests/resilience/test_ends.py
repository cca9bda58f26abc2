# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The registry fails, or loses all, while a connection is used: what is open when the use has ended is what the user was told."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import socket
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from ansible_collections.community.remoteit.plugins.module_utils._base.clock import Deadline
from ansible_collections.community.remoteit.plugins.module_utils._base.errors import RegistryError
from ansible_collections.community.remoteit.plugins.module_utils._base.process import process_name
from ansible_collections.community.remoteit.plugins.module_utils._connections.memory import Memory
from ansible_collections.community.remoteit.plugins.module_utils._connections.sweep import sweep
from ansible_collections.community.remoteit.plugins.module_utils._connections.sweep_orders import Claim
from ansible_collections.community.remoteit.plugins.module_utils._model.access import Access
from ansible_collections.community.remoteit.plugins.module_utils._model.wanted import Wanted
from ansible_collections.community.remoteit.plugins.module_utils._registry import journal
from ansible_collections.community.remoteit.plugins.module_utils._tunnels import multiplexer
from ansible_collections.community.remoteit.plugins.module_utils._tunnels.messages import TAKEN, Use
from tests.doubles.patience import impatient
from tests.doubles.processes import Fork
from tests.lab.machines import Machine
from tests.lab.redis_server import RedisServer, is_installed
from tests.lab.site import SERVICE, SERVICES, Site
from tests.lab.small_disk import fill, small_disk
from tests.lab.target import BANNER
from tests.lab.world import DEVELOPER_KEY, KEY_ID, SECRET

SECONDS = 60.0
# Seconds, instead of 60
SHORT = 0.6
READ_ONLY_USER = "ACL SETUSER default -@all +@read +@connection +info"


@dataclass(frozen=True)
class Fault:
    """What becomes of a *place*: "file", a directory on a small disk, or "redis". It can still be *read*, or has *lost* it all.

    *frees* is whether what is to be removed can be removed all the same.
    """

    name: str
    place: str
    strike: Callable[[str, RedisServer | None], object]
    read: bool = True
    lost: bool = False
    frees: bool = False

    def __str__(self) -> str:
        return f"{self.place}-{self.name}"


def full(place: str, _server: RedisServer | None) -> None:
    """Leave no room on the disk of the registry."""
    fill(Path(place).parent)


def asked(command: str) -> Callable[[str, RedisServer | None], object]:
    """Have Redis do this."""

    def strike(_place: str, server: RedisServer | None) -> None:
        assert server is not None
        server.client().execute_command(*command.split())

    return strike


def killed(_place: str, server: RedisServer | None) -> None:
    """End Redis."""
    assert server is not None
    server.kill()


def removed(place: str, _server: RedisServer | None) -> None:
    """Remove the directory, although somebody may be writing there."""
    while os.path.exists(place):
        shutil.rmtree(place, ignore_errors=True)


FAULTS = [
    Fault("full", "file", full, frees=True),
    Fault("open-to-others", "file", lambda place, _server: os.chmod(place, 0o755), read=False),
    Fault("removed", "file", removed, lost=True, frees=True),
    Fault("full", "redis", asked("CONFIG SET maxmemory 1")),
    Fault("read-only-user", "redis", asked(READ_ONLY_USER)),
    Fault("read-only-replica", "redis", asked("REPLICAOF 127.0.0.1 1")),
    Fault("killed", "redis", killed, read=False),
    Fault("flushed", "redis", asked("FLUSHALL"), lost=True, frees=True),
]
UNREADABLE = [fault for fault in FAULTS if not fault.read]
UNWRITABLE = [fault for fault in FAULTS if fault.read and not fault.lost]


class World:
    """A *site* whose registry is struck by *fault*."""

    def __init__(self, site: Site, fault: Fault, server: RedisServer | None) -> None:
        self.site = site
        self.fault = fault
        self._server = server

    def strike(self) -> None:
        """Let it happen."""
        self.fault.strike(self.site.place, self._server)

    def present(self, who: str | None, service: str = SERVICE) -> Claim:
        """What *who* gets."""
        outcome = self.site.connections().present(service, Wanted(Access(), holder=who), Deadline(SECONDS))
        return Claim(outcome.usable(), outcome.is_new)

    def memory(self, who: str, *claims: Claim) -> Memory:
        """What the process beside the run *who* knows."""
        memory = Memory(self.site.settings(), who)
        for claim in claims:
            memory.remember(claim)
        return memory


@pytest.fixture
def world(site: Site, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[World]:
    """One with short leases, and with a registry that the fault of this test can strike."""
    fault = request.param
    with contextlib.ExitStack() as stack:
        stack.enter_context(impatient(life_lease=SHORT, redis_timeout=0.5, redis_pauses=(0.05,), looks=(0.0, 0.05)))
        server = None
        if fault.place == "redis":
            if not is_installed():
                pytest.skip("there is no redis-server")
            server = stack.enter_context(RedisServer(tmp_path / "redis"))
            site.place = server.url
        elif fault.strike is full:
            site.place = f"{stack.enter_context(small_disk(tmp_path / 'disk'))}/registry"
        yield World(site, fault, server)


def struck_by(faults: list[Fault]) -> pytest.MarkDecorator:
    """The test with each of *faults*."""
    return pytest.mark.parametrize("world", faults, ids=str, indirect=True)


# -- the end of a run -------------------------------------------------------------------------------------------------


@struck_by(FAULTS)
def test_what_a_run_opened_is_closed_and_what_was_not_written_is_told(world: World, tmp_path: Path) -> None:
    me = process_name(os.getpid())
    claims = [world.present(me, service) for service in SERVICES[:2]]
    memory = world.memory(me, *claims)
    world.strike()
    said = sweep(world.site.settings(), me, memory)
    assert world.site.open_ids() == []
    ids = [claim.connection.id for claim in claims]
    if world.fault.frees:
        assert said == []
        assert world.site.registry().read_all() == []
    elif world.fault.read:
        assert len(said) == 2
        assert all(any(f"Closed all the same: {id_}." in sentence for sentence in said) for id_ in ids)
    else:
        (sentence,) = said
        assert sentence.startswith("Connections may have been left open: The registry ")
        assert "Closed all the same: " in sentence and all(id_ in sentence for id_ in ids)


@struck_by(FAULTS)
def test_the_recap_knows_what_was_closed(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    noted = tmp_path / "journal"
    noted.touch()
    monkeypatch.setenv(journal.ENV, str(noted))
    me = process_name(os.getpid())
    claim = world.present(me)
    memory = world.memory(me, claim)
    world.strike()
    sweep(world.site.settings(), me, memory)
    events = [(event.what, event.connection_id) for event in journal.read(str(noted))]
    assert events == [(journal.OPENED, claim.connection.id), (journal.CLOSED, claim.connection.id)]


@struck_by(FAULTS)
def test_what_a_task_wants_to_stay_stays(world: World) -> None:
    me = process_name(os.getpid())
    memory = world.memory(me, world.present(me), world.present(None))
    (kept,) = world.site.open_ids()
    world.strike()
    sweep(world.site.settings(), me, memory)
    assert world.site.open_ids() == [kept]


@struck_by(UNREADABLE)
def test_who_merely_joined_leaves_what_it_cannot_ask_about(world: World) -> None:
    opener, me = process_name(os.getppid()), process_name(os.getpid())
    world.present(opener)
    joined = world.present(me)
    memory = world.memory(me, joined)
    assert not joined.opened
    world.strike()
    (said,) = sweep(world.site.settings(), me, memory)
    assert said.startswith("Connections may have been left open: The registry ") and "Closed" not in said
    assert world.site.open_ids() == [joined.connection.id]


def living() -> tuple[Fork, str]:
    """A process that stands for a run, and its name."""

    def live(report: Callable[[str], None]) -> None:
        report(process_name(os.getpid()))
        time.sleep(SECONDS)

    fork = Fork(live)
    return fork, fork.receive()


@struck_by(UNWRITABLE)
def test_what_another_run_is_known_to_need_stays_until_that_ends(world: World) -> None:
    runs = [living(), living()]
    claims = [world.present(name) for _fork, name in runs]
    world.strike()
    for (fork, name), claim, left in zip(runs, claims, (1, 0), strict=True):
        fork.kill()
        assert sweep(world.site.settings(), name, world.memory(name, claim)) or world.fault.frees
        assert len(world.site.open_ids()) == left


@struck_by([fault for fault in FAULTS if fault.lost])
def test_while_the_run_lasts_what_is_lost_is_put_back_and_others_find_it(world: World) -> None:
    me = process_name(os.getpid())
    claim = world.present(me)
    memory = world.memory(me, claim)
    world.strike()
    memory.renew()
    assert world.present(None).connection.id == claim.connection.id
    # the task wants it to stay
    assert sweep(world.site.settings(), me, memory) == []
    assert world.site.open_ids() == [claim.connection.id]


@struck_by([fault for fault in FAULTS if fault.lost])
def test_what_another_run_uses_is_his_although_all_is_lost(world: World) -> None:
    me, his = process_name(os.getpid()), process_name(os.getppid())
    claims = {name: world.present(name) for name in (me, his)}
    memories = {name: world.memory(name, claim) for name, claim in claims.items()}
    world.strike()
    for memory in memories.values():
        memory.renew()
    assert sweep(world.site.settings(), me, memories[me]) == []
    assert world.site.open_ids() == [claims[me].connection.id]
    assert sweep(world.site.settings(), his, memories[his]) == []
    assert world.site.open_ids() == []


# -- a use on demand --------------------------------------------------------------------------------------------------


class Ssh:
    """A client of SSH, and the process that has its tunnel, on a *machine* or this one."""

    def __init__(self, site: Site, machine: Machine | None = None) -> None:
        words = [f"--registry={site.place}", f"--rest-url={site.cloud.rest_url}"]
        words += [f"--graphql-url={site.cloud.graphql_url}", SERVICE]
        # the path of a socket has to be short
        self._directory = tempfile.TemporaryDirectory(prefix="mux-")
        path = f"{self._directory.name}/sock"
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(path)
        listener.listen()

        def run(report: Callable[[str], None]) -> None:
            signal.alarm(int(SECONDS))
            report(str(os.getpid()))
            keys = {"R3_ACCESS_KEY_ID": KEY_ID, "R3_SECRET_ACCESS_KEY": SECRET, "R3_DEVELOPER_API_KEY": DEVELOPER_KEY}
            os.environ.update(keys)
            os.dup2(listener.fileno(), 0)
            listener.close()
            multiplexer.main(path)

        self._process = machine.run(run) if machine else Fork(run)
        listener.close()
        self._client, theirs = socket.socketpair()
        self._client.settimeout(SECONDS)
        with theirs, socket.socket(socket.AF_UNIX) as link:
            link.connect(path)
            use = Use(words, "/", "", "", [], by_streams=False)
            socket.send_fds(link, [use.encoded()], [theirs.fileno()])
            link.shutdown(socket.SHUT_WR)
            assert link.recv(1) == TAKEN

    def is_connected(self) -> bool:
        """Whether the server has spoken."""
        return self._client.recv(len(BANNER)) == BANNER

    def end(self) -> None:
        """Have it end all, and wait for that."""
        os.kill(int(self._process.receive()), signal.SIGTERM)
        assert self._process.join() == 0
        self._client.close()
        self._directory.cleanup()


@struck_by(FAULTS)
def test_what_ssh_opened_is_closed_when_it_ends(world: World) -> None:
    ssh = Ssh(world.site)
    assert ssh.is_connected() and len(world.site.open_ids()) == 1
    world.strike()
    ssh.end()
    assert world.site.open_ids() == []
    if world.fault.frees:
        assert world.site.registry().read_all() == []


@pytest.fixture
def log() -> Iterator[tuple[Machine, socket.socket]]:
    """A machine whose system log can be heard, and where."""
    with tempfile.TemporaryDirectory() as devices, socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(f"{devices}/log")
        listener.settimeout(0.1)
        yield Machine(devices=Path(devices)), listener


@struck_by(FAULTS)
def test_what_ssh_does_not_hear_any_more_is_in_the_systems_log(
    world: World, log: tuple[Machine, socket.socket]
) -> None:
    machine, listener = log
    ssh = Ssh(world.site, machine)
    assert ssh.is_connected()
    (opened,) = world.site.open_ids()
    world.strike()
    ssh.end()
    if world.fault.frees:
        with pytest.raises(TimeoutError):
            listener.recv(4096)
    else:
        logged = ""
        # that the registry fails may have been told before
        while "Closed all the same: " not in logged:
            logged = listener.recv(4096).decode()
            assert re.search(r"remoteit\[\d+]: The registry ", logged)
        assert f" Closed all the same: {opened}." in logged


@struck_by(UNREADABLE)
def test_while_ssh_runs_it_is_told_once_that_the_registry_fails(
    world: World, log: tuple[Machine, socket.socket]
) -> None:
    machine, listener = log
    ssh = Ssh(world.site, machine)
    assert ssh.is_connected()
    world.strike()
    listener.settimeout(SECONDS)
    assert re.search(r"remoteit\[\d+]: The registry ", listener.recv(4096).decode())
    assert len(world.site.open_ids()) == 1
    # four renewals are to fail
    listener.settimeout(4 * SHORT)
    with pytest.raises(TimeoutError):
        listener.recv(4096)
    ssh.end()


@struck_by(UNREADABLE)
def test_ssh_that_joined_leaves_what_it_cannot_ask_about(world: World) -> None:
    opened = world.present(None)
    ssh = Ssh(world.site)
    assert ssh.is_connected()
    world.strike()
    ssh.end()
    assert world.site.open_ids() == [opened.connection.id]


# -- state=absent -----------------------------------------------------------------------------------------------------


@struck_by(FAULTS)
def test_a_task_closes_what_it_can_learn_of_and_tells_the_rest(world: World) -> None:
    site, opened = world.site, world.present(None).connection.id
    world.strike()
    said, closed = "", False
    try:
        closed = opened in site.task(state="absent")["closed"]
    except RegistryError as error:
        said = str(error)
    if world.fault.lost:
        assert (site.open_ids(), closed) == ([opened], False)
        assert any(opened in warning for warning in site.warnings)
    elif not world.fault.read:
        assert site.open_ids() == [opened]
        assert said.startswith("The registry ")
    else:
        assert site.open_ids() == []
        assert closed or said.endswith(f"Closed all the same: {opened}.")
        assert closed == world.fault.frees
