# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.community.remoteit.plugins.module_utils._base.dates import from_iso8601
from ansible_collections.community.remoteit.plugins.module_utils._base.errors import OptionError, RefusedError
from ansible_collections.community.remoteit.plugins.module_utils._changes.device_guards import (
    check_manageable,
    check_removable,
)

from .views import device

HEARD = "2026-02-03T04:00:00.000Z"
GONE: dict[str, Any] = {"online": False, "last_reported": HEARD}


def check(name: str = "pi", min_offline: int = 3600, after: float = 3600, **changes: Any) -> None:
    check_removable(device(**{**GONE, **changes}), name, min_offline, from_iso8601(HEARD) + after)


def test_what_is_out_of_use_may_go() -> None:
    check()
    check(min_offline=0, after=-5, last_reported="2026-02-03T03:59:00.000Z")
    check(last_reported=None, created=HEARD)


def test_a_name_is_also_what_is_shown_of_it() -> None:
    check_removable(device(**GONE, name="{{x}}"), "\\x7b{x}}", 0, from_iso8601(HEARD))


@pytest.mark.parametrize(
    ("options", "kind", "sentence"),
    [
        ({"name": "Pi"}, OptionError, r"expect_name='Pi' is not the name of pi \(80:.*\), so it may be another device"),
        ({"is_own": False}, RefusedError, "belongs to owner@example.com: its owner removes it; .* set account"),
        ({"is_own": False, "owner": ""}, RefusedError, "belongs to another account: "),
        ({"permissions": ("VIEW",)}, RefusedError, "may not manage pi"),
        ({"online": True}, RefusedError, "No removal: pi .* is online: uninstall the"),
        ({"after": 3599}, OptionError, r"min_offline=3600: .* at 2026-02-03T04:00:00.000Z, 3599 seconds ago: wait"),
        ({"after": -9}, OptionError, " 0 seconds ago"),
        ({"last_reported": None, "created": None}, RefusedError, "does not tell when it last heard of pi"),
        ({"last_reported": "yesterday"}, RefusedError, "does not tell when it last heard of pi"),
        ({"sessions": 2}, RefusedError, "has 2 open connections: close them"),
    ],
)
def test_what_may_be_in_use_stays(options: dict[str, Any], kind: type[Exception], sentence: str) -> None:
    with pytest.raises(kind, match=sentence):
        check(**options)


def test_who_may_manage_changes() -> None:
    check_manageable(device())
    with pytest.raises(RefusedError, match="ask its owner for MANAGE"):
        check_manageable(device(permissions=(), owner=""))
