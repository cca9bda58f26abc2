# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""However a run ends, and wherever it was, nothing stays open of what it opened, in whichever way."""

from __future__ import annotations

import signal

import pytest

from tests.lab import machines
from tests.lab.lab import Lab

from .fleet import on_demand
from .registries import LabRegistry
from .tasks import WHO, show
from .ways_to_end import OPENED_BY, Begun, Way, begin, signalled, still_open, wait_until

# Who has closed it all: the run itself, before its main process ended; those who watch it, soon after; or the next run.
RUN, WATCHERS, NEXT = "the run", "who watches it", "the next run"
SOON = 3.0  # seconds

# Where a run is; all that is left in a container dies with the run's main process, its first one.
OUTSIDE: tuple[str, ...] = ()
CONTAINER = ("unshare", "--pid", "--fork", "--kill-child", "--mount-proc", "--")

# By the way to end, who closes outside, and who in a container.
WAYS = {
    "success": (Way(WHO), RUN, RUN),
    "failed-task": (Way({"name": "fail", "ansible.builtin.fail": {}}), RUN, RUN),
    "SIGINT-to-its-group": (signalled(Begun.group, signal.SIGINT), RUN, RUN),
    "SIGTERM-to-main": (signalled(Begun.alone, signal.SIGTERM), WATCHERS, RUN),
    "SIGTERM-to-all": (signalled(Begun.all, signal.SIGTERM), WATCHERS, RUN),
    "SIGHUP-to-all": (signalled(Begun.all, signal.SIGHUP), WATCHERS, RUN),
    "SIGKILL-of-main": (signalled(Begun.alone, signal.SIGKILL), WATCHERS, NEXT),
    "SIGKILL-of-all-but-who-closes": (signalled(Begun.all_but_who_closes, signal.SIGKILL), WATCHERS, NEXT),
}
ONE_CORE = pytest.mark.one_core
CELLS = [
    pytest.param(
        way, place, closes, id=f"{name}-{where}", marks=[] if (name, place) == ("success", OUTSIDE) else ONE_CORE
    )
    for name, (way, outside, container) in WAYS.items()
    for where, place, closes in (("outside", OUTSIDE, outside), ("container", CONTAINER, container))
]


@pytest.mark.parametrize(("way", "place", "closes"), CELLS)
def test_nothing_stays_open(way: Way, place: tuple[str, ...], closes: str, lab: Lab, registry: LabRegistry) -> None:
    if place and not machines.can_be_made():
        pytest.skip("no namespaces can be made here")
    begun = begin(lab, way, place, registry.environ)
    if way.strike:
        assert still_open(lab) == set(OPENED_BY.values()), begun.end()
        way.strike(begun)
    output = begun.end()
    if closes == WATCHERS:
        wait_until(lambda: not still_open(lab), SOON)
    if closes == NEXT:
        assert still_open(lab) == set(OPENED_BY.values()), output
        leave_to_the_next_run(lab, registry)
    assert still_open(lab) == set(), output
    assert {item["service_id"] for item in lab.cloud.calls(operation="connect")} == set(OPENED_BY), output
    # It is forgotten after it was closed.
    assert wait_until(lambda: not registry.core.read_all(), SOON), registry.core.read_all()


def leave_to_the_next_run(lab: Lab, registry: LabRegistry) -> None:
    """Have the next runs close what one has left of which nobody here can see whether it lives."""

    def run() -> str:
        ended = lab.run_tasks(show("nothing", "1"), arguments=on_demand(lab), environ=registry.environ)
        assert ended.returncode == 0, ended.output
        return " ".join(ended.output.split())

    run()
    assert still_open(lab) == set(OPENED_BY.values())
    registry.age(120)
    said = run()
    assert said.count("was left behind by a process that has ended, and was closed") == len(OPENED_BY), said
