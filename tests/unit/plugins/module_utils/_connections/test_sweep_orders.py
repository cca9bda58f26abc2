# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the process that sweeps is told."""

from __future__ import annotations

import os
import socket
import subprocess
import tempfile
import threading

import pytest

from ansible_collections.community.remoteit.plugins.module_utils._base.process import process_name
from ansible_collections.community.remoteit.plugins.module_utils._connections.sweep_orders import (
    END,
    Claim,
    Orders,
    decoded,
    encoded,
)
from tests.doubles import material
from tests.doubles.material import connection


def test_settings_and_the_way_to_remote_it_go_as_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    made = material.settings(registry="/tmp/\u00e4 \n\udcff")
    line = encoded(made)
    assert line != END and line.endswith(b"\n") and line.count(b"\n") == 1
    place, claim = decoded(line)
    assert (place.settings, claim) == (made, None)
    assert place.network["HTTPS_PROXY"] == "http://127.0.0.1:1"


def test_what_the_run_claimed_comes_with_the_same_place() -> None:
    made = material.settings(registry="/tmp/r")
    claimed = Claim(connection(holders=("run",)), opened=True)
    line = encoded(made, claimed)
    assert line.count(b"\n") == 1
    assert decoded(line) == (decoded(encoded(made))[0], claimed)
    assert len({decoded(line)[0], decoded(encoded(made))[0]}) == 1


class Sweeper:
    """Who hears, for the run *run*, what is said at its socket, in a thread."""

    def __init__(self, run: str) -> None:
        self.directory = tempfile.TemporaryDirectory(prefix="mux-")
        self.path = f"{self.directory.name}/run"
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(self.path)
        self._listener.listen()
        self.orders = Orders(self._listener, self.path, run)
        self.heard: list[bytes] = []
        self._thread = threading.Thread(target=lambda: self.heard.extend(self.orders))

    def link(self, *said: bytes) -> socket.socket:
        """One who says that."""
        made = socket.socket(socket.AF_UNIX)
        made.connect(self.path)
        for part in said:
            made.sendall(part)
        return made

    def __enter__(self) -> Sweeper:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._thread.join(10)
        assert not self._thread.is_alive()
        self._listener.close()
        self.directory.cleanup()


@pytest.fixture
def sweeper() -> Sweeper:
    return Sweeper(process_name(os.getpid()))


def test_lines_of_many_are_heard_until_the_run_says_that_it_ends(sweeper: Sweeper) -> None:
    said = [f"line {number}".encode() for number in range(50)]
    with sweeper:
        for line in said:
            sweeper.link(line[:3], line[3:] + b"\n").close()
        sweeper.link(b"x" * 300000 + b"\n").close()
        sweeper.link(END).close()
    assert sweeper.heard == [*said, b"x" * 300000]
    assert not os.path.exists(sweeper.path)


def test_half_a_line_is_what_a_process_left_that_was_killed(sweeper: Sweeper) -> None:
    with sweeper:
        sweeper.link(b"one\n", b"tw").close()
        # one that says nothing is no end
        sweeper.link().close()
        sweeper.link(b"three\n").close()
        sweeper.link(END).close()
    assert sweeper.heard == [b"one", b"three"]


def test_who_says_nothing_more_keeps_nobody_waiting(sweeper: Sweeper) -> None:
    with sweeper, sweeper.link(b"half"), sweeper.link(b"one\n"):
        sweeper.link(END).close()
    assert sweeper.heard == [b"one"]


def test_who_ends_is_answered(sweeper: Sweeper) -> None:
    ending = sweeper.link(END)
    with sweeper:
        pass
    assert sweeper.orders.answered(["one thing", "and \udcff another"])
    with ending.makefile("rb") as answer:
        assert answer.read() == b"one thing\nand \xff another\n\n"
    ending.close()


def test_who_has_gone_is_not_answered(sweeper: Sweeper) -> None:
    sweeper.link(END).close()
    with sweeper:
        pass
    assert not sweeper.orders.answered(["one thing"])


def test_the_end_of_the_run_ends_them_though_a_worker_lives() -> None:
    with subprocess.Popen(["sleep", "60"]) as run:
        sweeper = Sweeper(process_name(run.pid))
        run.kill()
    worker = sweeper.link(b"one\n")
    with sweeper:
        pass
    worker.close()
    assert sweeper.heard == [b"one"]
    assert not sweeper.orders.answered(["one thing"])
