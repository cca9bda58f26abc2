# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What it costs to see that a fleet is as it is described, beside the same work by ansible.builtin.uri."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from tests.lab.world import device

from .by_uri import signed_post
from .measure import Row, in_turns, row
from .plays import plays_of

_ROUNDS = 2
_DEVICES = 1000
# One of theirs takes so long that fewer must do.
_THEIRS = 20
_TAGS, _RACK = ["production"], {"rack": 7}
_FIELDS = "id tags { name } attributes services { name port }"


def rows() -> Iterator[Row]:
    """The rows about a fleet that is as it should be."""
    fleet = [_id(number, 0) for number in range(1, _DEVICES + 1)]
    with tempfile.TemporaryDirectory() as directory, plays_of(Path(directory), _described(fleet)) as bench:
        nothing = {"name": "Nothing", "ansible.builtin.debug": {"msg": "x"}}
        works = {
            "nothing": bench.play("nothing", [nothing]),
            "ours": bench.play("ours", _ours()),
            "uri": bench.play("uri", [task for id_ in fleet[:_THEIRS] for task in _by_hand(id_)]),
        }
        measured = in_turns(_ROUNDS, (), **works)
        before = len(bench.cloud.calls())
        works["ours"]()
        requests = len(bench.cloud.calls()) - before
    yield row(
        "a device that is as described, CPU : ansible.builtin.uri, signed by Jinja",
        [
            (one["ours"].cpu - one["nothing"].cpu) / _DEVICES / ((one["uri"].cpu - one["nothing"].cpu) / _THEIRS)
            for one in measured
        ],
        "x",
        1 / 5,
        f"{_DEVICES} devices : {_THEIRS} devices, {_ROUNDS} rounds",
    )
    yield row("requests for each device that is as described", [requests / _DEVICES], "", 0.002, f"{_DEVICES} devices")


def _id(number: int, service: int) -> str:
    return f"80:00:00:00:00:{number // 256:02X}:{number % 256:02X}:{service:02X}"


def _described(fleet: Sequence[str]) -> list[dict[str, Any]]:
    """The devices of the configuration, each as all tasks want it."""
    return [
        device(
            number,
            f"pi {number}",
            {"id": _id(number, 1), "name": "ssh", "application": 28, "target": "127.0.0.1:9", "port": 22},
            tags=list(_TAGS),
            attributes=dict(_RACK),
            id=id_,
        )
        for number, id_ in enumerate(fleet, 1)
    ]


def _ours() -> list[dict[str, Any]]:
    """The tasks that list the devices and describe all of them at once."""
    wish = {"device_id": "ID", "tags": _TAGS, "attributes": _RACK, "services": [{"name": "ssh", "port": 22}]}
    one = json.dumps(wish).replace("ID", r"\1")
    devices = "{{ fleet.devices | map(attribute='id') | map('regex_replace', '(.+)', one) | map('from_json') }}"
    return [
        {"name": "List them", "community.remoteit.remoteit_device_info": {}, "register": "fleet"},
        {
            "name": "Describe them",
            "community.remoteit.remoteit_device": {"devices": devices},
            "vars": {"one": one},
            "register": "described",
            "failed_when": f"described.changed or described.devices | length != {_DEVICES}",
        },
    ]


def _by_hand(id_: str) -> list[dict[str, Any]]:
    body = json.dumps({"query": f'query {{ login {{ device(id: ["{id_}"]) {{ {_FIELDS} }} }} }}'})
    found = "asked.json.data.login.device[0]"
    wanted = f"{found}.tags[0].name == 'production' and {found}.attributes.rack == 7 and {found}.services[0].port == 22"
    return signed_post("R3_GRAPHQL_URL", "{% raw %}" + body + "{% endraw %}", "asked", f"not ({wanted})")
