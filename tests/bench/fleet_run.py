# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What remote.it sees of a play over a whole fleet: requests a second, and open proxies.

Small plays are driven through the collection's own code against the simulator, one event after the other while the
simulator's time is moved along, and counted there. Large ones are computed by the arithmetic that must have given the
same counts for the small ones.
"""

from __future__ import annotations

import contextlib
import os
import socket
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.lab.target import answering_target
from tests.lab.world import environment
from tests.simulator.harness import Simulator

from .collections import ROOT
from .fleet_plan import IDLE, Plan, Seen, pages, seen
from .lines import Line, as_svg
from .measure import Row, row
from .table import LICENCE
from .worlds import services, world

_TEXT = ROOT / "docs" / "fleet-run.md"
_CHART = ROOT / "docs" / "images" / "fleet-run.svg"

WAYS: dict[str, dict[str, Any]] = {
    "on demand": {},
    "on demand, serial: 500": {"serial": 500},
    "on demand, host_pinned": {"pinned": True},
    "one task opens all": {"bulk": 16},
}
_SIZES = (1000, 10_000, 50_000)
_SHOWN = 10_000
_FORKS = (10, 25, 50, 100)
# SSH's connections last from one task to the next over 20 and 40 hosts, and over 100 do not unless it is told otherwise.
_DRIVEN = (
    Plan(20, tasks=3, forks=2),
    Plan(40, tasks=3, forks=2),
    Plan(100, tasks=2, forks=2),
    Plan(100, tasks=2, forks=2, serial=25),
    Plan(100, tasks=2, forks=2, pinned=True),
    Plan(100, tasks=2, forks=2, bulk=16),
)


def rows() -> Iterator[Row]:
    """The row that tells how far the arithmetic is from what is counted; the table is printed before."""
    ratios = [_driven(plan) for plan in _DRIVEN]
    print("\n".join(_as_text()), flush=True)
    sizes = sorted({plan.hosts for plan in _DRIVEN})
    how = f"{len(_DRIVEN)} plays over {', '.join(map(str, sizes))} hosts; each also has the same proxies open all along"
    yield row("requests of a play over a fleet : as computed", ratios, "x", 1.0, how)


def write() -> None:
    """Write the table and the chart for the documentation anew."""
    lines = ["<!--", *LICENCE, "-->", "", "# A play over a fleet as remote.it sees it", "", *_as_text(), ""]
    _TEXT.write_text("\n".join([*lines, "![chart](images/fleet-run.svg)", ""]), encoding="utf-8")
    _CHART.parent.mkdir(exist_ok=True)
    runs = {name: seen(Plan(_SHOWN, **how)) for name, how in WAYS.items()}
    where = f"{_SHOWN:,} hosts, 10 tasks, 50 forks"
    charts = {
        f"Requests a second, {where}": {name: _rate(run) for name, run in runs.items()},
        f"Open proxies, {where}": {name: _thinned(run) for name, run in runs.items()},
    }
    _CHART.write_text(as_svg(charts, LICENCE), encoding="utf-8")


# -- counted ------------------------------------------------------------------------------------------------------


def _driven(plan: Plan) -> float:
    """The number of requests that the simulator counts for *plan*, over that of the arithmetic; they must not differ.

    Raises RuntimeError where any operation is counted more or less often, or other proxies are open on the way.
    """
    computed = seen(plan)
    ids = services(plan.hosts)
    with (
        tempfile.TemporaryDirectory() as root,
        answering_target() as target,
        Simulator(world(dict.fromkeys(ids, target))) as cloud,
    ):
        drive = _drive_bulk if plan.bulk else _drive_on_demand
        drive(plan, computed, ids, cloud, environment(cloud.rest_url, cloud.graphql_url, Path(root)))
        counted = Counter(call["operation"] for call in cloud.calls())
        left = len(cloud.state()["connections"])
    expected = Counter(operation for _at, operation in computed.requests)
    if counted != expected or left:
        raise RuntimeError(f"{plan}: {counted} counted, {expected} computed, {left} left open")
    return counted.total() / expected.total()


def _drive_on_demand(plan: Plan, computed: Seen, ids: list[str], cloud: Simulator, environ: dict[str, str]) -> None:
    """Open and close by what the multiplexer has, at the times computed, in the simulator's time."""
    from ansible_collections.community.remoteit.plugins.module_utils._base.clock import Deadline
    from ansible_collections.community.remoteit.plugins.module_utils._base.process import process_name
    from ansible_collections.community.remoteit.plugins.module_utils._model.wanted import Wanted
    from ansible_collections.community.remoteit.plugins.module_utils._settings.settings import Settings
    from ansible_collections.community.remoteit.plugins.module_utils._tunnels.account import Account, Errand

    now, me = 0.0, process_name(os.getpid())
    wanted = Wanted(access=None, verify_after=900, holder=me, by_ssh=True)
    with _environment(environ):
        account = Account(Settings.from_options({}), me, print)
        links: dict[int, socket.socket] = {}
        for number, event in enumerate(computed.events):
            cloud.advance(event.at - now)
            now = event.at
            if event.opens:
                (host,) = event.hosts
                connection, _is_new = account.found(ids[host], wanted, Deadline(60))
                links[host] = socket.create_connection((connection.host, connection.port or 0))
            else:
                for host in event.hosts:
                    links.pop(host).close()
                account.close({ids[host]: Errand() for host in event.hosts})
            if number % 10 == 0 and len(cloud.state()["connections"]) != len(links):
                raise RuntimeError(f"{plan}: not {len(links)} proxies are open after {now:.0f} s")


def _drive_bulk(plan: Plan, computed: Seen, ids: list[str], cloud: Simulator, environ: dict[str, str]) -> None:
    """Open and close by one task each, and let the time between pass in the simulator."""
    from ansible_collections.community.remoteit.plugins.module_utils._tasks import connection as connection_task

    defaults = {name: spec.get("default") for name, spec in connection_task.argument_spec().items()}
    params = {**defaults, "services": ids, "concurrency": plan.bulk, "timeout": 300.0}
    with _environment(environ):
        connection_task.run({**params, "state": "present"}, False, print)
        cloud.advance(computed.idle)
        if len(cloud.state()["connections"]) != (plan.hosts if computed.idle < IDLE else 0):
            raise RuntimeError(f"{plan}: the proxies do not live as long as computed")
        connection_task.run({**params, "state": "absent"}, False, print)


@contextlib.contextmanager
def _environment(environ: dict[str, str]) -> Iterator[None]:
    """This process's variables with *environ*, for a while."""
    before = dict(os.environ)
    os.environ.update(environ)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


# -- told ---------------------------------------------------------------------------------------------------------


def _as_text() -> list[str]:
    """The tables, as Markdown."""
    plans = [(Plan(size, **how), name) for size in _SIZES for name, how in WAYS.items()]
    plans += [
        (Plan(_SHOWN, forks=forks, **how), name)
        for forks in _FORKS
        if forks != Plan(1).forks
        for name, how in WAYS.items()
        if not how.get("bulk")
    ]
    return [
        "A task takes one second on a host, an answer to a connect 0.3 s, and SSH keeps a connection for 60 s.",
        "",
        "| hosts | forks | how | requests | each host | most a second | most proxies open | longest unused | takes |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- |",
        *(line(plan, name) for plan, name in plans),
    ]


def line(plan: Plan, name: str) -> str:
    """The line of the table for a plan, which has this *name*."""
    run = seen(plan)
    total = pages(plan) + len(run.requests)
    unused = f"{run.idle:.0f} s" + (" **too long**" if run.idle >= IDLE else "")
    most_open = max(count for _at, count in run.open_at_once())
    figures = f"{total:,} | {total / plan.hosts:.1f} | {run.most_a_second():.0f} | {most_open:,}"
    return f"| {plan.hosts:,} | {plan.forks} | {name} | {figures} | {unused} | {run.seconds / 60:.0f} min |"


def _rate(run: Seen, window: float = 30.0) -> Line:
    counts = Counter(int(at // window) for at, _operation in run.requests)
    return [(number * window / 60, counts[number] / window) for number in range(max(counts) + 2)]


def _thinned(run: Seen, step: float = 15.0) -> Line:
    """One point for each *step* seconds."""
    points = {int(at // step): (at / 60, float(count)) for at, count in run.open_at_once()}
    return list(points.values())
