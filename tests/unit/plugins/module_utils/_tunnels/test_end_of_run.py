# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a run is told that cannot have all closed; the rest is in test_multiplexer.py and test_sweeper.py."""

from __future__ import annotations

import os
import socket
import tempfile
import threading
from collections.abc import Iterator

import pytest

from ansible_collections.community.remoteit.plugins.module_utils._connections.sweep_orders import END
from ansible_collections.community.remoteit.plugins.module_utils._tunnels import end_of_run
from ansible_collections.community.remoteit.plugins.module_utils._tunnels.address import run_socket, sweeper_socket
from ansible_collections.community.remoteit.plugins.module_utils._tunnels.end_of_run import end_run

pytestmark = pytest.mark.one_core


@pytest.fixture
def listener(monkeypatch: pytest.MonkeyPatch) -> Iterator[socket.socket]:
    with tempfile.TemporaryDirectory(prefix="mux-") as path, socket.socket(socket.AF_UNIX) as made:
        monkeypatch.setenv("XDG_RUNTIME_DIR", path)
        made.bind(run_socket("run"))
        yield made


def test_a_run_that_used_none_has_nothing_to_end(listener: socket.socket) -> None:
    assert list(end_run("another run")) == []


def test_what_is_answered_is_told(listener: socket.socket) -> None:
    listener.listen()

    def answer() -> None:
        with listener.accept()[0] as link:
            assert link.recv(10) == END
            link.sendall(b"one thing\nand another\n\n")

    thread = threading.Thread(target=answer)
    thread.start()
    assert list(end_run("run")) == ["one thing", "and another"]
    thread.join()


def test_one_that_was_killed_is_told_once(listener: socket.socket) -> None:
    listener.close()
    (sentence,) = end_run("run")
    assert sentence.startswith("Connections of this run may have been left open: ")
    assert list(end_run("run")) == []


def test_one_that_does_not_answer_is_not_waited_for(listener: socket.socket, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(end_of_run, "_TIMEOUT", 0.2)
    listener.listen()
    (sentence,) = end_run("run")
    assert sentence.startswith("Connections of this run may be open still: ")


@pytest.mark.parametrize("answer", [b"", b"one thing\n"])
def test_one_that_is_killed_meanwhile_is_told(answer: bytes, listener: socket.socket) -> None:
    listener.listen()

    def begin() -> None:
        with listener.accept()[0] as link:
            link.recv(10)
            link.sendall(answer)

    thread = threading.Thread(target=begin)
    thread.start()
    *sentences, sentence = end_run("run")
    thread.join()
    assert len(sentences) == answer.count(b"\n")
    assert sentence.startswith("Connections of this run may have been left open: ")


def test_all_close_at_the_same_time(listener: socket.socket, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each answers only when the other one has heard of the end as well."""
    both = threading.Barrier(2, timeout=10)

    def answer(at: socket.socket, sentence: bytes) -> None:
        with at.accept()[0] as link:
            link.recv(10)
            both.wait()
            link.sendall(sentence + b"\n\n")

    with socket.socket(socket.AF_UNIX) as sweeper:
        sweeper.bind(sweeper_socket("run", os.environ))
        threads = [
            threading.Thread(target=answer, args=(at, sentence))
            for at, sentence in ((listener, b"tunnels"), (sweeper, b"others"))
        ]
        for at in (listener, sweeper):
            at.listen()
        for thread in threads:
            thread.start()
        assert sorted(end_run("run")) == ["others", "tunnels"]
        for thread in threads:
            thread.join()
