# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What one task costs, beside ansible.builtin.ping and beside what people write by hand."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from .by_uri import signed_post
from .measure import Cost, Row, in_turns, row
from .plays import CONNECTION, SERVICES, plays

_ROUNDS = 3
_OURS = len(SERVICES)
_THEIRS = 10
_REFUSED = "opened.json.status != 'true'"
_BY_HAND = Path(__file__).with_name("by_hand.sh")


# The request is the same as by_hand.sh's, signed by Jinja.
def _named(name: str, task: dict[str, Any], **keywords: Any) -> dict[str, Any]:
    return {"name": name, **task, **keywords}


def rows() -> Iterator[Row]:
    """The rows about single tasks."""
    with tempfile.TemporaryDirectory() as directory, plays(Path(directory)) as bench:
        works = {name: bench.play(name, tasks) for name, tasks in _works().items()}
        measured = in_turns(_ROUNDS, ("reuse", "open"), **works)
    ours, theirs = (f"{count} tasks" for count in (_OURS, _THEIRS))
    how = f"{ours} : {theirs}, {_ROUNDS} rounds"
    for work, other, bound, name in (
        ("reuse", "ping", 1 / 15, "a task that reuses, CPU : ansible.builtin.ping"),
        ("open", "uri", 1 / 10, "a task that opens, CPU : ansible.builtin.uri, signed by Jinja"),
        ("open", "script", 1 / 10, "a task that opens, CPU : curl and openssl"),
    ):
        ratios = [_net(costs, work, _OURS) / _net(costs, other, _THEIRS) for costs in measured]
        yield row(name, ratios, "x", bound, how)


def _net(costs: Mapping[str, Cost], name: str, count: int) -> float:
    """CPU seconds of one of *count* tasks, net of a task that does nothing."""
    return (costs[name].cpu - costs[f"nothing-{count}"].cpu) / count


def _works() -> dict[str, list[dict[str, Any]]]:
    """The tasks of each play. Ours are more, because little is hard to tell from nothing."""
    nothing = _named("Nothing", {"ansible.builtin.debug": {"msg": "x"}})
    few = SERVICES[:_THEIRS]
    return {
        f"nothing-{_OURS}": [nothing] * _OURS,
        f"nothing-{_THEIRS}": [nothing] * _THEIRS,
        "reuse": [_named("Use again", {CONNECTION: {"service_id": SERVICES[0]}})] * _OURS,
        "open": [_named("Open", {CONNECTION: {"service_id": id_}}) for id_ in SERVICES],
        "ping": [_named("Ping", {"ansible.builtin.ping": {}})] * _THEIRS,
        "script": [_named("Open", {"ansible.builtin.command": f"{_BY_HAND} {id_}"}, changed_when=True) for id_ in few],
        "uri": [
            task for id_ in few for task in signed_post("R3_REST_URL/device/connect", _body(id_), "opened", _REFUSED)
        ],
    }


def _body(id_: str) -> str:
    return f'{{"deviceaddress":"{id_}","wait":"true","hostip":"255.255.255.255"}}'
