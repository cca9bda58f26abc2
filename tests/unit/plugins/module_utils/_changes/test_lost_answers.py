# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.community.remoteit.plugins.module_utils._base.clock import Deadline
from ansible_collections.community.remoteit.plugins.module_utils._base.errors import (
    AnswerLostError,
    ApiError,
    NotSentError,
    RefusedError,
)
from ansible_collections.community.remoteit.plugins.module_utils._changes.lost_answers import is_seen, may_be_done

LOST = AnswerLostError("lost")


@pytest.mark.parametrize(
    ("failure", "expected"),
    [
        (LOST, True),
        (NotSentError("not sent"), False),
        (RefusedError("no", 200, ""), False),
        (RefusedError("no", 200, "").after(LOST), True),
    ],
)
def test_what_was_refused_at_once_is_not_done(failure: ApiError, expected: bool) -> None:
    assert may_be_done(failure) is expected


def test_it_is_looked_for_until_it_is_there() -> None:
    seen = iter([False, True])
    assert is_seen(lambda: next(seen), (0.0, 0.0, 0.0), Deadline(20))
    assert not is_seen(lambda: False, (0.0, 0.0), Deadline(20))


def test_what_cannot_be_looked_for_is_not_seen() -> None:
    def look() -> bool:
        raise NotSentError("no network")

    assert not is_seen(look, (0.0,), Deadline(20))
