# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What one task costs, beside ansible.builtin.ping and beside what people write by hand."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from .measure import Row, in_turns, row
from .plays import CONNECTION, SERVICES, plays

_ROUNDS = 5
_TASKS = 30
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
        yield from _reuse(bench)
        yield from _open(bench)


def _reuse(bench: Any) -> Iterator[Row]:
    first = _named("Open", {CONNECTION: {"service_id": SERVICES[0]}})
    nothing = _named("Nothing", {"ansible.builtin.debug": {"msg": "x"}})
    works = {
        "debug": [nothing] * _TASKS,
        "reuse": [_named("Use again", {CONNECTION: {"service_id": SERVICES[0]}})] * _TASKS,
        "ping": [_named("Ping", {"ansible.builtin.ping": {}})] * _TASKS,
    }
    # Each of them opens first, so that what is net of "debug" is reuse alone.
    measured = in_turns(_ROUNDS, **{name: bench.play(name, [first, *tasks]) for name, tasks in works.items()})
    ratios = [
        (costs["reuse"].cpu - costs["debug"].cpu) / (costs["ping"].cpu - costs["debug"].cpu) for costs in measured
    ]
    yield row(
        "a task that reuses, CPU : ansible.builtin.ping", ratios, "x", 1 / 15, f"{_TASKS} tasks, {_ROUNDS} rounds"
    )


def _open(bench: Any) -> Iterator[Row]:
    count = 10
    services = SERVICES[:count]
    nothing = [_named("Nothing", {"ansible.builtin.debug": {"msg": "x"}})] * count
    ours = [_named("Open", {CONNECTION: {"service_id": id_}}) for id_ in services]
    script = [_named("Open", {"ansible.builtin.command": f"{_BY_HAND} {id_}"}, changed_when=True) for id_ in services]
    uri = [
        task
        for id_ in services
        for task in (
            _named("What to ask", _URI_FACTS, vars={"service": id_}),
            _named("Sign it", _URI_SIGN),
            _named("Open", _URI, register="opened", failed_when="opened.json.status != 'true'"),
        )
    ]
    works = {"nothing": nothing, "ours": ours, "script": script, "uri": uri}
    measured = in_turns(_ROUNDS, **{name: bench.play(f"open-{name}", tasks) for name, tasks in works.items()})
    how = f"{count} tasks, {_ROUNDS} rounds"
    for other, words in (("uri", "ansible.builtin.uri, signed by Jinja"), ("script", "curl and openssl")):
        ratios = [
            (costs["ours"].cpu - costs["nothing"].cpu) / (costs[other].cpu - costs["nothing"].cpu) for costs in measured
        ]
        yield row(f"a task that opens, CPU : {words}", ratios, "x", 1 / 10, how)
