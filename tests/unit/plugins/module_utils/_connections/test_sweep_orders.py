# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the process that sweeps is told."""

from __future__ import annotations

import os
import subprocess
import time

import pytest

from ansible_collections.community.remoteit.plugins.module_utils._base.process import process_name
from ansible_collections.community.remoteit.plugins.module_utils._connections.sweep_orders import (
    END,
    Claim,
    decoded,
    encoded,
    lines,
)
from tests.doubles import material
from tests.doubles.material import connection


def test_settings_and_the_way_to_remote_it_go_through_a_pipe_as_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
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
    # one line that several processes write to a pipe at once arrives whole
    assert len(line) < 4096
    assert decoded(line) == (decoded(encoded(made))[0], claimed)
    assert len({decoded(line)[0], decoded(encoded(made))[0]}) == 1


def heard(*said: bytes, run: str, ends: bool = True) -> list[bytes]:
    """The lines of what was *said* to a pipe, by somebody who then *ends*, or does not."""
    reading, writing = os.pipe()
    for part in said:
        os.write(writing, part)
    if ends:
        os.close(writing)
    try:
        return list(lines(reading, run))
    finally:
        os.close(reading)
        if not ends:
            os.close(writing)


def test_lines_are_heard_until_the_empty_one_or_the_end() -> None:
    me = process_name(os.getpid())
    assert heard(b"one\ntwo\n", run=me) == [b"one", b"two"]
    assert heard(b"one\n", END, b"two\n", run=me, ends=False) == [b"one"]
    # half a line is what a process left that was killed
    assert heard(b"one\n", b"tw", run=me) == [b"one"]
    assert heard(b"o", b"ne\n" + b"x" * 60000 + b"\n", run=me) == [b"one", b"x" * 60000]


def test_the_end_of_the_run_ends_them_though_a_worker_lives() -> None:
    with subprocess.Popen(["sleep", "60"]) as run:
        name = process_name(run.pid)
        run.kill()
    begun = time.monotonic()
    assert heard(b"one\n", run=name, ends=False) == [b"one"]
    assert time.monotonic() - begun < 10
