# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A process that is killed at any point blocks nobody, and the next use leaves nothing open that nobody knows of."""

from __future__ import annotations

import time
from collections.abc import Iterator
from types import SimpleNamespace

import pytest

from ansible_collections.community.remoteit.plugins.module_utils._base.clock import Deadline
from ansible_collections.community.remoteit.plugins.module_utils._connections import recovery
from tests.doubles.patience import impatient
from tests.lab.site import SERVICES, Site

from .engine.kill_matrix import (
    ABSENT,
    IN_USE,
    KEPT,
    PHASES,
    PRESENT,
    SWEEP,
    USERS,
    WIRES,
    Phase,
    kill,
    open_on,
    use,
)

pytestmark = pytest.mark.either_registry


@pytest.fixture
def hurried() -> Iterator[None]:
    """The simulator lists at once what is open."""
    with impatient(looks=(0.0, 0.05)):
        yield


# Far more than any use needs, far less than a timeout.
QUICK = 5.0


@pytest.mark.parametrize("user", USERS)
@pytest.mark.parametrize("wire", WIRES)
@pytest.mark.parametrize("phase", PHASES, ids=lambda phase: phase.name.replace(" ", "-"))
def test_whoever_comes_next_is_not_blocked_and_leaves_nothing_unknown(
    phase: Phase, wire: str, user: str, site: Site, hurried: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    killed = kill(site, phase, wire, user)
    was_registered = {service: bool(site.registry().read(service).connections) for service in SERVICES}

    present = use(site, PRESENT, wire, user, killed)
    assert present.after == [present.returned]
    assert present.changed == (present.before != present.after)

    absent = use(site, ABSENT, wire, user, killed)
    assert absent.after == []
    assert absent.changed == bool(absent.before)

    swept = use(site, SWEEP, wire, user, killed)
    is_wanted = user == KEPT and was_registered[SERVICES[2]] and PHASES.index(phase) <= IN_USE
    assert swept.after == (swept.before if is_wanted else [])

    assert max(result.seconds for result in (present, absent, swept)) < QUICK
    # what the survivor holds was not swept, and all that is open is known
    assert open_on(site, SERVICES[0]) == [present.returned]
    assert sorted(site.open_ids()) == sorted(
        item.id for item in site.registry().read_all() if item.id in site.open_ids()
    )
    # of what a process left that was killed, the next one tells, and of nothing else
    closed = {*present.before, *swept.before} - {*present.after, *swept.after}
    assert set(site.warnings) <= {
        f"Connection {id_} to {service} was {why}, and was closed."
        for id_ in closed
        for service in SERVICES
        for why in ("left behind by a process that has ended", "to be closed before")
    }
    assert_nothing_stays(site, monkeypatch)


def assert_nothing_stays(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Once nothing can come of the attempts any more, they are forgotten with the rest, but for signs of who was killed."""
    monkeypatch.setattr(recovery, "time", SimpleNamespace(time=lambda: time.time() + 3600))
    for service in SERVICES:
        site.connections().absent(service, Deadline(60))
    assert site.open_ids() == []
    records = [path for path in site.root.rglob("*") if path.is_file() and path.parent.name != "holders"]
    assert [path.name for path in records if path.suffix != ".lock"] == []
