# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a full disk and a clock that is set do to what is open."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ansible_collections.community.remoteit.plugins.module_utils._base.clock import Deadline
from ansible_collections.community.remoteit.plugins.module_utils._base.errors import AnswerLostError, RegistryError
from ansible_collections.community.remoteit.plugins.module_utils._connections.overview import list_open
from ansible_collections.community.remoteit.plugins.module_utils._connections.sweep import sweep
from ansible_collections.community.remoteit.plugins.module_utils._model.access import Access
from ansible_collections.community.remoteit.plugins.module_utils._model.wanted import Wanted
from ansible_collections.community.remoteit.plugins.module_utils._registry import holding
from tests.doubles.patience import impatient
from tests.doubles.processes import Fork
from tests.lab.site import SERVICE, Site

SECONDS = 60.0
TASK = Wanted(Access())
RUN = Wanted(Access(), holder="the run")


# -- a disk that is full ----------------------------------------------------------------------------------------------


def with_room_for(size: int, work: Callable[[], object]) -> str:
    """What *work* returns, or how it fails, where no file may grow beyond *size* bytes."""

    def limited(report: Callable[[str], None]) -> None:
        signal.alarm(int(SECONDS))
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))
        try:
            report(str(work()))
        except RegistryError as error:
            report(str(error))

    fork = Fork(limited)
    said = fork.receive()
    assert fork.join() == 0
    return said


def test_nothing_is_opened_that_could_not_be_looked_for(site: Site) -> None:
    said = with_room_for(0, lambda: site.connections().present(SERVICE, TASK, Deadline(SECONDS)))
    assert said.startswith(f"The registry file {site.root}/registry/")
    assert said.endswith("cannot be written: File too large; make room, or set registry to another directory.")
    assert site.cloud.calls() == []


@pytest.mark.parametrize("api", ["rest", "graphql"])
def test_what_cannot_be_remembered_is_closed_again(api: str, site: Site) -> None:
    # an attempt takes less, a connection more
    said = with_room_for(400, lambda: site.connections(api=api).present(SERVICE, TASK, Deadline(SECONDS)))
    assert "cannot be written: " in said and "left open" not in said
    assert len(site.cloud.calls(operation="connect")) == 1
    assert site.open_ids() == []
    # the attempt is still known, and the next task is none the worse for it
    opened = site.connections().present(SERVICE, TASK, Deadline(SECONDS)).usable()
    assert site.open_ids() == [opened.id]


def test_what_can_neither_be_remembered_nor_closed_is_named_and_closed_by_the_next_task(site: Site) -> None:
    site.cloud.set_fault({"operation": "stop", "fault": "refused", "text": "not today"})
    said = with_room_for(400, lambda: site.connections().present(SERVICE, TASK, Deadline(SECONDS)))
    (orphan,) = site.open_ids()
    assert f"Connection {orphan} was left open: " in said
    site.cloud.set_fault()
    outcome = site.connections().present(SERVICE, TASK, Deadline(SECONDS))
    assert (outcome.closed, site.open_ids()) == ([orphan], [outcome.usable().id])


def test_a_full_disk_keeps_nothing_open(site: Site) -> None:
    site.connections().present(SERVICE, TASK, Deadline(SECONDS))
    said = with_room_for(0, lambda: site.connections().absent(SERVICE, Deadline(SECONDS)).changed)
    assert (said, site.open_ids(), site.registry().read_all()) == ("True", [], [])


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system with room for one page beside what it needs itself."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={os.sysconf('SC_PAGESIZE')},mode=700", "tmpfs", str(place)]
    if os.geteuid() or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("nothing can be mounted here")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def test_a_file_system_without_a_free_page(site: Site, tiny_disk: Path) -> None:
    with pytest.raises(RegistryError, match="cannot be written: No space left on device"):
        site.connections(registry=str(tiny_disk / "registry")).present(SERVICE, TASK, Deadline(SECONDS))
    assert (len(site.cloud.calls(operation="connect")), site.open_ids()) == (1, [])


# -- a clock that is set ----------------------------------------------------------------------------------------------

HOURS = [pytest.param(9 * 3600, id="forwards"), pytest.param(-9 * 3600, id="backwards")]


@pytest.fixture
def set_clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Sets the clock of this process, in seconds beside the true time, which the simulator has."""
    true_time = time.time

    def put(offset: float) -> None:
        monkeypatch.setattr(time, "time", lambda: true_time() + offset)

    return put


def told(site: Site) -> list[str]:
    """What the user was warned of, but for the clock."""
    return [warning for warning in site.warnings if not warning.startswith("The clock of this machine is ")]


@pytest.mark.parametrize("back", [False, True], ids=["now-wrong", "was-wrong"])
@pytest.mark.parametrize("offset", HOURS)
@pytest.mark.parametrize("api", ["rest", "graphql"])
class TestAClockThatIsSetBetweenTwoTasks:
    """The clock is wrong by hours from the second task on, or was wrong during the first."""

    @pytest.fixture(autouse=True)
    def _open(self, api: str, offset: float, back: bool, site: Site, set_clock: Callable[[float], None]) -> None:
        before, after = (offset, 0.0) if back else (0.0, offset)
        set_clock(before)
        self.core = site.connections(api=api)
        for wanted in (TASK, RUN):
            self.opened = self.core.present(SERVICE, wanted, Deadline(SECONDS)).usable()
        set_clock(after)
        self.core = site.connections(api=api)
        self.predicting = site.connections(api=api, check_mode=True)

    def test_what_is_open_is_used_again(self, site: Site) -> None:
        outcome = self.core.present(SERVICE, TASK, Deadline(SECONDS))
        assert (outcome.usable().id, outcome.changed) == (self.opened.id, False)
        assert site.open_ids() == [self.opened.id]
        assert 28000 < outcome.usable().remaining(self.core.now()) <= 28800
        assert told(site) == []

    def test_in_check_mode_that_is_predicted(self, site: Site) -> None:
        outcome = self.predicting.present(SERVICE, TASK, Deadline(SECONDS))
        assert (outcome.usable().id, outcome.changed) == (self.opened.id, False)
        assert self.predicting.absent(SERVICE, Deadline(SECONDS)).closed == [self.opened.id]

    def test_what_is_open_is_closed(self, site: Site) -> None:
        outcome = self.core.absent(SERVICE, Deadline(SECONDS))
        assert (outcome.closed, outcome.changed) == ([self.opened.id], True)
        assert (site.open_ids(), site.registry().read_all(), told(site)) == ([], [], [])

    def test_what_is_open_is_listed_as_ours(self, site: Site) -> None:
        held, others = list_open(self.core.client, site.warnings.append, SERVICE, Deadline(SECONDS))
        assert ([item.id for item in held], others, told(site)) == ([self.opened.id], [], [])

    def test_the_end_of_a_run_forgets_nothing(self, api: str, site: Site) -> None:
        assert sweep(site.settings(api=api), "the run") == []
        # the task still wants it
        assert site.open_ids() == [self.opened.id]
        assert [item.id for item in site.registry().read_all()] == [self.opened.id]


@pytest.fixture
def short() -> Iterator[None]:
    """Fewer and shorter looks and tries."""
    with impatient(connects=1, requests=1, looks=(0.0, 0.05), pause=0.02):
        yield


def lose_a_connect(site: Site, api: str = "rest") -> str:
    """The id of a connection that was made, though the answer was lost and it could not be looked for."""
    core = site.connections(api=api)
    # By then it knows the clock.
    core.present(SERVICE, TASK, Deadline(SECONDS))
    core.absent(SERVICE, Deadline(SECONDS))
    site.cloud.set_fault(
        {"operation": "connect", "fault": "lost_answer", "how": "reset"}, {"operation": "query", "fault": "html"}
    )
    with pytest.raises(AnswerLostError):
        core.present(SERVICE, TASK, Deadline(SECONDS))
    site.cloud.set_fault()
    return site.open_ids()[-1]


@pytest.mark.usefixtures("short")
@pytest.mark.parametrize("back", [False, True], ids=["now-wrong", "was-wrong"])
@pytest.mark.parametrize("offset", HOURS)
@pytest.mark.parametrize("api", ["rest", "graphql"])
def test_what_a_lost_answer_left_is_closed_though_the_clock_was_set_since(
    api: str, offset: float, back: bool, site: Site, set_clock: Callable[[float], None]
) -> None:
    before, after = (offset, 0.0) if back else (0.0, offset)
    set_clock(before)
    orphan = lose_a_connect(site, api)
    set_clock(after)
    outcome = site.connections(api=api).present(SERVICE, TASK, Deadline(SECONDS))
    assert (outcome.closed, site.open_ids()) == ([orphan], [outcome.usable().id])
    assert told(site) == []


@pytest.mark.usefixtures("short")
@pytest.mark.parametrize("api", ["rest", "graphql"])
def test_what_a_stranger_opened_is_left_though_it_began_with_the_attempt_by_the_clock_as_it_was(
    api: str, site: Site, tmp_path: Path, set_clock: Callable[[float], None]
) -> None:
    stranger = Site(site.cloud, tmp_path / "stranger").task()["connection"]["id"]
    site.cloud.advance(600, wall=True)
    orphan = lose_a_connect(site, api)
    set_clock(600)
    outcome = site.connections(api=api).present(SERVICE, TASK, Deadline(SECONDS))
    assert (outcome.closed, site.open_ids()) == ([orphan], [stranger, outcome.usable().id])


@pytest.mark.usefixtures("short")
def test_what_a_lost_answer_may_have_left_is_named_where_nobody_knows_how_the_clock_was_set(
    site: Site, set_clock: Callable[[float], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The machine was started anew since, with a clock that is behind."""
    orphan = lose_a_connect(site)
    monkeypatch.setattr(holding, "boot_id", lambda: "another boot")
    set_clock(-9 * 3600)
    # Nobody is told by the end of a run of others, and so nothing is forgotten.
    assert sweep(site.settings(), "another run") == []
    site.connections(check_mode=True).present(SERVICE, TASK, Deadline(SECONDS))
    assert orphan in told(site)[-1]
    site.warnings.clear()
    outcome = site.connections().present(SERVICE, TASK, Deadline(SECONDS))
    assert (outcome.closed, set(site.open_ids())) == ([], {orphan, outcome.usable().id})
    (warning,) = told(site)
    assert f"may be what came of a request whose answer was lost: {orphan}." in warning
    site.warnings.clear()
    # Until nothing is left of it.
    site.connections().absent(SERVICE, Deadline(SECONDS), orphan)
    site.connections().present(SERVICE, TASK, Deadline(SECONDS))
    assert (told(site), site.registry().read(SERVICE).attempts) == ([], [])
