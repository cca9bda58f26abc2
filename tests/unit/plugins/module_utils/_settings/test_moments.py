# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Moments and spans as people write them."""

from __future__ import annotations

import pytest

from ansible_collections.community.remoteit.plugins.module_utils._base.errors import OptionError
from ansible_collections.community.remoteit.plugins.module_utils._settings.moments import (
    checked_moment,
    checked_moment_or_span,
)
from tests.doubles.material import NOW


@pytest.mark.parametrize("text", ["2026-02-03T04:05:06Z", " 2026-02-03 05:05:06+01:00", "1770091506", "1770091506.0"])
def test_moments(text: str) -> None:
    assert checked_moment("since", text) == NOW
    assert checked_moment_or_span("since", text, 0.0) == NOW


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("0s", 0), ("45s", 45), ("30m", 1800), ("2h", 7200), (" 2 h ", 7200), ("7d", 604800), ("4w", 2419200)],
)
def test_spans(text: str, seconds: int) -> None:
    assert checked_moment_or_span("since", text, NOW) == NOW - seconds


NONE = [
    "",
    "now",
    "0",
    "300",
    "-1h",
    "1.5h",
    "2h30m",
    "1M",
    "1y",
    "9999999d",
    "nan",
    "inf",
    "1770091506000",
    "2026-02-30",
]


@pytest.mark.parametrize("text", NONE)
def test_what_is_neither_is_refused(text: str) -> None:
    with pytest.raises(OptionError) as caught:
        checked_moment_or_span("until", text, NOW)
    assert str(caught.value) == (
        f"until={text!r} is neither a moment nor a span: give ISO 8601 such as 2026-02-03T04:05:06Z, seconds since the "
        "epoch, or how long ago it was, such as 30m, 2h, 7d or 4w."
    )


@pytest.mark.parametrize("text", [*NONE, "2h"])
def test_what_is_no_moment_is_refused(text: str) -> None:
    with pytest.raises(OptionError) as caught:
        checked_moment("since", text)
    assert str(caught.value) == (
        f"since={text!r} is not a moment: give ISO 8601 such as 2026-02-03T04:05:06Z, or seconds since the epoch."
    )
