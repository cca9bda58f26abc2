# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json

from ansible_collections.community.remoteit.plugins.module_utils._settings.patience import PATIENCE, Patience


def test_patience_survives_json() -> None:
    patience = Patience(requests=1, looks=(0.0, 0.5), redis_pauses=())
    assert Patience.from_record(json.loads(json.dumps(patience._asdict()))) == patience


def test_whoever_holds_something_has_several_tries_to_say_so_before_redis_takes_it_for_dead() -> None:
    waits = sum(PATIENCE.redis_pauses) + PATIENCE.redis_timeout
    assert waits < PATIENCE.lock_lease / 3 * 2
    assert waits < PATIENCE.life_lease / 3 * 2


def test_what_is_looked_for_is_looked_for_as_long_as_it_may_be_listed_late() -> None:
    from ansible_collections.community.remoteit.plugins.module_utils._connections.liveness import LISTED_AFTER

    assert sum(PATIENCE.looks) >= LISTED_AFTER
