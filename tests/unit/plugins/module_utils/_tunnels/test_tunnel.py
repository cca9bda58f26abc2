# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who uses a tunnel, and when nobody does any more; what comes of uses is in test_multiplexer.py."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import threading
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from ansible_collections.community.remoteit.plugins.module_utils._base.process import process_name
from ansible_collections.community.remoteit.plugins.module_utils._tunnels import tunnel as module
from ansible_collections.community.remoteit.plugins.module_utils._tunnels.account import Account, Errand
from ansible_collections.community.remoteit.plugins.module_utils._tunnels.tunnel import Tunnel, in_thread
from tests.doubles.held import Site
from tests.doubles.material import SERVICE


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor() as made:
        yield made


@pytest.fixture
def tunnel(site: Site, pool: ThreadPoolExecutor) -> Tunnel:
    account = Account(site.settings, process_name(os.getpid()), lambda sentence, _run: pytest.fail(sentence))
    return Tunnel(account, SERVICE, pool)


def run(work: Callable[[], Awaitable[None]]) -> None:
    async def begin() -> None:
        await work()

    asyncio.run(begin())


def test_it_is_due_a_moment_after_the_last_use(tunnel: Tunnel) -> None:
    async def work() -> None:
        loop = asyncio.get_running_loop()
        with tunnel.used(Errand()):
            assert not tunnel.is_due(loop.time() + 1000)
            assert tunnel.is_used
        assert not tunnel.is_due(loop.time() + module._LINGER - 1)
        assert tunnel.is_due(loop.time() + module._LINGER)

    run(work)


def test_it_is_due_at_once_when_the_use_failed(tunnel: Tunnel) -> None:
    async def work() -> None:
        with contextlib.suppress(ValueError), tunnel.used(Errand()):
            raise ValueError
        assert tunnel.is_due(asyncio.get_running_loop().time())

    run(work)


def test_uses_of_one_run_are_ended_and_others_are_not(tunnel: Tunnel) -> None:
    async def use(run: str) -> None:
        with tunnel.used(Errand(frozenset({run} - {""}))):
            await asyncio.sleep(60)

    async def work() -> None:
        uses = {run: asyncio.create_task(use(run)) for run in ("one", "other", "")}
        await asyncio.sleep(0)
        assert tunnel.runs == {"one", "other"}
        await tunnel.end_uses("one")
        assert [run for run, task in uses.items() if task.done()] == ["one"]
        assert tunnel.is_used
        await tunnel.end_uses()
        assert not tunnel.is_used
        # until they have ended, it is closed for all that have used it
        assert tunnel.errand.runs == {"one", "other"}

    run(work)


def test_what_could_not_be_closed_is_tried_again_later_each_time(tunnel: Tunnel) -> None:
    async def work() -> None:
        loop = asyncio.get_running_loop()
        tunnel.could_not_be_closed()
        assert not tunnel.is_due(loop.time() + module._AGAIN - 1)
        assert tunnel.is_due(loop.time() + module._AGAIN)
        tunnel.could_not_be_closed()
        assert not tunnel.is_due(loop.time() + 2 * module._AGAIN - 1)
        with tunnel.used(Errand()):
            assert tunnel.failures == 0

    run(work)


def test_who_comes_while_it_is_closed_waits(tunnel: Tunnel) -> None:
    async def work() -> None:
        async with tunnel.turn:
            assert not tunnel.is_due(asyncio.get_running_loop().time())
            finding = asyncio.create_task(tunnel._find(lambda: pytest.fail("too soon")))
            await asyncio.sleep(0.05)
            assert not finding.done()
            finding.cancel()

    run(work)


def test_who_is_cancelled_waits_for_what_is_done_for_him(pool: ThreadPoolExecutor) -> None:
    may_end, has_ended = threading.Event(), threading.Event()

    def take_time() -> None:
        may_end.wait(10)
        has_ended.set()

    async def work() -> None:
        doing = asyncio.create_task(in_thread(pool, take_time))
        await asyncio.sleep(0.05)
        doing.cancel()
        await asyncio.sleep(0.05)
        assert not doing.done()
        may_end.set()
        with pytest.raises(asyncio.CancelledError):
            await doing
        assert has_ended.is_set()

    run(work)


def test_what_is_done_in_a_thread_is_given(pool: ThreadPoolExecutor) -> None:
    async def work() -> None:
        assert await in_thread(pool, socket.htons, 1) == socket.htons(1)
        with pytest.raises(OverflowError):
            await in_thread(pool, socket.htons, -1)

    run(work)
