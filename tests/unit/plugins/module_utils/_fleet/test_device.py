# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
from typing import Any, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.community.remoteit.plugins.module_utils._fleet.device import Device, FleetService

VALUES: st.SearchStrategy[Any] = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text()),
    lambda below: st.one_of(st.lists(below), st.dictionaries(st.text(), below)),
    max_leaves=5,
)


def any_of(made: type, **known: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Values of the data class *made*, whatever fields it has."""
    attributes = st.dictionaries(st.text(), VALUES)
    others = {name: st.from_type(hint) for name, hint in get_type_hints(made).items() if name not in known}
    return st.builds(made, **{**others, "attributes": attributes, **known})


SERVICES = any_of(FleetService)
DEVICES = any_of(Device, services=st.lists(SERVICES, max_size=3).map(tuple))


@given(DEVICES)
def test_every_field_survives_json(device: Device) -> None:
    assert Device.from_record(json.loads(json.dumps(device.as_record()))) == device


@given(DEVICES)
def test_a_result_has_every_field(device: Device) -> None:
    result = device.as_result()
    assert result == json.loads(json.dumps(device.as_record()))


@pytest.mark.parametrize("name", [*Device.__dataclass_fields__, "weather"])
def test_a_record_with_other_fields_is_refused(name: str) -> None:
    service = FleetService("80:00:00:00:00:00:00:01", "ssh", 28, "SSH", "TCP", None, 22, True, True, True, (), {}, None)
    values = dict.fromkeys(Device.__dataclass_fields__)
    record = Device(**{**values, "tags": (), "services": (service,)}).as_record()  # type: ignore[arg-type]
    record = {**record, "weather": "fine"} if name == "weather" else {k: v for k, v in record.items() if k != name}
    with pytest.raises((KeyError, TypeError)):
        Device.from_record(record)
