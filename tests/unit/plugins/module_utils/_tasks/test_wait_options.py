# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Each option of remoteit_device_wait: what it can be, and what is said if it is something else."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from ansible_collections.community.remoteit.plugins.module_utils._base.errors import OptionError
from ansible_collections.community.remoteit.plugins.module_utils._fleet.waiting import Pace
from ansible_collections.community.remoteit.plugins.module_utils._tasks.device_wait import argument_spec
from ansible_collections.community.remoteit.plugins.module_utils._tasks.wait_options import pace_of, since_of
from tests.doubles.material import NOW


def params(**options: Any) -> dict[str, Any]:
    """The options of a task."""
    return {**{name: option.get("default") for name, option in argument_spec().items()}, **options}


@pytest.mark.parametrize(
    "text",
    [
        "2026-02-03T04:05:06Z",
        "2026-02-03T04:05:06.000Z",
        " 2026-02-03T04:05:06",
        "2026-02-03 05:05:06+01:00",
        "1770091506",
        "1770091506.0",
        # without quotes, Ansible makes a text of what YAML makes of it
        str(yaml.safe_load("2026-02-03T04:05:06Z")),
        str(yaml.safe_load("1770091506")),
    ],
)
def test_moments(text: str) -> None:
    assert since_of(params(since=text)) == NOW


def test_no_moment() -> None:
    assert since_of(params()) is None


@pytest.mark.parametrize(
    "text",
    ["", "now", "-1", "0", "300", "nan", "inf", "1770091506000", "1970-01-01", "2026-02-30", "0001-01-01T00:00+09"],
)
def test_what_is_no_moment_is_refused(text: str) -> None:
    with pytest.raises(OptionError) as caught:
        since_of(params(since=text))
    assert str(caught.value) == (
        f"since={text!r} is not a moment: give ISO 8601 such as 2026-02-03T04:05:06Z, or seconds since the epoch."
    )


def test_since_is_about_what_is_to_be_online() -> None:
    with pytest.raises(OptionError) as caught:
        since_of(params(since="1770091506", state="offline"))
    assert str(caught.value) == ("since tells when devices must have come back: set state=online, or leave since out.")


def test_the_pace() -> None:
    assert pace_of(params(), False, 30.0) == Pace(delay=0, timeout=300, interval=15, patience=30.0)
    given = params(delay=5.0, timeout=0.0, interval=10.0)
    assert pace_of(given, False, 30.0) == Pace(delay=5.0, timeout=0.0, interval=10.0, patience=30.0)


def test_check_mode_looks_once_and_at_once() -> None:
    pace = pace_of(params(delay=5.0), True, 30.0)
    assert (pace.delay, pace.timeout) == (0.0, 0.0)


@pytest.mark.parametrize("check_mode", [True, False])
@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"delay": -1.0}, "delay=-1 is not a time to wait: give seconds, 0 or more."),
        ({"timeout": -0.5}, "timeout=-0.5 is not a time to wait: give seconds, 0 or more."),
        ({"timeout": float("inf")}, "timeout=inf is not a time to wait: give seconds, 0 or more."),
        ({"interval": 9.9}, "interval=9.9 is not a time to wait: give seconds, 10 or more."),
        ({"interval": float("nan")}, "interval=nan is not a time to wait: give seconds, 10 or more."),
    ],
)
def test_what_is_no_time_is_refused(options: dict[str, float], said: str, check_mode: bool) -> None:
    with pytest.raises(OptionError) as caught:
        pace_of(params(**options), check_mode, 30.0)
    assert str(caught.value) == said
