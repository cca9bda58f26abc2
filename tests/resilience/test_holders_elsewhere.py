# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who holds a connection in a container, on another machine, or held it before a reboot: it is known whether he lives.

These are processes in real namespaces, which the kernel shows nothing of those in others.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ansible_collections.community.remoteit.plugins.module_utils._base.clock import Deadline
from ansible_collections.community.remoteit.plugins.module_utils._base.process import process_name
from ansible_collections.community.remoteit.plugins.module_utils._connections.sweep import sweep
from ansible_collections.community.remoteit.plugins.module_utils._model.access import PUBLIC, Access
from ansible_collections.community.remoteit.plugins.module_utils._model.wanted import Wanted
from tests.doubles.patience import impatient
from tests.doubles.processes import Fork
from tests.lab.machines import CONTAINER, ELSEWHERE, OTHER_CONTAINER, REBOOTED, RENAMED, Machine, end
from tests.lab.site import SERVICE, Site

from .engine.kill_matrix import wait_for
from .engine.other_machine import SECONDS, use

pytestmark = pytest.mark.one_core
in_either = pytest.mark.either_registry

# Seconds, instead of 60
LEASE = 1.5
HERE = Machine()


@pytest.fixture(autouse=True)
def short_leases() -> Iterator[None]:
    with impatient(life_lease=LEASE):
        yield


def task(site: Site) -> list[str]:
    """What the user is told by a task that opens another connection to the service."""
    site.connections().present(SERVICE, Wanted(Access(PUBLIC)), Deadline(SECONDS))
    return site.warnings


def end_of_run(site: Site) -> list[str]:
    """What the user is told at the end of a run that held nothing."""
    return sweep(site.settings(), process_name(os.getppid()))


def release(site: Site) -> list[str]:
    """What is closed by somebody who ends his use of the service."""
    return site.connections().release(SERVICE, "somebody", Deadline(SECONDS))


def on(machine: Machine, site: Site, work: Callable[[Site], list[str]]) -> str:
    """What comes of *work* there."""
    process = machine.run(lambda report: report(" ".join(work(site))))
    said = process.receive()
    assert process.join() == 0
    return said


def left_behind(connection_id: str) -> str:
    return f"Connection {connection_id} to {SERVICE} was left behind by a process that has ended, and was closed."


def named(machine: Machine) -> str:
    """The name of a process there."""
    process = machine.run(lambda report: report(process_name(os.getpid())))
    name = process.receive()
    end(process)
    return name.partition("@")[2]


@in_either
@pytest.mark.parametrize("holder", [CONTAINER, ELSEWHERE], ids=["container", "machine"])
def test_who_lives_and_says_so_keeps_what_he_holds(holder: Machine, site: Site) -> None:
    user = use(site, holder.run)
    used = user.receive()
    until = time.monotonic() + 3 * LEASE
    while time.monotonic() < until:
        assert release(site) == end_of_run(site) == []
        time.sleep(LEASE / 10)
    assert on(OTHER_CONTAINER, site, release) == on(REBOOTED, site, release) == ""
    assert site.open_ids() == [used]
    end(user)


@in_either
@pytest.mark.parametrize("work", [task, end_of_run], ids=lambda work: work.__name__)
@pytest.mark.parametrize("next_one", [HERE, OTHER_CONTAINER, REBOOTED], ids=["host", "container", "reboot"])
@pytest.mark.parametrize("holder", [CONTAINER, ELSEWHERE], ids=["container", "machine"])
def test_what_was_left_by_one_that_is_gone_is_closed_by_the_next_who_says_so(
    holder: Machine, next_one: Machine, work: Callable[[Site], list[str]], site: Site
) -> None:
    user = use(site, holder.run)
    used = user.receive()
    end(user)
    assert release(site) == []
    assert site.open_ids() == [used]
    said: list[str] = []

    def is_closed() -> bool:
        said.append(on(next_one, site, work))
        return used not in site.open_ids()

    wait_for(is_closed)
    assert said[-1] == left_behind(used)
    assert not any(said[:-1])


# -- the host is renamed ----------------------------------------------------------------------------------------------


def test_another_name_of_the_host_makes_no_other_machine() -> None:
    assert named(RENAMED) == named(HERE)
    assert len({named(machine) for machine in (HERE, CONTAINER, ELSEWHERE, REBOOTED)}) == 4


def silent(site: Site) -> Fork:
    """A process that uses a connection, and never says again that it lives."""

    def work(report: Callable[[str], None]) -> None:
        wanted = Wanted(Access(), holder=process_name(os.getpid()))
        report(site.connections().present(SERVICE, wanted, Deadline(SECONDS)).usable().id)
        time.sleep(SECONDS)

    return Fork(work)


@in_either
def test_a_host_that_was_renamed_can_still_look_at_its_own_processes(site: Site) -> None:
    user = silent(site)
    used = user.receive()
    time.sleep(2 * LEASE)
    assert on(RENAMED, site, release) == on(RENAMED, site, end_of_run) == ""
    assert site.open_ids() == [used]
    user.kill()
    assert on(RENAMED, site, end_of_run) == left_behind(used)
    assert site.open_ids() == []


@in_either
def test_what_was_held_before_a_reboot_is_closed_after_it_whatever_has_its_number_by_then(site: Site) -> None:
    user = silent(site)
    used = user.receive()
    assert on(REBOOTED, site, end_of_run) == ""
    time.sleep(2 * LEASE)
    assert on(REBOOTED, site, end_of_run) == left_behind(used)
    assert site.open_ids() == []
    user.kill()


# -- what the directory keeps -----------------------------------------------------------------------------------------


def holders(site: Site) -> list[Path]:
    return list(Path(site.place).glob("*/holders/*"))


def test_the_end_of_a_run_takes_its_sign_back(site: Site) -> None:
    me = process_name(os.getpid())
    site.connections().present(SERVICE, Wanted(Access(), holder=me), Deadline(SECONDS))
    assert len(holders(site)) == 1
    sweep(site.settings(), me)
    assert holders(site) == []


def test_a_directory_that_was_emptied_has_signs_again_after_the_next_renewal(site: Site) -> None:
    user = use(site, CONTAINER.run)
    used = user.receive()
    shutil.rmtree(holders(site)[0].parent)
    wait_for(lambda: holders(site))
    assert release(site) == []
    assert site.open_ids() == [used]
    end(user)
