# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The devices and services that somebody asks for: ids or names, each once."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.community.remoteit.plugins.module_utils._base.errors import OptionError
from ansible_collections.community.remoteit.plugins.module_utils._tasks.asked_devices import asked_for
from tests.doubles.fleet_cloud import id_of


def params(**options: Any) -> dict[str, Any]:
    """The options of a task."""
    return {"device_ids": None, "service_ids": None, "devices": None, **options}


def refusal(**options: Any) -> str:
    with pytest.raises(OptionError) as caught:
        asked_for(params(**options))
    return str(caught.value)


@pytest.mark.parametrize("option", ["device_ids", "service_ids"])
def test_ids_are_canonical_and_each_is_there_once(option: str) -> None:
    given = [id_of(2).lower(), id_of(1), id_of(2)]
    assert asked_for(params(**{option: given})) == (option, [id_of(2), id_of(1)])


def test_names_stay_as_they_are_and_each_is_there_once() -> None:
    assert asked_for(params(devices=["pi ", "PI", "a", " pi"])) == ("devices", ["pi ", "PI", "a"])


@pytest.mark.parametrize("option", ["device_ids", "service_ids", "devices"])
def test_none_and_too_many_are_refused(option: str) -> None:
    def items(count: int) -> list[str]:
        return [f"pi-{number}" if option == "devices" else id_of(number) for number in range(count)]

    for count in (0, 1001):
        assert refusal(**{option: items(count)}) == (
            f"{option} has {count} different items: give 1 to 1000, or skip the task when there are none, and loop over "
            "batches when there are more."
        )
    assert len(asked_for(params(**{option: items(1000) * 2}))[1]) == 1000


@pytest.mark.parametrize("option", ["device_ids", "service_ids"])
def test_what_is_no_id_is_refused(option: str) -> None:
    assert refusal(**{option: [id_of(1), "pi"]}).startswith(f"{option}='pi' is not an id: eight hex octets")


@pytest.mark.parametrize("text", ["", " ", "\n"])
def test_an_empty_name_is_refused(text: str) -> None:
    assert refusal(devices=["pi", text]) == "devices has an empty name: give names, or leave it out."


def test_an_id_is_no_name() -> None:
    assert refusal(devices=[f"{id_of(1)} "]) == (
        f"devices='{id_of(1)} ' is an id, not a name: set device_ids, or service_ids, instead of devices."
    )
