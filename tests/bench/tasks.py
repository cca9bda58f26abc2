# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What one task costs, beside ansible.builtin.ping and beside what people write by hand."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from .measure import Cost, Row, in_turns, row
from .plays import CONNECTION, SERVICES, plays

_ROUNDS = 3
_OURS = len(SERVICES)
_THEIRS = 10
_BY_HAND = Path(__file__).with_name("by_hand.sh")

# The request is the same as by_hand.sh's, signed by Jinja.
_URI = {
    "ansible.builtin.uri": {
        "url": "{{ lookup('env', 'R3_REST_URL') }}/device/connect",
        "method": "POST",
        "body": "{{ body }}",
        "body_format": "raw",
        "return_content": True,
        "headers": {
            "Date": "{{ date }}",
            "Content-Type": "application/json",
            "DeveloperKey": "{{ lookup('env', 'R3_DEVELOPER_API_KEY') }}",
            "Authorization": (
                "Signature keyId=\"{{ lookup('env', 'R3_ACCESS_KEY_ID') }}\",algorithm=\"hmac-sha256\","
                'headers="(request-target) host date content-type content-length",signature="{{ signature }}"'
            ),
        },
    }
}
_URI_FACTS = {
    "ansible.builtin.set_fact": {
        "body": '{"deviceaddress":"{{ service }}","wait":"true","hostip":"255.255.255.255"}',
        "date": "{{ lookup('pipe', \"LC_ALL=C date -u '+%a, %d %b %Y %H:%M:%S GMT'\") }}",
    }
}
_SIGN = (
    "printf '(request-target): post %s\\nhost: %s\\ndate: %s\\ncontent-type: application/json\\ncontent-length: %s' "
    '"$path" "$host" "{{ date }}" {{ body | length }} | openssl dgst -sha256 -mac HMAC -macopt "hexkey:$key" -binary | base64'
)
_URI_SIGN = {
    "ansible.builtin.set_fact": {
        "signature": (
            "{{ lookup('pipe', 'url=$R3_REST_URL/device/connect; host=${url#*://}; host=${host%%/*}; path=/${url#*://*/}; "
            'key=$(printf %s "$R3_SECRET_ACCESS_KEY" | base64 -d | od -An -tx1 | tr -d " \\n"); '
            "' ~ sign) }}"
        )
    },
    "vars": {"sign": _SIGN},
}


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
            task
            for id_ in few
            for task in (
                _named("What to ask", _URI_FACTS, vars={"service": id_}),
                _named("Sign it", _URI_SIGN),
                _named("Open", _URI, register="opened", failed_when="opened.json.status != 'true'"),
            )
        ],
    }
