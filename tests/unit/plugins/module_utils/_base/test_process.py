# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ansible_collections.community.remoteit.plugins.module_utils._base.process import (
    _running,
    is_gone,
    process_name,
)
from tests.doubles.processes import Fork, as_other_user

pytestmark = pytest.mark.one_core

MACHINE = process_name(os.getpid()).partition("@")[2]


@pytest.fixture
def child() -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(["sleep", "60"])
    yield process
    process.kill()
    process.wait()


def state(pid: int) -> str:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]


def test_a_process_that_runs_is_not_gone(child: subprocess.Popen[bytes]) -> None:
    assert not is_gone(process_name(os.getpid()))
    assert not is_gone(process_name(child.pid))


def test_a_process_has_one_name_and_no_other_process_has_it(child: subprocess.Popen[bytes]) -> None:
    me = process_name(os.getpid())
    assert process_name(os.getpid()) == me
    assert process_name(child.pid) != me
    other = Fork(lambda report: report(process_name(os.getppid())))
    assert other.receive() == me
    assert other.join() == 0


def test_a_process_that_has_ended_is_gone(child: subprocess.Popen[bytes]) -> None:
    name = process_name(child.pid)
    child.kill()
    child.wait()
    assert is_gone(name)


def test_a_process_that_nobody_has_buried_is_gone(child: subprocess.Popen[bytes]) -> None:
    name = process_name(child.pid)
    child.kill()
    while state(child.pid) != "Z":
        time.sleep(0.01)
    assert is_gone(name)


def test_a_process_that_was_stopped_is_not_gone(child: subprocess.Popen[bytes]) -> None:
    name = process_name(child.pid)
    child.send_signal(signal.SIGSTOP)
    while state(child.pid) != "T":
        time.sleep(0.01)
    assert not is_gone(name)


def test_a_process_is_gone_when_another_one_has_its_number(child: subprocess.Popen[bytes]) -> None:
    pid, _slash, started = process_name(child.pid).partition("@")[0].partition("/")
    assert is_gone(f"{pid}/{int(started) - 1}@{MACHINE}")
    assert is_gone(f"{pid}/{int(started) + 1}@{MACHINE}")
    assert not is_gone(f"{pid}/{started}@{MACHINE}")


@pytest.mark.parametrize("machine", ["elsewhere", "", MACHINE + "0", MACHINE.partition("/")[0]])
def test_a_process_on_another_machine_is_never_gone(machine: str) -> None:
    assert not is_gone(f"999999999/1@{machine}")


@pytest.mark.parametrize(
    "process", ["", "/", "x", "-1/1", "../1/1", "1 /1", "\u00b2/1", "\u2460/1", "1.5/1", "self/1", "\0/1", "\n1/1"]
)
def test_what_is_no_name_is_never_gone(process: str) -> None:
    assert not is_gone(f"{process}@{MACHINE}")
    assert not is_gone(process)


@pytest.mark.parametrize("digits", [20, 300, 5000])
def test_a_number_that_no_process_can_have_is_gone(digits: int) -> None:
    assert is_gone(f"{'9' * digits}/1@{MACHINE}")


@pytest.mark.parametrize("name", ["a b", "a) R 1 (b", "a) Z 1 2", ")", "((", "a\nb", "\u00e4\u00f6"])
def test_the_name_of_a_program_may_hold_anything(name: str, tmp_path: Path) -> None:
    program = tmp_path / name
    shutil.copy2(shutil.which("sleep") or "", program)
    process = subprocess.Popen([program, "60"])
    try:
        assert f"({name})" in Path(f"/proc/{process.pid}/stat").read_text()
        named = process_name(process.pid)
        assert named.partition("@")[0].partition("/")[2].isdecimal()
        assert not is_gone(named)
    finally:
        process.kill()
        process.wait()
    assert is_gone(named)


def test_a_process_may_end_while_it_is_looked_at() -> None:
    # its file can be opened then, but not read
    for _round in range(100):
        process = subprocess.Popen(["cat"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
        name = process_name(process.pid)
        undertaker = threading.Thread(target=process.communicate)
        undertaker.start()
        while not is_gone(name):
            pass
        undertaker.join()


def test_a_process_of_another_user_is_seen_as_well() -> None:
    mine = process_name(os.getpid())
    assert as_other_user(lambda: is_gone(mine)) == "False"


# -- where there is no /proc ------------------------------------------------------------------------------------------


def test_without_start_times_a_process_is_known_by_being_there(child: subprocess.Popen[bytes]) -> None:
    assert _running(str(child.pid)) == "running"
    child.kill()
    child.wait()
    assert _running(str(child.pid)) == ""
    assert _running("9" * 40) == ""
