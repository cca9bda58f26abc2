# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""ssh and a server, with a conversation between them: each a socket of its own."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import hashlib
import os
import resource
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from ansible_collections.community.remoteit.plugins.module_utils._tunnels import links
from ansible_collections.community.remoteit.plugins.module_utils._tunnels.conversation import (
    Conversation,
    NoServerError,
    Pipes,
)
from tests.doubles.loopback import PATIENCE, unused_port

pytestmark = [pytest.mark.one_core, pytest.mark.slow]

BLOCK = os.urandom(1024 * 1024)
BLOCKS = 60
GREETING = b"SSH-2.0-here\r\n"


class Line:
    """A conversation at work in a thread, between *ssh* and *server*, after the greeting of both."""

    def __init__(self) -> None:
        self.pipes = Pipes()
        self.ssh, self._ours = socket.socketpair()
        self._ours.setblocking(False)
        self.ssh.settimeout(PATIENCE)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=lambda: asyncio.run(self._talk()), daemon=True)
        self._thread.start()
        self.ssh.sendall(GREETING)
        self.server, _address = self._listener.accept()
        self.server.settimeout(PATIENCE)
        # it is forwarded although the server has not spoken yet
        assert self.server.recv(100) == GREETING
        self.server.sendall(GREETING)
        assert self.ssh.recv(100) == GREETING

    async def _talk(self) -> None:
        host, port = self._listener.getsockname()
        async with Conversation(self._ours, self.pipes) as conversation:
            await conversation.begin(host, port, PATIENCE)
            await conversation.go_on()

    @property
    def is_over(self) -> bool:
        return not self._thread.is_alive()

    def ends(self, seconds: float = PATIENCE) -> bool:
        self._thread.join(seconds)
        return self.is_over

    def end(self) -> None:
        for one in (self.ssh, self.server, self._listener):
            one.close()
        assert self.ends()
        self._ours.close()


@pytest.fixture(params=["kernel", "by hand"])
def line(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Line]:
    if request.param == "by hand":
        monkeypatch.delattr(os, "splice")
    monkeypatch.setattr(links, "_LOOK", 0.05)
    made = Line()
    yield made
    made.end()


def test_bytes_go_both_ways(line: Line) -> None:
    for number in range(100):
        text = b"%d" % number
        line.ssh.sendall(text)
        assert line.server.recv(100) == text
        line.server.sendall(text)
        assert line.ssh.recv(100) == text
    assert not line.is_over


def test_the_clients_end_is_passed_on_and_the_server_may_go_on(line: Line) -> None:
    line.ssh.sendall(b"last")
    line.ssh.shutdown(socket.SHUT_WR)
    assert [line.server.recv(100), line.server.recv(100)] == [b"last", b""]
    for text in (b"one", b"two"):
        line.server.sendall(text)
        assert line.ssh.recv(100) == text
    assert not line.is_over
    line.server.close()
    assert line.ssh.recv(100) == b""
    assert line.ends()


def test_the_servers_end_is_passed_on_and_the_client_may_go_on(line: Line) -> None:
    line.server.sendall(b"last")
    line.server.shutdown(socket.SHUT_WR)
    assert [line.ssh.recv(100), line.ssh.recv(100)] == [b"last", b""]
    for text in (b"one", b"two"):
        line.ssh.sendall(text)
        assert line.server.recv(100) == text
    assert not line.is_over
    line.ssh.shutdown(socket.SHUT_WR)
    assert line.server.recv(100) == b""
    assert line.ends()


def test_a_reset_ends_both(line: Line) -> None:
    line.server.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    line.server.close()
    assert line.ends(5)


@pytest.mark.parametrize("is_half_closed", [False, True])
def test_it_is_over_when_ssh_has_gone_and_the_server_does_not_care(is_half_closed: bool, line: Line) -> None:
    if is_half_closed:
        line.ssh.shutdown(socket.SHUT_WR)
        time.sleep(0.2)
        assert not line.is_over
    line.ssh.close()
    assert line.server.recv(1) == b""
    assert line.ends(5)


def test_it_is_over_when_ssh_has_gone_while_the_server_talks(line: Line) -> None:
    line.ssh.close()
    with contextlib.suppress(OSError):
        while True:
            line.server.sendall(BLOCK)
    assert line.ends(5)


def checksum(read: Callable[[], bytes]) -> str:
    digest = hashlib.sha256()
    while data := read():
        digest.update(data)
    return digest.hexdigest()


def test_much_goes_both_ways_at_once(line: Line) -> None:
    def write(one: socket.socket) -> None:
        for number in range(BLOCKS):
            one.sendall(BLOCK[number:] + BLOCK[:number])
        one.shutdown(socket.SHUT_WR)

    expected = hashlib.sha256()
    for number in range(BLOCKS):
        expected.update(BLOCK[number:] + BLOCK[:number])
    with ThreadPoolExecutor() as pool:
        jobs = [pool.submit(write, one) for one in (line.server, line.ssh)]
        at_server = pool.submit(checksum, lambda: line.server.recv(1 << 18))
        at_client = pool.submit(checksum, lambda: line.ssh.recv(1 << 18))
        assert [at_server.result(), at_client.result()] == [expected.hexdigest()] * 2
        assert [job.result() for job in jobs] == [None, None]
    assert line.ends()


def test_a_side_that_does_not_read_does_not_hold_up_the_other(line: Line) -> None:
    line.server.setblocking(False)
    with contextlib.suppress(BlockingIOError):
        while True:
            line.server.send(BLOCK)
    # it may not be full at once
    time.sleep(0.1)
    line.server.setblocking(True)
    line.server.settimeout(PATIENCE)
    for text in (b"one", b"two"):
        line.ssh.sendall(text)
        assert line.server.recv(100) == text


def test_idleness_costs_nothing(line: Line) -> None:
    def used() -> float:
        usage = resource.getrusage(resource.RUSAGE_SELF)
        return usage.ru_utime + usage.ru_stime

    before = used()
    time.sleep(0.5)
    assert used() - before < 0.2
    # when one direction has ended as well
    line.server.shutdown(socket.SHUT_WR)
    assert line.ssh.recv(1) == b""
    before = used()
    time.sleep(0.5)
    assert used() - before < 0.2
    assert not line.is_over


def test_pipes_are_used_again_unless_there_is_something_left_in_them() -> None:
    pipes = Pipes()
    first = pipes.take()
    pipes.give(first, is_empty=True)
    assert pipes.take() == first
    pipes.give(first, is_empty=False)
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(first[0])
    many = [pipes.take() for _number in range(100)]
    for pipe in many:
        pipes.give(pipe, is_empty=True)
    assert sum(1 for pipe in many if os.path.exists(f"/proc/self/fd/{pipe[0]}")) == 32
    for _number in range(32):
        pipes.give(pipes.take(), is_empty=False)


def test_no_more_pipes_are_large_than_a_user_can_have() -> None:
    pipes = Pipes()

    def take(count: int) -> list[tuple[int, int]]:
        return [pipes.take() for _number in range(count)]

    many = take(40)
    assert [fcntl.fcntl(pipe[0], fcntl.F_GETPIPE_SZ) > 1 << 16 for pipe in many] == [True] * 32 + [False] * 8
    for pipe in many:
        pipes.give(pipe, is_empty=False)
    (again,) = take(1)
    assert fcntl.fcntl(again[0], fcntl.F_GETPIPE_SZ) > 1 << 16
    pipes.give(again, is_empty=False)


def test_many_that_are_idle_cost_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    looks: list[socket.socket] = []
    monkeypatch.setattr(links, "is_closed", looks.append)
    monkeypatch.setattr(links, "_LOOK", 0.01)
    line = Line()
    # Once it has begun, nobody looks; until then, it may be seen that ssh has gone.
    time.sleep(0.2)
    looks.clear()
    time.sleep(0.2)
    assert not looks
    line.end()


# -- a server that does not answer ------------------------------------------------------------------------------------


class Server:
    """One that does *work* on each connection."""

    def __init__(self, work: Callable[[socket.socket], object]) -> None:
        self._work = work
        self._kept: list[socket.socket] = []
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _address = self._socket.accept()
                self._kept.append(connection)
                self._work(connection)

    def close(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        for connection in self._kept:
            connection.close()


def reset(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def begun(host: str, *ports: int, seconds: float = PATIENCE, says: bytes = GREETING) -> str:
    """What the last of *ports* is taken to have done, to a client of ssh that *says* something, or that it answered."""
    ssh, ours = socket.socketpair()
    ours.setblocking(False)

    async def talk() -> str:
        said = "nothing"
        async with Conversation(ours, Pipes()) as conversation:
            for port in ports:
                try:
                    await conversation.begin(host, port, seconds)
                    said = "answered"
                except NoServerError as error:
                    said = str(error).replace(str(port), "PORT")
        return said

    with ssh, ours:
        ssh.sendall(says)
        return asyncio.run(talk())


def failure(work: Callable[[socket.socket], object], seconds: float = PATIENCE) -> str:
    with contextlib.closing(Server(work)) as server:
        return begun("127.0.0.1", server.port, seconds=seconds)


def test_a_server_that_speaks_first_or_waits_for_the_client_answers() -> None:
    def wait(connection: socket.socket) -> None:
        assert connection.recv(100) == GREETING
        connection.sendall(GREETING)

    assert failure(lambda connection: connection.sendall(GREETING)) == "answered"
    assert failure(wait) == "answered"


def test_what_was_said_to_one_that_did_not_answer_is_said_to_the_next() -> None:
    heard: list[bytes] = []

    def answer(connection: socket.socket) -> None:
        heard.append(connection.recv(100))
        connection.sendall(GREETING)

    def hang_up(connection: socket.socket) -> None:
        heard.append(connection.recv(100))
        connection.close()

    first, second = Server(hang_up), Server(answer)
    with contextlib.closing(first), contextlib.closing(second):
        assert begun("127.0.0.1", first.port, second.port) == "answered"
    assert heard == [GREETING, GREETING]


def test_a_server_that_closes_at_once() -> None:
    def hang_up(connection: socket.socket) -> None:
        connection.recv(100)
        connection.close()

    assert failure(hang_up) == "127.0.0.1:PORT closed the connection at once"


def test_a_server_that_resets() -> None:
    # whoever says or hears something first is told of it, and the other one that it is over
    assert failure(reset).endswith((": Connection reset by peer", " closed the connection at once"))


def test_a_server_that_is_silent() -> None:
    begun_at = time.monotonic()
    assert failure(lambda _connection: None, 0.3) == "127.0.0.1:PORT does not answer: timed out"
    assert 0.3 <= time.monotonic() - begun_at < 5


def test_ssh_that_has_gone_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(links, "_LOOK", 0.05)
    ssh, ours = socket.socketpair()
    ours.setblocking(False)
    with ours, contextlib.closing(Server(lambda _connection: None)) as server:

        async def talk() -> None:
            async with Conversation(ours, Pipes()) as conversation:
                asyncio.get_running_loop().call_later(0.2, ssh.close)
                with pytest.raises(NoServerError):
                    await conversation.begin("127.0.0.1", server.port, PATIENCE)
                assert conversation.is_over

        begun_at = time.monotonic()
        asyncio.run(talk())
        assert time.monotonic() - begun_at < 10


def test_a_port_where_nobody_listens() -> None:
    assert begun("127.0.0.1", unused_port()) == "no connection to 127.0.0.1:PORT: Connection refused"


def test_a_listener_that_does_not_accept() -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener:
        waiting = []
        for _number in range(4):
            waiting.append(socket.socket())
            waiting[-1].setblocking(False)
            waiting[-1].connect_ex(listener.getsockname())
        port = listener.getsockname()[1]
        assert begun("127.0.0.1", port, seconds=0.2) == "no connection to 127.0.0.1:PORT: timed out"
        for one in waiting:
            one.close()


def test_a_name_that_is_unknown() -> None:
    assert begun("proxy.remoteit.invalid", 22222).startswith("no connection to proxy.remoteit.invalid:PORT: ")


def test_without_time_it_has_timed_out() -> None:
    assert failure(lambda connection: connection.sendall(GREETING), 0.0).endswith("timed out")
