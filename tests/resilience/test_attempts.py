# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An attempt is remembered for as long as something may come of it, and not much longer."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from ansible_collections.community.remoteit.plugins.module_utils._base.clock import Deadline
from ansible_collections.community.remoteit.plugins.module_utils._base.errors import AnswerLostError
from ansible_collections.community.remoteit.plugins.module_utils._connections import recovery
from ansible_collections.community.remoteit.plugins.module_utils._model.access import Access
from ansible_collections.community.remoteit.plugins.module_utils._model.wanted import Wanted
from ansible_collections.community.remoteit.plugins.module_utils._registry.holding import Attempt, Holding
from tests.lab.site import SERVICE, Site, configuration
from tests.lab.target import answering_target
from tests.simulator.threaded import ThreadedSimulator

from .engine.kill_matrix import KEPT, PHASES, kill

pytestmark = pytest.mark.either_registry

TASK = Wanted(Access())
ANSWER_NOT_READ = next(phase for phase in PHASES if phase.name == "during the call, the answer not read")


@pytest.mark.parametrize("api", ["rest", "graphql"])
def test_a_request_that_had_to_wait_is_looked_for_as_well(
    api: str, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The answer that is lost is that to a repetition, long after the first request has timed out."""
    monkeypatch.setattr(recovery, "_MARGIN", 1.0)
    site.cloud.set_fault(
        {"wire": api, "operation": "connect", "count": 1, "fault": "status", "status": 429, "retry_after": "2"},
        {"wire": api, "operation": "connect", "count": 1, "fault": "lost_answer"},
    )
    outcome = site.connections(api=api, request_timeout=0.5).present(SERVICE, TASK, Deadline(30))
    assert site.open_ids() == [outcome.usable().id]


def test_what_a_killed_process_opened_is_never_taken_for_what_was_opened_instead(tmp_path: Path) -> None:
    """Where REST's answer has no id that the sessions have, and sessions are listed late, only times tell them apart."""
    variant = {"rest_answer": "seed", "rest_session_id": "different", "session_delay": 100}
    with answering_target() as target, ThreadedSimulator(configuration(target, **variant)) as cloud:
        site = Site(cloud, tmp_path)
        kill(site, ANSWER_NOT_READ, "rest", KEPT, [SERVICE])
        (orphan,) = site.open_ids()
        cloud.advance(50)
        opened = site.connections().present(SERVICE, TASK, Deadline(30)).usable()
        assert site.open_ids() == [orphan, opened.id]
        ask = TASK._replace(verify_after=0)
        # now that of the killed process is listed, and then both are
        for _listed in range(2):
            cloud.advance(60)
            assert site.connections().present(SERVICE, ask, Deadline(30)).usable().id == opened.id
        assert site.open_ids() == [opened.id]


def test_an_attempt_that_was_given_up_is_over(site: Site) -> None:
    """What others open later, while the task would still have had time, is not taken for what came of it."""
    site.cloud.set_fault(
        {"operation": "connect", "fault": "lost_request"},
        {"operation": "query", "fault": "status", "status": 403},
    )
    with pytest.raises(AnswerLostError):
        site.connections().present(SERVICE, TASK, Deadline(600))
    (attempt,) = site.registry().read(SERVICE).attempts
    # as long as one request may take
    assert attempt.until <= time.time() + 30


def test_an_attempt_of_a_clock_that_was_ahead_is_not_kept_until_then(site: Site) -> None:
    tomorrow = time.time() + 86400
    registry = site.registry()
    with registry.locked(SERVICE, Deadline(10)) as turn:
        turn.holding = Holding(attempts=[Attempt(tomorrow, tomorrow + 30)])
        turn.save()
    site.connections().absent(SERVICE, Deadline(30))
    assert site.registry().read(SERVICE) == Holding()
