# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run a soak, print its figures, and tell by the exit code whether it left anything behind."""

from __future__ import annotations

import argparse
import contextlib
import multiprocessing
import os
import random
import signal
import socket
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from ansible_collections.community.remoteit.plugins.module_utils._base.clock import Deadline
from ansible_collections.community.remoteit.plugins.module_utils._base.dates import from_iso8601
from ansible_collections.community.remoteit.plugins.module_utils._base.errors import RemoteItError
from ansible_collections.community.remoteit.plugins.module_utils._connections.liveness import LISTED_AFTER
from tests.lab.redis_server import RedisServer
from tests.lab.site import TCP, Site, configuration
from tests.lab.target import greet
from tests.lab.world import device
from tests.simulator.harness import Simulator

from . import figures
from .chances import faults
from .crew import Crew
from .operations import ALL_SERVICES, MORE_SERVICES, TIMEOUT
from .worker import Tickets

# seconds
_TICK = 0.05
_CLOSED_ELSEWHERE_EVERY = 0.5
# A tunnel lingers for a while after its SSH connection, and then closes it.
_PATIENCE = 30.0
# What is told of a connection that was left open: what was asked so long before it was opened, and after.
_BEFORE, _AFTER = 5.0, 40.0
_REDIS_CONNECTIONS = 8
# how late sessions are listed
_SESSION_DELAY = 1.0


def main() -> int:
    """Run the soak that the command line asks for; 0 when nothing was left behind."""
    options = _parser().parse_args()
    signal.signal(signal.SIGTERM, lambda _number, _frame: sys.exit(1))
    print(f"soak: {options.operations} operations, {options.rate:.0%} faults, --seed {options.seed}", flush=True)
    with tempfile.TemporaryDirectory(prefix="soak-") as root, socket.create_server(("127.0.0.1", 0)) as listener:
        # Not a thread: there is forking to be done.
        os.environ["XDG_RUNTIME_DIR"] = root
        target = multiprocessing.get_context("fork").Process(target=greet, args=(listener,), daemon=True)
        target.start()
        address = "{}:{}".format(*listener.getsockname())
        world = configuration(address, session_delay=_SESSION_DELAY)
        more = ({"id": id_, "name": id_, "application": TCP, "target": address} for id_ in MORE_SERVICES)
        world["devices"].append(device(3, "attic", *more))
        with Simulator(world) as cloud, contextlib.ExitStack() as stack:
            redis = stack.enter_context(RedisServer(Path(root) / "redis")) if options.redis else None
            return _soak(options, Site(cloud, Path(root), redis.url if redis else None))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("tests.soak", description=__doc__)
    parser.add_argument("--operations", type=int, choices=range(1, Tickets.MOST), metavar="N", default=10_000)
    parser.add_argument("--seconds", type=float, default=900, help="after which no operation is begun")
    parser.add_argument("--rate", type=float, default=0.05, help="of requests that meet a fault")
    parser.add_argument("--steady", type=int, default=8, help="processes that live to the end")
    parser.add_argument("--mortal", type=int, default=3, help="processes that are killed now and then")
    parser.add_argument("--redis", action="store_true", help="keep the registry in a Redis server")
    parser.add_argument("--seed", type=int, default=random.randrange(1_000_000), help="of faults and operations")
    return parser


def _soak(options: argparse.Namespace, site: Site) -> int:
    begun = time.monotonic()
    site.cloud.set_fault(*faults(options.rate), seed=options.seed)
    tickets = Tickets(options.operations)
    crew = Crew(options.seed, tickets, site.options(), site.root)
    crew.start(options.steady, options.mortal)
    largest = Largest(str(site.root))
    closed, not_begun = _watch(options, site, crew, tickets, largest)
    lasted = time.monotonic() - begun
    calls = site.cloud.calls()
    site.cloud.set_fault()
    entries, ends = figures.read_diaries(site.root)
    chances = Counter({"worker killed": crew.killed, "closed elsewhere": closed}) + figures.faults(calls)
    cut_short = Counter({"cut short by SIGKILL": options.operations - not_begun - len(entries)})
    for line in (
        *figures.table("operations", figures.operations(entries) + cut_short),
        *figures.table("faults", chances),
        *figures.table("errors", figures.errors(entries)),
    ):
        print(line)
    peak = max((end["peak"] for end in ends), default=0)
    print(f"{len(calls)} requests in {lasted:.0f} s; at most {peak} file descriptors in a process; slowest operation")
    print(f"{max(entry['seconds'] for entry in entries):.1f} s; {not_begun} operations not begun in time")
    print(f"multiplexer: at most {largest.descriptors} file descriptors and {largest.threads} threads")
    left = [*figures.complaints(entries), *_left_behind(site, ends)]
    if crew.failed:
        left.append(f"{crew.failed} processes ended before their work was done")
    print("\n".join(left) if left else "nothing was left behind")
    return 1 if left else 0


class Largest:
    """The most that the process which has the tunnels, below the directory *root*, had at any time."""

    def __init__(self, root: str) -> None:
        self._root = root
        self.descriptors = 0
        self.threads = 0

    def look(self) -> None:
        """See what it has now."""
        for pid in _processes(f"multiplexer.py\0{self._root}"):
            with contextlib.suppress(OSError):
                self.descriptors = max(self.descriptors, len(os.listdir(f"/proc/{pid}/fd")))
                self.threads = max(self.threads, len(os.listdir(f"/proc/{pid}/task")))


def _watch(options: argparse.Namespace, site: Site, crew: Crew, tickets: Tickets, largest: Largest) -> tuple[int, int]:
    """Wait for the end; how many connections were closed elsewhere, and how many operations were never begun."""
    chance = random.Random(f"{options.seed}/elsewhere")
    end = time.monotonic() + options.seconds
    closed = not_begun = 0
    next_close = 0.0
    try:
        while crew.tend():
            time.sleep(_TICK)
            if time.monotonic() > end:
                not_begun += tickets.withdraw()
            if time.monotonic() > next_close:
                next_close = time.monotonic() + _CLOSED_ELSEWHERE_EVERY
                largest.look()
                # Never what nobody knows of: that is to be found at the end.
                held = site.registry().read_all()
                closed += bool(held) and site.cloud.close(chance.choice(held).id)
    except BaseException:
        crew.kill_all()
        raise
    return closed, not_begun


def _left_behind(site: Site, ends: Iterable[dict[str, Any]]) -> Iterator[str]:
    """What is left after the next use of each service."""
    # Redis is spoken to by several threads, over connections that stay.
    more = [end["more"] for end in ends if end["more"] > (_REDIS_CONNECTIONS if "://" in site.place else 0)]
    if more:
        yield f"file descriptors that were not there at the beginning: {more}"
    # A worker that was killed may have left a tunnel, which ends by itself.
    end = time.monotonic() + _PATIENCE
    while (pids := [*_processes(site.place), *_processes(f"multiplexer.py\0{site.root}")]) and time.monotonic() < end:
        time.sleep(_TICK)
    if pids:
        yield f"processes: {pids}"
    attempts = [attempt for _service_id, holding in site.registry().holdings() for attempt in holding.attempts]
    if attempts:
        # By then, nothing can come of a connect that was cut short.
        time.sleep(max(0, max(attempt.until for attempt in attempts) - time.time()) + LISTED_AFTER + 1)
    for service_id in ALL_SERVICES:
        try:
            site.connections().absent(service_id, Deadline(TIMEOUT))
        except RemoteItError as error:
            yield f"{service_id} could not be closed: {error}"
    for connection in site.cloud.state()["connections"]:
        yield _story(connection, site.cloud.calls())
    for service_id, holding in site.registry().holdings():
        yield f"of {service_id} is remembered: {holding}"
    # Signs of those who were killed stay for a day.
    files = [path for path in site.root.glob("registry/*/*") if path.is_file() and path.suffix != ".lock"]
    for path in files:
        yield f"{path}: {path.read_text()}"


def _story(connection: dict[str, Any], calls: Iterable[dict[str, Any]]) -> str:
    """A connection that was left open, and what was asked about its service until a while later."""
    opened = from_iso8601(connection["opened"])
    lines = [f"connection {connection['id']} to {connection['service_id']}, opened by {connection['via']} at {opened}"]
    for call in calls:
        at = from_iso8601(call["time"])
        if call["service_id"] in (connection["service_id"], None) and -_BEFORE < at - opened < _AFTER:
            what = (call["wire"], call["operation"], call["connection_id"], call["status"], call["fault"])
            lines.append(f"  {at - opened:+.2f} s: {what}")
    return "\n".join(lines)


def _processes(argument: str) -> Iterator[int]:
    """The processes that have *argument* in their command line."""
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = path.read_bytes()
        except OSError:
            continue
        if argument.encode() in line and int(path.parent.name) != os.getpid():
            yield int(path.parent.name)


if __name__ == "__main__":
    sys.exit(main())
