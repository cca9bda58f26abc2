# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the next one who comes tells of what others left."""

from __future__ import annotations

import os

from ansible_collections.community.remoteit.plugins.module_utils._base.process import process_name
from ansible_collections.community.remoteit.plugins.module_utils._connections.left_behind import left_behind
from tests.doubles.held import made
from tests.doubles.material import SERVICE


def test_only_what_nobody_needed_and_is_closed_now_is_told(ended: str) -> None:
    alive = process_name(os.getpid())
    before = [
        made("DEAD", holders=(ended,)),
        made("CLOSING", kept=True, closing=True),
        made("OPEN", holders=(ended,)),
        made("USED", holders=(ended, alive)),
        made("KEPT", kept=True),
        made("MINE", holders=(ended, "me")),
    ]
    closed = [item.id for item in before if item.id != "OPEN"]
    assert left_behind(before, closed, "me") == [
        f"Connection DEAD to {SERVICE} was left behind by a process that has ended, and was closed.",
        f"Connection CLOSING to {SERVICE} was to be closed before, and was closed.",
    ]
