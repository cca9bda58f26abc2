# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The guide's playbook of a whole fleet: it makes one of three new devices, changes nothing twice, and takes it all back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.documents import blocks
from tests.lab.lab import Lab
from tests.lab.playbook import Run
from tests.lab.world import DEVELOPER_KEY, KEY_ID, OWNER, SECRET, service_id
from tests.lab.world import device as enrolled
from tests.simulator.threaded import ThreadedSimulator

from .fleet import inventory
from .tasks import show

pytestmark = pytest.mark.one_core

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "docsite" / "rst" / "guide_fleet_as_code.rst"
(PLAYBOOK,) = (text for _language, text in blocks(GUIDE) if "Have the fleet be as it is described" in text)
PASSWORD = "open sesame"
LIST, DESCRIBE, LINK = (
    "List the devices of the account",
    "Describe each device",
    "Give web services their URLs",
)
BACK, UNLINK = "Leave each device as it was enrolled", "Remove the URLs"


def ssh(number: int) -> dict[str, Any]:
    """The service that the software of a device may come with."""
    return {"id": service_id(number, 1), "name": "ssh", "application": 28, "port": 22}


@pytest.fixture
def cloud(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> Iterator[ThreadedSimulator]:
    """An account that has three new devices and nothing else, instead of the lab's."""
    key = {"id": KEY_ID, "secret": SECRET}
    account = {"id": "f0:00:00:00:00:00:00:01", "email": OWNER, "developer_key": DEVELOPER_KEY, "access_keys": [key]}
    devices = [enrolled(1, "pi-kitchen", ssh(1)), enrolled(2, "pi-garage", ssh(2)), enrolled(3, "cabinet")]
    with ThreadedSimulator({"accounts": [account], "devices": devices}) as cloud:
        monkeypatch.setattr(lab, "cloud", cloud)
        yield cloud


def run_guide(lab: Lab, *arguments: str, plays: str = PLAYBOOK) -> Run:
    """The run of the playbook that the guide shows, which goes well."""
    run = lab.run(plays, "-e", f"vault_link_password='{PASSWORD}'", *arguments)
    assert run.returncode == 0, run.output
    assert PASSWORD not in run.output
    return run


def items(run: Run, task: str) -> list[dict[str, Any]]:
    """The results of a task for the items that it was not skipped for."""
    return [item for item in run.result(task).result["results"] if not item.get("skipped")]


def changed(run: Run, task: str) -> list[bool]:
    """Whether the task has changed something, for each item."""
    return [item["changed"] for item in items(run, task)]


def found(run: Run) -> list[dict[str, Any]]:
    """The devices before a run, without what is remote.it's own or changes by itself."""
    devices = run.result(LIST).result["devices"]
    return [{**device, "last_reported": None, "attributes": _ours(device["attributes"])} for device in devices]


def _ours(attributes: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in attributes.items() if not name.startswith("$")}


def writes(lab: Lab) -> int:
    """How many requests were there that change something: all that are no queries."""
    return sum(call["operation"] != "query" for call in lab.cloud.calls())


def test_three_new_devices_become_a_fleet_and_are_as_new_again(lab: Lab, cloud: ThreadedSimulator) -> None:
    predicted = run_guide(lab, "--check", "--diff")
    assert changed(predicted, DESCRIBE) == [True] * 3
    assert items(predicted, LINK) == []
    assert writes(lab) == 0

    made = run_guide(lab)
    assert changed(made, DESCRIBE) == [True] * 3
    assert changed(made, LINK) == [True]
    assert [item["diff"] for item in items(made, DESCRIBE)] == [item["diff"] for item in items(predicted, DESCRIBE)]
    written = writes(lab)

    again = run_guide(lab)
    assert changed(again, DESCRIBE) == [False] * 3
    assert changed(again, LINK) == [False]
    assert writes(lab) == written
    assert found(again) != found(predicted)

    back = run_guide(lab, "--tags", "take_back")
    assert changed(back, BACK) == [True] * 3
    assert changed(back, UNLINK) == [True]
    written = writes(lab)

    back_again = run_guide(lab, "--tags", "take_back")
    assert changed(back_again, BACK) == [False] * 3
    assert items(back_again, UNLINK) == []
    assert writes(lab) == written
    # what it lists is what the way back has left
    assert found(back_again) == found(predicted)


def test_a_link_of_a_service_that_is_not_described_fails_in_check_mode_already(
    lab: Lab, cloud: ThreadedSimulator
) -> None:
    misspelt = PLAYBOOK.replace("- service: menu", "- service: mneu")
    assert misspelt != PLAYBOOK
    run = lab.run(misspelt, "-e", f"vault_link_password='{PASSWORD}'", "--check")
    assert run.result(LINK).status == "failed", run.output
    assert writes(lab) == 0


def test_the_inventory_of_the_same_run_has_the_whole_fleet(lab: Lab, cloud: ThreadedSimulator) -> None:
    seen = {
        "hosts": "groups.remoteit | sort",
        "production": "groups.remoteit_tag_production | sort",
        "test": "groups.remoteit_tag_test | sort",
        "sites": "groups.remoteit | sort | map('extract', hostvars, 'remoteit_device_attributes') | map(attribute='site')",
        "linked": "groups.remoteit | map('extract', hostvars) | selectattr('remoteit_link') | map(attribute='inventory_hostname')",
    }
    tasks = [{"ansible.builtin.meta": "refresh_inventory"}, *(show(name, text) for name, text in seen.items())]
    last_play = yaml.safe_dump([{"hosts": "localhost", "gather_facts": False, "tasks": tasks}], width=1000)
    chosen = inventory(lab, "whole", connect="none")
    run = run_guide(lab, *chosen, plays=PLAYBOOK + last_play)
    kitchen, garage = ["pi-kitchen-menu", "pi-kitchen-ssh"], ["pi-garage-ssh"]
    cabinet = ["cabinet-orders", "cabinet-ssh"]
    assert {name: run.result(name).result["msg"] for name in seen} == {
        "hosts": [*cabinet, *garage, *kitchen],
        "production": [*garage, *kitchen],
        "test": cabinet,
        "sites": ["south"] * 3 + ["north"] * 2,
        "linked": ["pi-kitchen-menu"],
    }
