# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A process of its own stands for a run of Ansible: it opens connections in forks and then ends, one way or another."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ansible_collections.community.remoteit.plugins.module_utils._base.process import is_gone, process_name
from ansible_collections.community.remoteit.plugins.module_utils._registry.holding import Holding
from ansible_collections.community.remoteit.plugins.module_utils._registry.registry import Registry
from ansible_collections.community.remoteit.plugins.plugin_utils._run import end_of_run
from tests.doubles.account import Account, listed
from tests.doubles.loopback import PATIENCE, Exchange, reply
from tests.doubles.material import DEVELOPER_KEY, KEY_ID, SECRET, SERVICE

pytestmark = pytest.mark.slow

PLUGINS = Path(end_of_run.__file__).parents[2]

# Each line of standard input is one thing to do, and gets one line as its answer.
RUN = f"""
import multiprocessing, os, signal, sys, types
package = types.ModuleType("community_remoteit")
package.__path__ = [{str(PLUGINS)!r}]
sys.modules["community_remoteit"] = package
from community_remoteit.module_utils._tasks import connection as connection_task
from community_remoteit.module_utils._model.access import Access
from community_remoteit.module_utils._base.clock import Deadline
from community_remoteit.module_utils._connections.connections import Connections
from community_remoteit.module_utils._base.errors import RemoteItError
from community_remoteit.module_utils._settings.settings import Settings
from community_remoteit.module_utils._model.wanted import Wanted
from community_remoteit.plugin_utils._run import end_of_run
from community_remoteit.plugin_utils._run.end_of_run import END_OF_RUN

settings = Settings.from_options({{"request_timeout": 5}})

def remember(connection, opened):
    END_OF_RUN.remember(settings, connection, opened)

def open_one():
    wanted = Wanted(access=Access(), holder=END_OF_RUN.watch(settings))
    connections = Connections(settings, print, remember=remember)
    return connections.present({SERVICE!r}, wanted, Deadline(20)).connection.id

def keep_one():
    wanted = Wanted(access=Access())
    return Connections(settings, print, remember=remember).present({SERVICE!r}, wanted, Deadline(20)).connection.id

def never():
    return connection_task._holder({{"close": "never"}}, settings, END_OF_RUN)

def at_end():
    return connection_task._holder({{"close": "at_end"}}, settings, END_OF_RUN)

class WorkerProcess(multiprocessing.get_context("fork").Process):
    # one of Ansible's

    def __init__(self, expression):
        super().__init__()
        self.expression = expression

    def run(self):
        global END_OF_RUN
        END_OF_RUN = end_of_run.EndOfRun()
        eval(self.expression)

def in_workers(expression, number):
    workers = [WorkerProcess(expression) for _number in range(number)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return [worker.exitcode for worker in workers]

def in_forks(work, number):
    pids = []
    for _number in range(number):
        pid = os.fork()
        if not pid:
            work()
            os._exit(0)
        pids.append(pid)
    return [os.waitpid(pid, 0)[1] for pid in pids]

for line in sys.stdin:
    try:
        answer = eval(line)
    except RemoteItError as error:
        answer = error
    print(answer, flush=True)
"""


class Run:
    """The process, and the account that it uses."""

    def __init__(self, account: Account, registry: Path, sockets: Path) -> None:
        self.sockets = sockets
        keys = {"R3_ACCESS_KEY_ID": KEY_ID, "R3_SECRET_ACCESS_KEY": SECRET, "R3_DEVELOPER_API_KEY": DEVELOPER_KEY}
        self.settings = account.settings(registry=str(registry))
        places = {
            "R3_REST_URL": self.settings.rest_url,
            "R3_GRAPHQL_URL": self.settings.graphql_url,
            "REMOTEIT_REGISTRY": self.settings.registry,
        }
        self.process = subprocess.Popen(
            [sys.executable, "-c", RUN],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, **keys, **places, "XDG_RUNTIME_DIR": str(sockets)},
        )
        self.name = process_name(self.process.pid)

    def does(self, what: str) -> str:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"{what}\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().rstrip("\n")

    def watchers(self) -> list[int]:
        found = []
        for path in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                words = path.read_bytes().split(b"\0")
            except OSError:
                continue
            if self.name.encode() in words:
                assert any(word.endswith(b"sweeper.py") for word in words)
                found.append(int(path.parent.name))
        return found

    def ends(self) -> str:
        """Wait for its end; what it said on standard error."""
        return self.process.communicate(timeout=PATIENCE)[1]


@pytest.fixture
def account() -> Iterator[Account]:
    made = Account()

    def connect(exchange: Exchange) -> None:
        assert made.sessions is not None
        name = f"C{made.asked.count('connect')}"
        made.sessions = [*made.sessions, listed(name, time.time())]
        address = {"connectionid": name, "proxyserver": "127.0.0.1", "proxyport": 9, "reverseProxy": False}
        reply(200, {"status": "true", "connection": address})(exchange)

    def stop(exchange: Exchange) -> None:
        id = exchange.request.json()["connectionid"]
        made.closed.append(id)
        made.sessions = [session for session in made.sessions or () if session["id"] != id]
        reply(200, {"status": "true"})(exchange)

    made.says = {"connect": connect, "stop": stop}
    with made.server:
        yield made


@pytest.fixture
def run(account: Account, tmp_path: Path) -> Iterator[Run]:
    # the path of a socket has to be short
    with tempfile.TemporaryDirectory(prefix="mux-") as sockets:
        made = Run(account, tmp_path / "registry", Path(sockets))
        yield made
        made.process.kill()
        made.process.communicate()
        for pid in made.watchers():
            os.kill(pid, signal.SIGKILL)


def eventually(holds: Callable[[], bool]) -> bool:
    end = time.monotonic() + PATIENCE
    while not holds():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def held(run: Run) -> Holding:
    return Registry(run.settings, pytest.fail).read(SERVICE)


@pytest.mark.parametrize("end", ["sys.exit(3)", "os._exit(0)", "os.kill(os.getpid(), signal.SIGKILL)"])
def test_however_a_run_ends_what_it_opened_is_closed(end: str, run: Run, account: Account) -> None:
    assert run.does("in_forks(open_one, 1)") == "[0]"
    (made,) = held(run).connections
    assert (made.holders, made.kept) == ((run.name,), False)
    (watcher,) = run.watchers()
    name = process_name(watcher)
    time.sleep(0.1)
    assert account.closed == []
    assert run.does(end) == ""
    run.ends()
    if end.startswith("sys"):
        # it waits
        assert account.closed == [made.id]
    assert eventually(lambda: is_gone(name))
    assert account.closed == [made.id]
    assert held(run) == Holding()


def test_what_was_opened_is_closed_although_the_registry_cannot_be_used(run: Run, account: Account) -> None:
    assert run.does("in_forks(open_one, 1)") == "[0]"
    Path(run.settings.registry).chmod(0o755)
    assert run.does("sys.exit(0)") == ""
    said = " ".join(run.ends().split())
    assert "Connections may have been left open: The registry directory" in said
    assert "Closed all the same: C1." in said
    assert account.closed == ["C1"]


def test_what_is_to_stay_needs_no_process_beside_the_run(run: Run, account: Account) -> None:
    assert run.does("keep_one()") == "C1"
    assert run.watchers() == []
    assert run.does("sys.exit(0)") == ""
    assert (run.ends(), account.closed) == ("", [])


def test_what_was_opened_for_the_run_and_then_kept_is_known_to_be_kept(run: Run, account: Account) -> None:
    assert (run.does("open_one()"), run.does("keep_one()")) == ("C1", "C1")
    Path(run.settings.registry).chmod(0o755)
    assert run.does("sys.exit(0)") == ""
    run.ends()
    assert account.closed == []


def test_the_watcher_outlives_what_ends_the_whole_group(run: Run, account: Account) -> None:
    assert run.does("os.setpgid(0, 0) or open_one()") == "C1"
    os.killpg(run.process.pid, signal.SIGINT)
    run.ends()
    assert eventually(lambda: account.closed == ["C1"])
    assert eventually(lambda: not run.watchers())


def test_one_watcher_serves_however_many_forks(run: Run, account: Account) -> None:
    assert run.watchers() == []
    assert run.does("in_forks(lambda: [at_end() for _ in range(5)], 20)") == str([0] * 20)
    (watcher,) = run.watchers()
    # the keys are for nobody to see
    said = Path(f"/proc/{watcher}/cmdline").read_bytes()
    assert SECRET.encode() not in said and DEVELOPER_KEY.encode() not in said
    assert run.does("never()") == "None"
    assert run.does("at_end()") == run.name
    assert run.watchers() == [watcher]
    assert run.does("sys.exit(0)") == ""
    assert run.ends() == ""
    assert run.watchers() == []
    assert account.asked == []


def test_a_watcher_that_was_killed_is_replaced(run: Run, account: Account) -> None:
    assert run.does("in_forks(open_one, 1)") == "[0]"
    (watcher,) = run.watchers()
    os.kill(watcher, signal.SIGKILL)
    assert eventually(lambda: run.watchers() == [])
    assert run.does("at_end()") == run.name
    assert eventually(lambda: len(run.watchers()) == 1)
    assert run.does("sys.exit(0)") == ""
    # what it was told, nobody knows: perhaps of another registry
    assert "Connections of this run may have been left open: " in " ".join(run.ends().split())
    assert account.closed == ["C1"]


def test_a_watcher_that_was_killed_after_all_is_told_of_and_the_next_run_closes(
    run: Run, account: Account, tmp_path: Path
) -> None:
    assert run.does("in_forks(open_one, 1)") == "[0]"
    (watcher,) = run.watchers()
    os.kill(watcher, signal.SIGKILL)
    assert run.does("sys.exit(0)") == ""
    said = " ".join(run.ends().split())
    assert "Connections of this run may have been left open: " in said
    assert account.closed == []
    following = Run(account, tmp_path / "registry", run.sockets)
    try:
        assert following.does("never()") == "None"
        assert following.does("sys.exit(0)") == ""
        said = " ".join(following.ends().split())
        assert f"Connection C1 to {SERVICE} was left behind by a process that has ended, and was closed." in said
    finally:
        following.process.kill()
    assert account.closed == ["C1"]
    assert held(following) == Holding()


def test_a_worker_alone_can_have_the_end_of_its_run_watched(run: Run, account: Account) -> None:
    """Where only lookups use the collection, the main process has not imported it."""
    assert run.does("in_workers('open_one()', 3)") == "[0, 0, 0]"
    (made,) = held(run).connections
    assert (made.holders, made.kept) == ((run.name,), False)
    assert account.closed == []
    # it does not wait
    assert run.does("os._exit(0)") == ""
    run.ends()
    assert eventually(lambda: account.closed == ["C1"])
    assert eventually(lambda: not run.watchers())


def test_what_could_not_be_closed_is_told(run: Run, account: Account) -> None:
    account.says["stop"] = {"status": "false", "reason": "try later"}
    assert run.does("open_one()") == "C1"
    assert run.does("sys.exit(0)") == ""
    said = " ".join(run.ends().split())
    assert f"A connection to {SERVICE} was left open: remote.it refused device/connect/stop" in said
    assert "The next run tries again." in said
    assert SECRET not in said
    (left,) = held(run).connections
    assert (left.id, left.holders) == ("C1", ())
