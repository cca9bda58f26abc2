# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import asyncio
import socket
import time

import pytest

from ansible_collections.community.remoteit.plugins.module_utils._ssh.message import disconnect
from ansible_collections.community.remoteit.plugins.module_utils._tunnels import refusal as module
from ansible_collections.community.remoteit.plugins.module_utils._tunnels.refusal import Refusal

pytestmark = pytest.mark.one_core


def refused(link: bool, given: list[tuple[str, str]], seconds: float, says: str | None) -> tuple[bytes, bytes]:
    """What ssh and the program hear within so many *seconds*, in the end of what *says* is said."""
    ssh, (ours, theirs) = socket.socketpair(), socket.socketpair()
    for one in (ssh[0], ours):
        one.setblocking(False)

    async def talk() -> None:
        refusal = Refusal(ssh[0], ours if link else None)
        with refusal.in_time(given):
            await asyncio.sleep(seconds)
        if says:
            await refusal.say(says)

    with ssh[0], ssh[1], ours, theirs:
        asyncio.run(talk())
        ssh[0].close()
        ours.close()
        return ssh[1].recv(4096), theirs.recv(4096)


@pytest.fixture(autouse=True)
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_HEARS", 0.2)


def test_ssh_hears_it_as_from_a_server() -> None:
    assert refused(False, [], 0, "because") == (disconnect("because"), b"")


def test_the_program_hears_it_where_it_is_there() -> None:
    assert refused(True, [], 0, "because") == (b"", b"because")


@pytest.mark.parametrize("link", [False, True])
def test_ssh_that_waits_a_moment_only_is_told_before(link: bool) -> None:
    said = "".join(part.decode(errors="replace") for part in refused(link, [("connecttimeout", "2")], 1.2, None))
    assert "the connection takes longer than the 2 seconds that SSH waits: raise Ansible's timeout" in said


def test_who_is_connected_in_time_is_told_nothing() -> None:
    assert refused(False, [("connecttimeout", "2")], 0.1, None) == (b"", b"")


def test_ssh_that_does_not_listen_is_not_waited_for() -> None:
    begun = time.monotonic()
    refused(False, [], 0, "because")
    assert time.monotonic() - begun < 3
