# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import contextlib
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

from ansible_collections.community.remoteit.plugins.module_utils._tunnels.standard_streams import relay
from tests.doubles.loopback import PATIENCE

pytestmark = [pytest.mark.one_core, pytest.mark.slow]

BLOCK = os.urandom(1024 * 1024)
BLOCKS = 100


class Line:
    """relay() at work in a thread, between what stands for ssh, two pipes or the like, and for the server, a socket."""

    def __init__(self, pipe: Callable[[], tuple[int, int]]) -> None:
        source, self.to_relay = pipe()
        self.from_relay, sink = pipe()
        self._source = source
        self.signalled, self.waker = os.pipe()
        self.server, self._proxy = _tcp_pair()
        self._open = {self.to_relay, self.from_relay}
        self._others = threading.enumerate()
        self._thread = threading.Thread(target=relay, args=(source, sink, self._proxy, self.signalled), daemon=True)
        self._thread.start()

    def close(self, descriptor: int) -> None:
        self._open.remove(descriptor)
        os.close(descriptor)

    @property
    def is_over(self) -> bool:
        return not self._thread.is_alive()

    def ends(self, seconds: float = PATIENCE) -> bool:
        self._thread.join(seconds)
        return self.is_over

    def end(self) -> None:
        os.write(self.waker, b"\x0f")
        assert self.ends()
        for descriptor in list(self._open):
            self.close(descriptor)
        self.server.close()
        with contextlib.suppress(OSError):
            self._proxy.shutdown(socket.SHUT_RDWR)
        await_copying(self._others)
        self._proxy.close()


def await_copying(others: list[threading.Thread]) -> None:
    """Wait for all threads that are not *others*.

    What a thread of a relay is about to read is closed after that: another test would get the same descriptor.
    """
    for thread in threading.enumerate():
        if thread not in others:
            thread.join(PATIENCE)
            assert not thread.is_alive()


def _tcp_pair() -> tuple[socket.socket, socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        one = socket.create_connection(listener.getsockname())
        other, _address = listener.accept()
    other.settimeout(PATIENCE)
    return other, one


def _socket_pair() -> tuple[int, int]:
    one, other = socket.socketpair()
    return one.detach(), other.detach()


@pytest.fixture(params=[os.pipe, _socket_pair], ids=["pipes", "sockets"])
def line(request: pytest.FixtureRequest) -> Iterator[Line]:
    made = Line(request.param)
    yield made
    made.end()


# -- bytes ------------------------------------------------------------------------------------------------------------


def test_bytes_go_both_ways(line: Line) -> None:
    os.write(line.to_relay, b"to the server")
    assert line.server.recv(100) == b"to the server"
    line.server.sendall(b"to the client")
    assert os.read(line.from_relay, 100) == b"to the client"
    assert not line.is_over


def test_what_came_is_there_while_nothing_more_comes(line: Line) -> None:
    line.server.sendall(b"text")
    # by then, the relay waits for more
    time.sleep(0.05)
    with ThreadPoolExecutor() as pool:
        reading = pool.submit(os.read, line.from_relay, 100)
        try:
            assert reading.result(5) == b"text"
        finally:
            # frees whoever waits
            line.server.shutdown(socket.SHUT_WR)


def test_the_clients_end_is_passed_on_and_the_server_may_go_on(line: Line) -> None:
    os.write(line.to_relay, b"last")
    line.close(line.to_relay)
    assert [line.server.recv(100), line.server.recv(100)] == [b"last", b""]
    for text in (b"one", b"two"):
        line.server.sendall(text)
        assert os.read(line.from_relay, 100) == text
    assert not line.is_over
    line.server.close()
    assert os.read(line.from_relay, 100) == b""
    assert line.ends()


def test_the_servers_end_is_passed_on_and_the_client_may_go_on(line: Line) -> None:
    line.server.sendall(b"last")
    line.server.shutdown(socket.SHUT_WR)
    assert [os.read(line.from_relay, 100), os.read(line.from_relay, 100)] == [b"last", b""]
    # nobody needs to read what has ended
    line.close(line.from_relay)
    for text in (b"one", b"two"):
        os.write(line.to_relay, text)
        assert line.server.recv(100) == text
    assert not line.is_over
    line.close(line.to_relay)
    assert line.server.recv(100) == b""
    assert line.ends()


def test_a_reset_ends_both(line: Line) -> None:
    line.server.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    line.server.close()
    assert os.read(line.from_relay, 100) == b""
    # ssh goes away then
    line.close(line.to_relay)
    assert line.ends()


def write_much(write: Callable[[bytes], object]) -> None:
    for number in range(BLOCKS):
        write(BLOCK[number:] + BLOCK[:number])


def checksum(read: Callable[[], bytes]) -> str:
    digest = hashlib.sha256()
    while data := read():
        digest.update(data)
    return digest.hexdigest()


def test_much_goes_both_ways_at_once(line: Line) -> None:
    def send() -> None:
        write_much(line.server.sendall)
        line.server.shutdown(socket.SHUT_WR)

    def write() -> None:
        with open(line.to_relay, "wb", buffering=0, closefd=False) as stream:
            # a write to a pipe takes all
            write_much(stream.write)
        line.close(line.to_relay)

    expected = hashlib.sha256()
    write_much(expected.update)
    with ThreadPoolExecutor() as pool:
        jobs = [pool.submit(send), pool.submit(write)]
        at_server = pool.submit(checksum, lambda: line.server.recv(1 << 18))
        at_client = pool.submit(checksum, lambda: os.read(line.from_relay, 1 << 18))
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
        os.write(line.to_relay, text)
        assert line.server.recv(100) == text


# -- ends -------------------------------------------------------------------------------------------------------------


def test_it_is_over_when_nobody_reads_any_more(line: Line) -> None:
    # ssh was killed, and nothing comes from the server; another process may still hold our input open
    time.sleep(0.05)
    assert not line.is_over
    line.close(line.from_relay)
    assert line.ends(5)


def test_it_is_over_when_the_client_is_gone_and_the_server_does_not_care(line: Line) -> None:
    line.close(line.to_relay)
    assert line.server.recv(1) == b""
    line.close(line.from_relay)
    assert line.ends(5)


@pytest.mark.parametrize("number", [1, 2, 15])
def test_a_signal_ends_it(number: int, line: Line) -> None:
    os.write(line.waker, bytes([number]))
    assert line.ends(5)
    # and is there for whoever comes next, and nothing else is
    line.close(line.to_relay)
    line.server.close()
    time.sleep(0.1)
    assert os.read(line.signalled, 100) == bytes([number])


def test_a_signal_before_it_began_ends_it() -> None:
    signalled, waker = os.pipe()
    os.write(waker, b"\x01")
    source, sink = os.pipe(), os.pipe()
    server, proxy = _tcp_pair()
    others = threading.enumerate()
    with server, proxy:
        begun = time.monotonic()
        relay(source[0], sink[1], proxy, signalled)
        assert time.monotonic() - begun < 5
        os.close(source[1])
        assert server.recv(1) == b""
        server.shutdown(socket.SHUT_WR)
        await_copying(others)
    os.close(sink[0])


def test_idleness_costs_nothing(line: Line) -> None:
    def used() -> float:
        usage = resource.getrusage(resource.RUSAGE_SELF)
        return usage.ru_utime + usage.ru_stime

    os.write(line.to_relay, b"x")
    assert line.server.recv(1) == b"x"
    before = used()
    time.sleep(0.5)
    assert used() - before < 0.2
    # when one direction has ended as well
    line.server.shutdown(socket.SHUT_WR)
    assert os.read(line.from_relay, 1) == b""
    before = used()
    time.sleep(0.5)
    assert used() - before < 0.2
    assert not line.is_over
