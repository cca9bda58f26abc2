# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a run is told that cannot have its tunnels closed; the rest is in test_multiplexer.py."""

from __future__ import annotations

import socket
import tempfile
import threading
from collections.abc import Iterator

import pytest

from ansible_collections.community.remoteit.plugins.module_utils._tunnels import end_of_run
from ansible_collections.community.remoteit.plugins.module_utils._tunnels.address import run_socket
from ansible_collections.community.remoteit.plugins.module_utils._tunnels.end_of_run import end_tunnels

pytestmark = pytest.mark.one_core


@pytest.fixture
def listener(monkeypatch: pytest.MonkeyPatch) -> Iterator[socket.socket]:
    with tempfile.TemporaryDirectory(prefix="mux-") as path, socket.socket(socket.AF_UNIX) as made:
        monkeypatch.setenv("XDG_RUNTIME_DIR", path)
        made.bind(run_socket("run"))
        yield made


def test_a_run_that_used_none_has_nothing_to_end(listener: socket.socket) -> None:
    assert list(end_tunnels("another run")) == []


def test_what_is_answered_is_told(listener: socket.socket) -> None:
    listener.listen()

    def answer() -> None:
        with listener.accept()[0] as link:
            link.sendall(b"one thing\nand another\n\n")

    thread = threading.Thread(target=answer)
    thread.start()
    assert list(end_tunnels("run")) == ["one thing", "and another"]
    thread.join()


def test_one_that_was_killed_is_told_once(listener: socket.socket) -> None:
    listener.close()
    (sentence,) = end_tunnels("run")
    assert sentence.startswith("Connections that SSH used may have been left open: ")
    assert list(end_tunnels("run")) == []


def test_one_that_does_not_answer_is_not_waited_for(listener: socket.socket, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(end_of_run, "_TIMEOUT", 0.2)
    listener.listen()
    (sentence,) = end_tunnels("run")
    assert sentence.startswith("Connections that SSH uses may be open still: ")


@pytest.mark.parametrize("answer", [b"", b"one thing\n"])
def test_one_that_is_killed_meanwhile_is_told(answer: bytes, listener: socket.socket) -> None:
    listener.listen()

    def begin() -> None:
        with listener.accept()[0] as link:
            link.sendall(answer)

    thread = threading.Thread(target=begin)
    thread.start()
    *sentences, sentence = end_tunnels("run")
    thread.join()
    assert len(sentences) == answer.count(b"\n")
    assert sentence.startswith("Connections that SSH used may have been left open: ")
