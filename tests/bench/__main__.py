# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""All measurements, or those that are named, as a table; --write also writes it for the documentation."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator

from . import (
    fleet_run,
    imports,
    inventory,
    locks,
    lookup_hit,
    many,
    pages,
    playbook,
    proxy_command,
    reconcile,
    redis_store,
    relay,
    slices,
    tasks,
    tunnels,
)
from .measure import Row, versions
from .table import as_text, write

_PARTS: dict[str, Callable[[], Iterator[Row]]] = {
    "tasks": tasks.rows,
    "imports": imports.rows,
    "lookup": lookup_hit.rows,
    "many": many.rows,
    "locks": locks.rows,
    "redis": redis_store.rows,
    "inventory": inventory.rows,
    "growth": inventory.growth,
    "slices": slices.rows,
    "pages": pages.rows,
    "proxy-command": proxy_command.rows,
    "relay": relay.rows,
    "reconcile": reconcile.rows,
    "tunnels": tunnels.rows,
    "playbook": playbook.rows,
    "fleet-run": fleet_run.rows,
}


def main() -> int:
    """Measure and print; 1 when a bound is not kept."""
    parser = argparse.ArgumentParser("tests.bench", description=__doc__)
    parser.add_argument("part", nargs="*", choices=[[], *_PARTS], default=[], help="what to measure, by default all")
    parser.add_argument("--write", action="store_true", help="write the table and the chart of the documentation anew")
    options = parser.parse_args()
    print(versions(), flush=True)
    measured = []
    # In this order, whatever was asked for: the lookup must come before what imports a lot into this process.
    for part in _PARTS:
        for row in _PARTS[part]() if part in (options.part or _PARTS) else ():
            measured.append(row)
            print(as_text(row), flush=True)
    if options.write:
        write(measured, versions())
        fleet_run.write()
    return 0 if all(row.holds for row in measured) else 1


if __name__ == "__main__":
    sys.exit(main())
