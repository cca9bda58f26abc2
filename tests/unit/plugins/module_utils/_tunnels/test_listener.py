# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A process that listens at a socket is started once, by whoever comes first."""

from __future__ import annotations

import contextlib
import os
import socket
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ansible_collections.community.remoteit.plugins.module_utils._tunnels.listener import linked
from tests.doubles.processes import Fork

pytestmark = pytest.mark.one_core

# It notes that it was started, and tells each of so many who come where and with what.
PROGRAM = """
import os, socket, sys
note, number, *again = sys.argv[1:]
with open(note, "a") as file:
    file.write(f"{os.getpid()}{again}\\n")
listener = socket.socket(fileno=0)
for _who in range(int(number)):
    with listener.accept()[0] as link:
        link.sendall(f"{os.getpid()} {os.getsid(0)} {os.getcwd()} {os.environ.get('WORD')}".encode())
"""


@pytest.fixture
def place() -> Iterator[Path]:
    # the path of a socket has to be short
    with tempfile.TemporaryDirectory(prefix="mux-") as path:
        yield Path(path)


def asked(place: Path, number: int, **environ: str) -> str:
    """What the one program for *number* of us answers."""
    command = [sys.executable, "-c", PROGRAM, str(place / "note"), str(number)]
    with linked(str(place / "socket"), command, {**os.environ, **environ}) as link:
        link.settimeout(30)
        return link.makefile().read()


def test_it_is_started_by_who_comes_first_and_stands_by_itself(place: Path) -> None:
    answer = asked(place, 2, WORD="first")
    pid = answer.split()[0]
    assert answer == f"{pid} {pid} / first"
    assert asked(place, 2, WORD="second") == answer
    assert (place / "socket").stat().st_mode & 0o077 == 0
    os.waitpid(int(pid), 0)


def test_many_at_once_start_one(place: Path) -> None:
    forks = [Fork(lambda report: report(asked(place, 20))) for _number in range(20)]
    assert len({fork.receive() for fork in forks}) == 1
    assert [fork.join() for fork in forks] == [0] * 20
    assert len((place / "note").read_text().split()) == 1


def test_one_that_has_ended_is_replaced(place: Path) -> None:
    pids = []
    for _time in range(2):
        pids.append(asked(place, 1).split()[0])
        os.waitpid(int(pids[-1]), 0)
    # the second one knows that there was another one, which has not taken its socket away
    assert (place / "note").read_text().split() == [f"{pids[0]}[]", f"{pids[1]}['again']"]


def test_without_its_directory_it_is_an_error(place: Path) -> None:
    with pytest.raises(FileNotFoundError):
        linked(str(place / "nowhere" / "socket"), [sys.executable])


def test_one_that_cannot_start_leaves_nobody_waiting(place: Path) -> None:
    with linked(str(place / "socket"), ["/nowhere/at/all"]) as link:
        link.settimeout(30)
        with contextlib.suppress(ConnectionResetError):
            assert link.recv(1) == b""
    with pytest.raises(ConnectionRefusedError), socket.socket(socket.AF_UNIX) as other:
        other.connect(str(place / "socket"))


def test_who_starts_one_takes_away_what_the_killed_have_left(place: Path) -> None:
    listening = socket.socket(socket.AF_UNIX)
    for name, age in (("killed", 120), ("just made", 0), ("alive", 120)):
        with socket.socket(socket.AF_UNIX) as made:
            made.bind(str(place / name))
        then = time.time() - age
        if name == "alive":
            (place / name).unlink()
            listening.bind(str(place / name))
            listening.listen()
        os.utime(place / name, (then, then))
    (place / "a file").touch()
    os.utime(place / "a file", (1, 1))
    with listening:
        pid = asked(place, 1).split()[0]
    os.waitpid(int(pid), 0)
    assert sorted(path.name for path in place.iterdir()) == ["a file", "alive", "just made", "lock", "note", "socket"]
