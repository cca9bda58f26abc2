# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What goes through the multiplexer in a second, beside what goes there directly, and what it costs when nothing does.

"Directly" is a TCP connection to the same server: its process and the client's are the same ones, and the multiplexer is
what comes between them. The proxy of remote.it would be between them in both cases.
"""

from __future__ import annotations

import contextlib
import resource
import socket
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor

from .as_ssh import connected, ending_multiplexers, multiplexer
from .far_end import BANNER, download, far_end, upload
from .measure import Row, cpu_of, row, usual_environ
from .registry import environment, remember
from .worlds import services

_ROUNDS = 7
# Of all streams together.
_MEGABYTES = 1024
_IDLE_SECONDS = 60.0
# How many programs are started at a time.
_AT_ONCE = 4

_Way = Callable[[socket.socket, int], None]


def rows() -> Iterator[Row]:
    """The rows of busy tunnels, and of idle ones."""
    # For the far end as well.
    _soft, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    for count, bound in ((1, 0.9), (8, 0.8)):
        yield from _throughput(count, bound)
    for count in (1, 500):
        yield _idle(count)


def _throughput(count: int, bound: float) -> Iterator[Row]:
    name = "one tunnel" if count == 1 else f"{count} tunnels at a time"
    how = f"{_MEGABYTES} MB, {_ROUNDS} rounds"
    with contextlib.ExitStack() as stack:
        host, port = stack.enter_context(far_end())
        through, _environ = stack.enter_context(_tunnels(count, host, port))
        direct = [stack.enter_context(socket.create_connection((host, port))) for _number in range(count)]
        _hear(direct)
        ways: dict[str, _Way] = {"from": download, "to": upload}
        for toward, way in ways.items():
            measured = [(_speed(through, way), _speed(direct, way)) for _round in range(_ROUNDS + 1)][1:]
            ratios = [ours / theirs for ours, theirs in measured]
            yield row(f"{name}, throughput {toward} a device : direct TCP", ratios, "x", bound, how, at_least=True)


def _speed(links: list[socket.socket], way: _Way) -> float:
    """MB a second, all *links* together."""
    begun = time.perf_counter()
    with ThreadPoolExecutor(len(links)) as pool:
        list(pool.map(lambda link: way(link, (_MEGABYTES << 20) // len(links)), links))
    return _MEGABYTES / (time.perf_counter() - begun)


def _idle(count: int) -> Row:
    with contextlib.ExitStack() as stack:
        host, port = stack.enter_context(far_end())
        _through, environ = stack.enter_context(_tunnels(count, host, port))
        pid = multiplexer(environ)
        before = cpu_of(pid)
        time.sleep(_IDLE_SECONDS)
        used = cpu_of(pid) - before
    name = "one idle tunnel" if count == 1 else f"{count} idle tunnels"
    return row(
        f"the multiplexer with {name}, CPU", [used / _IDLE_SECONDS * 100], "% of a core", 1.0, f"{_IDLE_SECONDS:g} s"
    )


@contextlib.contextmanager
def _tunnels(count: int, host: str, port: int) -> Iterator[tuple[list[socket.socket], Mapping[str, str]]]:
    """Sockets as ssh has them, each to another service, and the environment in which their multiplexer was started."""
    with tempfile.TemporaryDirectory(prefix="r-") as directory, contextlib.ExitStack() as stack:
        environ = {**usual_environ(), **environment(directory), "XDG_RUNTIME_DIR": directory}
        stack.enter_context(ending_multiplexers(environ))
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            for service_id in services(count):
                remember(directory, host, port, service_id)
            links = [link for link, _cpu in pool.map(lambda id_: connected(id_, environ), services(count))]
        for link in links:
            stack.enter_context(link)
        _hear(links)
        yield links, environ


def _hear(links: list[socket.socket]) -> None:
    """Wait until the far end has spoken at each."""
    for link in links:
        if link.recv(len(BANNER), socket.MSG_WAITALL) != BANNER:
            raise RuntimeError("the far end is not heard")
