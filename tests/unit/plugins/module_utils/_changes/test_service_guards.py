# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.community.remoteit.plugins.module_utils._base.errors import OptionError, RefusedError
from ansible_collections.community.remoteit.plugins.module_utils._changes.service_guards import (
    check_rights,
    check_use,
)

from .views import device, service


def test_who_may_manage_changes() -> None:
    check_rights(device())


def test_who_may_not_is_told_whom_to_ask() -> None:
    with pytest.raises(RefusedError, match=r"may not manage pi \(80:.*\); ask owner@example.com for MANAGE"):
        check_rights(device(permissions=("CONNECT", "VIEW")))
    with pytest.raises(RefusedError, match="ask its owner for MANAGE"):
        check_rights(device(permissions=(), owner=""))


def test_what_cannot_be_changed_from_outside_is_told() -> None:
    with pytest.raises(RefusedError, match=r"update the remote\.it software on the device"):
        check_rights(device(configurable=False))


@pytest.mark.parametrize(("sessions", "held", "number"), [(2, 1, 2), (0, 1, 1), (1, 0, 1)])
def test_nobody_is_cut_off(sessions: int, held: int, number: int) -> None:
    used = service(sessions=sessions)
    with pytest.raises(OptionError, match=f"is in use by {number} connections"):
        check_use(device(used, service(2)), used, held, ends=False)


def test_the_last_one_that_is_enabled_stays() -> None:
    last = service(1)
    for others in ((), (service(2, enabled=False),)):
        with pytest.raises(OptionError, match="is the last one that is enabled"):
            check_use(device(last, *others), last, 0, ends=True)
    check_use(device(last), last, 0, ends=False)
    check_use(device(last, service(2)), last, 0, ends=True)
    off = service(1, enabled=False)
    check_use(device(off), off, 0, ends=True)
