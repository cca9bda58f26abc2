# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The program that ssh starts, and the process that has its tunnels, beside a registry that has a connection."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ansible_collections.community.remoteit.plugins.module_utils._base.clock import Deadline
from ansible_collections.community.remoteit.plugins.module_utils._base.process import process_name
from ansible_collections.community.remoteit.plugins.module_utils._registry.holding import Holding
from ansible_collections.community.remoteit.plugins.module_utils._registry.registry import Registry
from ansible_collections.community.remoteit.plugins.module_utils._tunnels import program
from ansible_collections.community.remoteit.plugins.module_utils._tunnels.end_of_run import end_run
from tests.doubles.account import Account, listed
from tests.doubles.loopback import PATIENCE, Exchange, reply
from tests.doubles.material import CONNECTION_ID, DEVELOPER_KEY, KEY_ID, SECRET, SERVICE, connection

pytestmark = [pytest.mark.one_core, pytest.mark.slow]

PROGRAM = Path(program.__file__).parents[2] / "plugin_utils" / "ssh_proxy.py"
BANNER = b"SSH-2.0-here\r\n"


def close_pipes(process: subprocess.Popen[bytes]) -> None:
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            with contextlib.suppress(OSError):
                pipe.close()


class Site:
    """An account with one connection, kept or held by this very process, to a listener that is here."""

    def __init__(self, directory: Path, sockets: Path) -> None:
        self.account = Account()
        self.account.sessions = [listed(CONNECTION_ID)]
        self.account.says["stop"] = self._stop
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.listener.settimeout(PATIENCE)
        self.settings = self.account.settings(registry=str(directory / "registry"), request_timeout=5.0)
        self.registry = Registry(self.settings, pytest.fail)
        self.started: list[subprocess.Popen[bytes]] = []
        self.sockets = sockets

    def _stop(self, exchange: Exchange) -> None:
        self.account.sessions = []
        reply(200, {"status": "true"})(exchange)

    def hold(self, **changes: object) -> None:
        now = time.time()
        made = connection(
            **{
                "host": "127.0.0.1",
                "port": self.listener.getsockname()[1],
                "opened_from": socket.gethostname(),
                "opened_at": now,
                "asked_at": now,
                "verified_at": now,
                "expires_at": now + 3600,
                **changes,
            }
        )
        with self.registry.locked(SERVICE, Deadline(10)) as turn:
            turn.holding = Holding([made])
            turn.save()

    def run(
        self, *words: str, standard: int = subprocess.PIPE, isolated: str = "", **environment: str
    ) -> subprocess.Popen[bytes]:
        """Be ssh that starts the program, with *standard* as its standard input and output."""
        urls = ["--rest-url", self.settings.rest_url, "--graphql-url", self.settings.graphql_url]
        flags = ["-I", "-S"] if isolated else []
        command = [sys.executable, *flags, str(PROGRAM), *urls, "--registry", self.settings.registry, *words, SERVICE]
        keys = {"R3_ACCESS_KEY_ID": KEY_ID, "R3_SECRET_ACCESS_KEY": SECRET, "R3_DEVELOPER_API_KEY": DEVELOPER_KEY}
        self.started.append(
            subprocess.Popen(
                command,
                stdin=standard,
                stdout=standard,
                stderr=subprocess.PIPE,
                env={**os.environ, "XDG_RUNTIME_DIR": str(self.sockets), **keys, **environment},
            )
        )
        return self.started[-1]

    def accepted(self, process: subprocess.Popen[bytes]) -> socket.socket:
        server, _address = self.listener.accept()
        server.settimeout(PATIENCE)
        server.sendall(BANNER)
        assert process.stdout is not None
        assert process.stdout.readline() == BANNER
        return server

    def holders(self) -> list[str]:
        return [name for held in self.registry.read(SERVICE).connections for name in held.holders]

    def multiplexers(self) -> list[int]:
        """The processes that have the tunnels."""
        words = str(self.sockets).encode()
        found = []
        for path in Path("/proc").glob("[0-9]*/cmdline"):
            with contextlib.suppress(OSError):
                command = path.read_bytes()
                if b"multiplexer.py" in command and words in command:
                    found.append(int(path.parent.name))
        return found

    def name(self) -> str:
        """How the only one is called as a holder."""
        (pid,) = self.multiplexers()
        return process_name(pid)


def eventually(holds: Callable[[], bool], seconds: float = PATIENCE) -> bool:
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    # the path of a socket has to be short
    with tempfile.TemporaryDirectory(prefix="mux-") as sockets:
        made = Site(tmp_path, Path(sockets))
        with made.account.server, made.listener:
            yield made
            for process in made.started:
                process.kill()
                process.wait()
                close_pipes(process)
            for pid in made.multiplexers():
                os.kill(pid, signal.SIGKILL)


def leads_to(site: Site, listener: socket.socket, id: str = "NEW") -> dict[str, object]:
    """What remote.it answers that opens a connection which leads to *listener*."""
    opened = {
        "connectionid": id,
        "proxyserver": "127.0.0.1",
        "proxyport": listener.getsockname()[1],
        "reverseProxy": False,
    }
    return {"status": "true", "connection": opened}


def say_no_more(process: subprocess.Popen[bytes]) -> None:
    """Be ssh that has nothing more to say."""
    assert process.stdin is not None
    process.stdin.close()


def test_what_is_open_is_used_without_a_word_to_remote_it(site: Site) -> None:
    site.hold()
    process = site.run()
    with site.accepted(process) as server:
        assert site.holders() == [site.name()]
        assert process.stdin is not None
        process.stdin.write(b"hello\r\n")
        process.stdin.flush()
        assert server.recv(100) == b"hello\r\n"
        process.terminate()
        assert server.recv(100) == b""
    assert eventually(lambda: site.holders() == [])
    assert site.registry.read(SERVICE).connections[0].kept
    assert site.account.asked == []


def test_what_it_passes_is_a_socket_and_then_it_ends(site: Site) -> None:
    site.hold()
    ours, theirs = socket.socketpair()
    with ours:
        with theirs:
            process = site.run(standard=theirs.fileno())
        _byte, (descriptor,), _flags, _address = socket.recv_fds(ours, 1, 1)
        assert process.wait(PATIENCE) == 0
    with socket.socket(fileno=descriptor) as ssh:
        server, _address = site.listener.accept()
        with server:
            server.sendall(BANNER)
            assert ssh.recv(100) == BANNER
            ssh.sendall(b"hello\r\n")
            assert server.recv(100) == b"hello\r\n"
            ssh.shutdown(socket.SHUT_WR)
            assert server.recv(100) == b""
            server.sendall(b"the end")
        assert ssh.recv(100) == b"the end"
        assert ssh.recv(100) == b""


@pytest.mark.parametrize("end", [close_pipes, subprocess.Popen.kill, subprocess.Popen.terminate])
def test_after_ssh_the_tunnel_is_held_for_a_moment(end: Callable[[subprocess.Popen[bytes]], None], site: Site) -> None:
    site.hold()
    process = site.run()
    with site.accepted(process) as server:
        end(process)
        # whoever waits for the end of our output is not held up, nor is the server
        assert process.stderr is not None
        assert process.stderr.read() == b""
        assert server.recv(100) == b""
    time.sleep(1.5)
    assert site.holders() == [site.name()]
    assert eventually(lambda: site.holders() == [])
    assert eventually(lambda: site.multiplexers() == [])
    assert list(site.sockets.glob("*/*.sock")) == []


def test_the_last_one_closes(site: Site) -> None:
    me = process_name(os.getpid())
    site.hold(kept=False, holders=(me,))
    first = site.run()
    with site.accepted(first), site.accepted(second := site.run()):
        assert site.holders() == [me, site.name()]
        first.terminate()
        time.sleep(5)
        assert site.holders() == [me, site.name()]
        # without the one that never leaves
        site.hold(kept=False, holders=(site.name(),))
        second.terminate()
    assert eventually(lambda: site.registry.read(SERVICE) == Holding())
    assert "stop" in site.account.asked


def test_another_package_of_the_same_name_does_no_harm(site: Site, tmp_path: Path) -> None:
    (tmp_path / "plugins").mkdir()
    (tmp_path / "plugins" / "__init__.py").write_text("raise SystemExit('the wrong package')")
    site.hold()
    process = site.run(PYTHONPATH=str(tmp_path))
    with site.accepted(process):
        pass


def test_an_argument_that_nobody_knows_is_named(site: Site) -> None:
    _nothing, told = site.run("--nonsense").communicate(timeout=PATIENCE)
    assert told.startswith(b"remote.it: the ProxyCommand of community.remoteit cannot be run so: ")
    assert b"--nonsense" in told
    assert b"any of --profile, " in told


def test_an_argument_that_is_no_text_is_named(site: Site) -> None:
    command = [sys.executable, str(PROGRAM), os.fsdecode(b"\xff")]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=PATIENCE, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith(b"remote.it: service_id=")
    hidden = subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        timeout=PATIENCE,
        check=False,
    )
    assert b"service_id=" in hidden.stdout


def test_a_warning_that_nobody_can_hear_does_no_harm(site: Site, tmp_path: Path) -> None:
    site.hold()
    (registry_file,) = Path(site.settings.registry).rglob("*.json")
    registry_file.write_text("nothing that can be read")
    # it is warned of, and then a new connection is opened, to the same listener
    site.account.says["connect"] = leads_to(site, site.listener)
    process = site.run()
    with contextlib.suppress(OSError):
        assert process.stderr is not None
        process.stderr.close()
    with site.accepted(process):
        pass


def test_what_a_task_has_closed_meanwhile_is_not_put_back(site: Site) -> None:
    site.hold()
    process = site.run()
    with site.accepted(process):
        with site.registry.locked(SERVICE, Deadline(10)) as turn:
            turn.holding = Holding()
            turn.save()
        site.account.sessions = []
    say_no_more(process)
    assert eventually(lambda: site.multiplexers() == [])
    assert site.registry.read(SERVICE).is_empty


# -- a device that is away --------------------------------------------------------------------------------------------


def told(process: subprocess.Popen[bytes]) -> str:
    """What the user of ssh is told, at the end of all that ssh waits for."""
    assert process.stdout is not None
    assert process.stderr is not None
    assert process.stdout.read() == b""
    return process.stderr.read().decode()


def hang_up(site: Site) -> None:
    """Be a device on which no SSH server runs, for one client."""
    site.listener.accept()[0].close()


def test_many_at_the_same_time_ask_once_about_a_device_that_is_offline(site: Site) -> None:
    assert site.account.service is not None
    site.account.service["online"] = False
    site.account.says["connect"] = {"status": "false", "reason": "service is inactive"}
    processes = [site.run() for _number in range(12)]
    sentences = {told(process) for process in processes}
    assert len(sentences) == 1
    assert f"the device of {SERVICE} is offline" in sentences.pop()
    assert {process.wait(PATIENCE) for process in processes} == {1}
    # twice, if the last one has come late
    assert site.account.asked.count("connect") <= 2


def test_what_is_opened_in_vain_is_kept_for_the_next_and_closed_when_told_to_end(site: Site) -> None:
    site.account.says["connect"] = leads_to(site, site.listener)
    for _number in range(4):
        process = site.run()
        hang_up(site)
        # ssh has all that it waits for, while the connection is held
        assert "closed the connection at once: check that an SSH server runs on the device" in told(process)
        assert process.wait(PATIENCE) == 1
    assert site.account.asked == ["connect"]
    assert site.holders() == [site.name()]
    os.kill(site.multiplexers()[0], signal.SIGTERM)
    assert eventually(lambda: site.multiplexers() == [])
    assert site.registry.read(SERVICE) == Holding()
    assert site.account.asked == ["connect", "service", "stop"]


def test_the_first_try_after_the_server_is_back_succeeds_and_from_then_on_the_address_must_answer(site: Site) -> None:
    site.account.says["connect"] = leads_to(site, site.listener)
    first = site.run()
    hang_up(site)
    told(first)
    second = site.run()
    with site.accepted(second):
        (held,) = site.registry.read(SERVICE).connections
        assert held.unanswered_since is None
        assert site.account.asked == ["connect"]
    with socket.create_server(("127.0.0.1", 0)) as elsewhere:
        elsewhere.settimeout(PATIENCE)
        site.account.says["connect"] = leads_to(site, elsewhere, "OTHER")
        third = site.run()
        hang_up(site)
        with elsewhere.accept()[0] as server:
            server.sendall(BANNER)
            assert third.stdout is not None
            assert third.stdout.readline() == BANNER
    assert site.account.asked.count("connect") == 2


def test_an_address_that_stays_dead_is_replaced(site: Site) -> None:
    """The device may have come back, and the proxy led to where it was before."""
    long_ago = time.time() - 20
    site.hold(kept=False, holders=(process_name(os.getpid()),), unanswered_since=long_ago)
    with socket.create_server(("127.0.0.1", 0)) as elsewhere:
        elsewhere.settimeout(PATIENCE)
        site.account.says["connect"] = leads_to(site, elsewhere)
        process = site.run()
        hang_up(site)
        with elsewhere.accept()[0] as server:
            server.sendall(BANNER)
            assert process.stdout is not None
            assert process.stdout.readline() == BANNER
    assert site.account.asked.count("connect") == 1


def test_what_a_killed_one_kept_is_kept_and_closed_by_the_next(site: Site) -> None:
    site.account.says["connect"] = leads_to(site, site.listener)
    first = site.run()
    hang_up(site)
    told(first)
    os.kill(site.multiplexers()[0], signal.SIGKILL)
    assert eventually(lambda: site.multiplexers() == [])
    second = site.run()
    hang_up(site)
    told(second)
    assert site.account.asked == ["connect"]
    assert site.name() in site.holders()
    os.kill(site.multiplexers()[0], signal.SIGTERM)
    assert eventually(lambda: site.registry.read(SERVICE) == Holding())


def test_a_service_that_ssh_cannot_use_is_opened_once(site: Site) -> None:
    site.account.says["connect"] = {
        "status": "true",
        "connection": {"connectionid": "WEB", "proxy": "https://web.p18.rt3.io", "reverseProxy": True},
    }
    for _number in range(2):
        process = site.run()
        assert "behind a reverse proxy, which SSH cannot use" in told(process)
        assert process.wait(PATIENCE) == 1
    assert site.account.asked.count("connect") == 1
    assert eventually(lambda: site.registry.read(SERVICE).connections == [])


# -- the end of a run -------------------------------------------------------------------------------------------------


def test_at_the_end_of_a_run_what_it_used_is_closed_and_what_others_use_is_not(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(site.sockets))
    run, other = process_name(os.getpid()), process_name(os.getppid())
    site.account.says["connect"] = leads_to(site, site.listener)
    site.account.sessions = [listed("NEW", time.time())]
    with (
        site.accepted(first := site.run(REMOTEIT_RUN=run)),
        site.accepted(second := site.run(REMOTEIT_RUN=other)) as server,
    ):
        assert list(end_run(run)) == []
        assert first.wait(PATIENCE) == 0
        server.sendall(b"still there")
        assert second.stdout is not None
        assert second.stdout.read(11) == b"still there"
        assert site.account.asked == ["connect"]
        assert list(end_run(other)) == []
        assert second.wait(PATIENCE) == 0
    assert site.account.asked.count("stop") == 1
    assert site.registry.read(SERVICE) == Holding()


def test_a_run_that_was_killed_has_ended_as_well(site: Site) -> None:
    with subprocess.Popen(["sleep", "60"]) as run:
        site.account.says["connect"] = leads_to(site, site.listener)
        process = site.run(REMOTEIT_RUN=process_name(run.pid))
        with site.accepted(process):
            run.kill()
            run.wait()
            assert process.wait(PATIENCE) == 0
    assert eventually(lambda: site.account.asked.count("stop") == 1, 3)


def test_what_cannot_be_closed_is_told_to_the_run_and_left_to_the_next(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(site.sockets))
    run = process_name(os.getpid())
    site.account.says["connect"] = leads_to(site, site.listener)
    site.account.sessions = [listed("NEW", time.time())]
    site.account.says["stop"] = {"status": "false", "reason": "not now"}
    with site.accepted(site.run(REMOTEIT_RUN=run)):
        (sentence,) = end_run(run)
    assert sentence.startswith(f"A connection to {SERVICE} was left open: ") and "not now" in sentence
    assert site.registry.read(SERVICE).connections[0].closing


def test_what_somebody_left_is_told_to_the_run(site: Site, ended: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(site.sockets))
    run = process_name(os.getpid())
    site.account.says["connect"] = leads_to(site, site.listener)
    site.hold(kept=False, holders=(ended,), access="restricted", client_ip="203.0.113.7")
    with site.accepted(site.run(REMOTEIT_RUN=run)):
        (sentence,) = end_run(run)
    assert sentence.startswith(f"Connection {CONNECTION_ID} to {SERVICE} was left behind by a process that has ended")


@pytest.fixture
def run(site: Site, monkeypatch: pytest.MonkeyPatch) -> str:
    """The name of a run, which is this process, that opens a connection of its own."""
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(site.sockets))
    site.account.says["connect"] = leads_to(site, site.listener)
    site.account.sessions = [listed("NEW", time.time())]
    return process_name(os.getpid())


def test_what_could_not_be_closed_meanwhile_is_tried_again_at_the_end_of_the_run(site: Site, run: str) -> None:
    site.account.says["stop"] = {"status": "false", "reason": "not now"}
    with site.accepted(process := site.run(REMOTEIT_RUN=run)):
        process.terminate()
    assert eventually(lambda: "stop" in site.account.asked)
    # longer than it would wait for somebody else
    time.sleep(5)
    site.account.says["stop"] = site._stop
    (sentence,) = end_run(run)
    assert sentence == f"Connection NEW to {SERVICE} was to be closed before, and was closed."
    assert site.registry.read(SERVICE) == Holding()


def test_somebody_else_who_came_by_does_not_make_it_his(site: Site, run: str) -> None:
    for name in (run, ""):
        with site.accepted(process := site.run(REMOTEIT_RUN=name)):
            process.terminate()
    # it is noticed that they have gone
    time.sleep(0.5)
    assert list(end_run(run)) == []
    assert site.registry.read(SERVICE) == Holding()


def test_a_run_hears_that_the_process_that_had_its_tunnels_was_killed(site: Site, run: str) -> None:
    with site.accepted(site.run(REMOTEIT_RUN=run)):
        os.kill(site.multiplexers()[0], signal.SIGKILL)
        (sentence,) = end_run(run)
    assert "the process that was to close them was ended. The next run closes them." in sentence


def test_a_run_waits_for_a_process_that_is_told_to_end(site: Site, run: str) -> None:
    def take_time(exchange: Exchange) -> None:
        time.sleep(2)
        site._stop(exchange)

    site.account.says["stop"] = take_time
    with site.accepted(site.run(REMOTEIT_RUN=run)):
        os.kill(site.multiplexers()[0], signal.SIGTERM)
        assert eventually(lambda: "stop" in site.account.asked)
        assert list(end_run(run)) == []
    assert site.registry.read(SERVICE) == Holding()


def test_a_run_hears_what_a_process_that_was_told_to_end_could_not_close(site: Site, run: str) -> None:
    site.account.says["stop"] = {"status": "false", "reason": "not now"}
    with site.accepted(site.run(REMOTEIT_RUN=run)):
        os.kill(site.multiplexers()[0], signal.SIGTERM)
        assert eventually(lambda: site.multiplexers() == [])
        (sentence,) = end_run(run)
    assert sentence.startswith("Connections of this run may have been left open: ")


# -- a multiplexer that is killed -------------------------------------------------------------------------------------


def test_ssh_breaks_with_it_and_another_one_is_there_for_the_next(site: Site) -> None:
    site.account.says["connect"] = leads_to(site, site.listener)
    first = site.run()
    with site.accepted(first) as server:
        before = site.name()
        os.kill(site.multiplexers()[0], signal.SIGKILL)
        assert first.wait(PATIENCE) == 0
        assert server.recv(1) == b""
    with site.accepted(site.run()):
        assert site.holders() == [before, site.name()]
        assert site.account.asked == ["connect"]
    os.kill(site.multiplexers()[0], signal.SIGTERM)
    assert eventually(lambda: site.registry.read(SERVICE) == Holding())
    assert site.account.asked.count("stop") == 1


def test_one_that_cannot_start_says_how_to_see_why(site: Site, tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text("raise SystemExit('not today')")
    # the program itself is started as ssh does it, without what is not Python's own
    process = site.run(PYTHONPATH=str(tmp_path), isolated="yes")
    assert "the process that keeps tunnels ends as soon as it is started: run '" in told(process)
    assert process.wait(PATIENCE) == 1


# -- a registry that fails --------------------------------------------------------------------------------------------


def end_the_multiplexer(site: Site) -> None:
    os.kill(site.multiplexers()[0], signal.SIGTERM)
    assert eventually(lambda: site.multiplexers() == [])


def test_what_was_opened_is_closed_although_the_registry_cannot_be_used_any_more(site: Site) -> None:
    site.account.says["connect"] = leads_to(site, site.listener)
    with site.accepted(site.run()):
        Path(site.settings.registry).chmod(0o755)
        end_the_multiplexer(site)
    assert site.account.asked.count("stop") == 1


def test_what_was_opened_is_closed_though_the_registry_was_lost(site: Site) -> None:
    site.account.says["connect"] = leads_to(site, site.listener)
    with site.accepted(site.run()):
        shutil.rmtree(site.settings.registry)
        end_the_multiplexer(site)
    assert site.account.asked.count("stop") == 1


def test_what_no_server_answers_at_is_closed_though_the_registry_was_lost(site: Site) -> None:
    site.account.says["connect"] = leads_to(site, site.listener)
    process = site.run()
    hang_up(site)
    told(process)
    shutil.rmtree(site.settings.registry)
    end_the_multiplexer(site)
    assert site.account.asked.count("stop") == 1


def test_what_was_joined_is_left_open_then(site: Site) -> None:
    site.hold()
    with site.accepted(site.run()):
        Path(site.settings.registry).chmod(0o755)
        end_the_multiplexer(site)
    assert site.account.asked == []
