# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The tables "fault, wire, operation: outcome" of the guide, out of what the core does against the simulator.

``python -m tests.resilience.fault_table`` writes them into the guide. The tests compare what they see with it.
"""

from __future__ import annotations

import re
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# To import it first makes the collection importable.
from tests.conftest import ROOT
from tests.doubles.certificates import Authority
from tests.lab.target import answering_target
from tests.simulator.harness import Simulator

from .engine import conditions
from .engine.api_faults import FAULTS, ApiFault
from .engine.cells import CHECK, CLOSE, LIST, OPEN, REQUESTS, WIRES, Bench, Cell, Seen, hurried, world
from .engine.conditions import Condition
from .engine.promises import broken, words
from .engine.tls_front import TlsFront

GUIDE = ROOT / "docs" / "docsite" / "rst" / "guide_faults.rst"
ONCE, LASTING, OUTAGE, CONDITIONS = "once", "lasting", "outage", "conditions"

_OPERATIONS = {OPEN: "Open", CHECK: "Use again", CLOSE: "Close", LIST: "List devices"}
_REAL_LOOKS = (0.0, 1.0, 2.0, 3.0)
# How many cells use a simulator at most.
_PLACES = 800


@dataclass(frozen=True)
class Result:
    """What is in one cell of a table, and which promises were broken on the way."""

    title: str
    operation: str
    wire: str
    words: str
    broken: list[str]


# -- what is tried ----------------------------------------------------------------------------------------------------


def requests_with(fault: ApiFault, table: str) -> Iterator[Cell]:
    """The cells of a row: each operation whose own request *fault* can hit, or all requests in an outage."""
    for (operation, wire), (asked_wire, asked) in REQUESTS.items():
        if fault.wire not in (None, asked_wire) or (table == OUTAGE and operation not in (OPEN, CLOSE)):
            continue
        spec: dict[str, Any] = {"wire": asked_wire, "operation": asked, **fault.spec}
        if table == OUTAGE:
            spec |= {"wire": fault.wire or "*", "operation": "*"}
        elif table == ONCE:
            spec["count"] = 1
        yield Cell(operation, wire, (spec,), slow=fault.slow)


def cells_of(condition: Condition) -> Iterator[Cell]:
    """The cells of a row."""
    for (operation, wire), (asked_wire, asked) in REQUESTS.items():
        if condition.operations is not None and operation not in condition.operations:
            continue
        own = [{"wire": asked_wire, "operation": asked, **condition.request}] if condition.request else []
        yield Cell(
            operation,
            wire,
            (*own, *condition.faults),
            slow=condition.slow,
            fresh=condition.fresh,
            verify_after=condition.verify_after,
            urls=condition.urls,
        )


def results_of_requests(table: str, bench: Bench) -> list[Result]:
    """The cells of the table of faults that hit requests once, each time, or all of them."""
    planned = [(fault, cell) for fault in FAULTS for cell in requests_with(fault, table)]
    with hurried():
        seen = bench.run([cell for _fault, cell in planned])
    return [
        _result(fault.title, cell, one, broken(cell, one, fault.says))
        for (fault, cell), one in zip(planned, seen, strict=True)
    ]


def results_of_conditions(late: Bench, odd: Bench) -> list[Result]:
    """The cells of the table of all else, in simulators that behave as LATE and ODD say."""
    found = _under(Condition("this machine's clock an hour off"), odd)
    authority = Authority(Path(tempfile.mkdtemp(dir=odd.root)))
    with TlsFront(odd.cloud.rest_url, authority.server()) as front:
        for condition in conditions.of_certificates(odd.cloud, front, authority):
            found += _under(condition, odd)
    for condition in (*conditions.of_proxies(), *conditions.of_time(late)):
        found += _under(condition, late)
    for condition in conditions.of_reuse(odd):
        found += _under(condition, odd)
    for condition in conditions.of_lateness():
        found += _under(condition, late)
    return found


def _under(condition: Condition, bench: Bench) -> list[Result]:
    cells = list(cells_of(condition))

    def before(ids: list[str]) -> None:
        if not condition.fresh:
            bench.cloud.advance(conditions.SETTLED)
        condition.before(ids)

    with hurried(_REAL_LOOKS) if condition.patient else hurried():
        seen = bench.run(cells, proxies=condition.proxies, before=before, after=condition.after)
    return [
        _result(condition.title, cell, one, broken(cell, one, condition.says, unseen=condition.unseen))
        for cell, one in zip(cells, seen, strict=True)
    ]


def _result(title: str, cell: Cell, seen: Seen, broken_promises: list[str]) -> Result:
    return Result(title, cell.operation, cell.wire, words(cell, seen), broken_promises)


# -- where it is tried ------------------------------------------------------------------------------------------------


def bench(stack: ExitStack, **behaviour: Any) -> Bench:
    """A bench with a simulator of its own, which behaves so, until *stack* is closed."""
    target = stack.enter_context(answering_target())
    root = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-")))
    return Bench(stack.enter_context(Simulator(world(_PLACES, target, **behaviour))), root, _PLACES)


def results(table: str, plain: Bench) -> list[Result]:
    """All cells of a table, those with nothing else amiss on the bench *plain*."""
    if table != CONDITIONS:
        return results_of_requests(table, plain)
    with ExitStack() as stack:
        return results_of_conditions(bench(stack, **conditions.LATE), bench(stack, **conditions.ODD))


TABLES = (ONCE, LASTING, OUTAGE, CONDITIONS)


# -- how it is shown --------------------------------------------------------------------------------------------------


def rendered(found: Iterable[Result]) -> str:
    """The table as reStructuredText: a column for each operation that occurs, a row for faults with the same outcome."""
    by_title: dict[str, dict[str, dict[str, str]]] = {}
    for result in found:
        outcomes = by_title.setdefault(result.title, {})
        outcomes.setdefault(result.operation, {})[result.wire] = result.words
    used = [operation for operation in _OPERATIONS if any(operation in outcomes for outcomes in by_title.values())]
    rows: dict[tuple[str, ...], list[str]] = {}
    for title, outcomes in by_title.items():
        rows.setdefault(tuple(_cell(operation, outcomes.get(operation, {})) for operation in used), []).append(title)
    lines = [".. list-table::", "   :header-rows: 1", f"   :widths: {' '.join(['36', *['16'] * len(used)])}", ""]
    lines += _row(["Fault", *(_OPERATIONS[operation] for operation in used)])
    for cells, titles in rows.items():
        lines += _row(["; ".join(titles), *cells])
    return "\n".join(lines)


def _row(texts: list[str]) -> list[str]:
    return [f"   {'*' if index == 0 else ' '} - {text}" for index, text in enumerate(texts)]


def _cell(operation: str, by_wire: Mapping[str, str]) -> str:
    """The words, once if they are the same on each wire that has the operation."""
    if not by_wire:
        return "n/a"
    if len(set(by_wire.values())) == 1 and all(wire in by_wire for of, wire in REQUESTS if of == operation):
        return next(iter(by_wire.values()))
    return ". ".join(f"{WIRES[wire]}: {said}" for wire, said in by_wire.items())


def on_the_page(table: str) -> str:
    """The table that the guide shows."""
    return _on_the_page(table)[1]


def _on_the_page(table: str) -> tuple[str, str, str]:
    """The line before the table, the table, and the line after it, with the empty lines between them."""
    place = rf"(\.\. begin of the table: {table}\n\n)(.*?)(\n\n\.\. end of the table: {table}\n)"
    match = re.search(place, GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    assert match is not None, f"{GUIDE} has no place for the table {table}"
    return match[1], match[2], match[3]


def main(tables: Iterable[str], plain: Bench) -> None:
    """Write the tables into the guide."""
    for table in tables:
        found = results(table, plain)
        for result in found:
            for promise in result.broken:
                sys.stderr.write(f"{table}: {result.title}: {result.operation} by {result.wire}: {promise}\n")
        begin, shown, end = _on_the_page(table)
        page = GUIDE.read_text(encoding="utf-8")
        GUIDE.write_text(page.replace(begin + shown + end, begin + rendered(found) + end), encoding="utf-8")


if __name__ == "__main__":
    with ExitStack() as open_until_the_end:
        main(sys.argv[1:] or TABLES, bench(open_until_the_end))
