# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What one more SSH connection on demand costs until the device is heard, beside one of release 1.0.0 and beside ``nc``."""

from __future__ import annotations

import contextlib
import shlex
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import NamedTuple

from tests.lab.redis_server import RedisServer, is_installed
from tests.lab.world import environment
from tests.simulator.harness import Simulator

from .as_ssh import connected, ending_multiplexers, multiplexer
from .far_end import far_end
from .measure import Row, cpu_of, row, usual_environ
from .releases import former_command, former_plugins
from .worlds import services, world

_ROUNDS = 15
# One that is open, and for each round one that each of three opens.
_SERVICES = services(1 + 3 * _ROUNDS)
_OPEN = _SERVICES[0]


class _Start(NamedTuple):
    """CPU seconds, and wall seconds, until the first byte from the device."""

    cpu: float
    wall: float


def rows() -> Iterator[Row]:
    """The rows of one more connection; those beside the release only where the history of the repository has it."""
    with contextlib.ExitStack() as stack:
        root = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="p-")))
        host, port = stack.enter_context(far_end())
        cloud = stack.enter_context(Simulator(world(dict.fromkeys(_SERVICES, f"{host}:{port}"))))
        environ = {
            **usual_environ(),
            **environment(cloud.rest_url, cloud.graphql_url, root),
            "XDG_RUNTIME_DIR": str(root),
        }
        before = former_plugins(root)
        if before is not None:
            places = (str(root / "registry"), str(root / "former"))
            yield from _beside_release(before, "a directory", places, environ, 1 / 4)
        if before is not None and is_installed():
            server = stack.enter_context(RedisServer(root / "redis"))
            places = (server.url, server.url.removesuffix("0") + "1")
            yield from _beside_release(before, "Redis", places, environ, 1 / 12)
        if netcat := shutil.which("nc"):
            yield _beside_netcat([netcat, host, str(port)], environ)


def _beside_release(
    before: Path, where: str, places: tuple[str, str], environ: Mapping[str, str], bound: float
) -> Iterator[Row]:
    """The rows with a registry *where*; ours and the release's are in different *places*."""
    ours, theirs = ({**environ, "REMOTEIT_REGISTRY": place} for place in places)
    with contextlib.ExitStack() as stack:
        stack.enter_context(ending_multiplexers(ours))
        # What all others join; the first of each fills caches.
        _started(stack, _OPEN, ours)
        _former(stack, before, _OPEN, theirs)
        joins, opens, firsts = [], [], []
        for number in range(_ROUNDS):
            one, two, three = _SERVICES[1 + 3 * number : 4 + 3 * number]
            joins.append((_more(stack, _OPEN, ours), _former(stack, before, _OPEN, theirs)))
            former = _former(stack, before, one, theirs)
            opens.append((_more(stack, two, ours), former))
            firsts.append((_first(three, ours), former))
    how = "the program that ssh starts, and what the multiplexer does meanwhile"
    yield _ratio(f"SSH joins a connection, registry in {where}, CPU to the first byte : release 1.0.0", joins, 1, how)
    yield _ratio(f"SSH opens one, registry in {where}, CPU to the first byte : release 1.0.0", opens, bound, how)
    how = "the same, where it starts the multiplexer"
    yield _ratio(f"the first SSH opens one, registry in {where}, CPU : release 1.0.0", firsts, 1.5, how)


def _ratio(name: str, measured: Sequence[tuple[_Start, _Start]], bound: float, how: str) -> Row:
    ours, theirs = (median(start.cpu for start in starts) * 1000 for starts in zip(*measured, strict=True))
    ratios = [one.cpu / other.cpu for one, other in measured]
    return row(name, ratios, "x", bound, f"{how}; {ours:.1f} ms : {theirs:.0f} ms, {len(measured)} rounds")


def _more(stack: contextlib.ExitStack, service_id: str, environ: Mapping[str, str]) -> _Start:
    """One more connection of ours, with the share of the multiplexer, which runs already."""
    pid = multiplexer(environ)
    used = cpu_of(pid)
    start = _started(stack, service_id, environ)
    return start._replace(cpu=start.cpu + cpu_of(pid) - used)


def _first(service_id: str, environ: Mapping[str, str]) -> _Start:
    """The first connection of ours, with all that the multiplexer has used until then."""
    with tempfile.TemporaryDirectory(dir=environ["XDG_RUNTIME_DIR"]) as directory, contextlib.ExitStack() as stack:
        alone = {**environ, "XDG_RUNTIME_DIR": directory}
        stack.enter_context(ending_multiplexers(alone))
        start = _started(stack, service_id, alone)
        return start._replace(cpu=start.cpu + cpu_of(multiplexer(alone)))


def _started(stack: contextlib.ExitStack, service_id: str, environ: Mapping[str, str]) -> _Start:
    """A connection of ours, which ends with *stack*, without what the multiplexer uses."""
    begun = time.perf_counter()
    link, cpu = connected(service_id, environ)
    stack.enter_context(link)
    _hear(link.recv(1))
    return _Start(cpu, time.perf_counter() - begun)


def _former(stack: contextlib.ExitStack, before: Path, service_id: str, environ: Mapping[str, str]) -> _Start:
    """A connection of the release, which ends with *stack*."""
    return _process(stack, shlex.split(former_command(before, service_id)), environ)


def _process(stack: contextlib.ExitStack, command: Sequence[str], environ: Mapping[str, str]) -> _Start:
    """A connection by a process that stays, which ends with *stack*."""
    begun = time.perf_counter()
    process = stack.enter_context(subprocess.Popen(command, env=environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE))
    stack.callback(process.kill)
    assert process.stdout is not None
    _hear(process.stdout.read(1))
    return _Start(cpu_of(process.pid), time.perf_counter() - begun)


def _hear(said: bytes) -> None:
    if not said:
        raise RuntimeError("the device is not heard")


def _beside_netcat(command: Sequence[str], environ: Mapping[str, str]) -> Row:
    with contextlib.ExitStack() as stack:
        stack.enter_context(ending_multiplexers(environ))
        measured = [
            _started(stack, _OPEN, environ).wall - _process(stack, command, environ).wall
            for _round in range(_ROUNDS + 1)
        ]
    # The first one has opened the connection.
    late = [seconds * 1000 for seconds in measured[1:]]
    return row("SSH joins a connection, first byte later than nc's", late, "ms wall", 150, f"{_ROUNDS} rounds")
