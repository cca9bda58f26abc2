# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How fast the pages of a fleet are read, beside one page after the other."""

from __future__ import annotations

import contextlib
import multiprocessing
import time
from collections import Counter
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from unittest import mock

from tests import conftest

from .fleet_server import FleetServer
from .measure import Row, row
from .registry import environment

_ROUNDS = 5
_PAGES = 50
_LATENCY = 0.05
_ON_A_PAGE = 20

# How often each page was asked for, and how many requests were in flight at most, since this was asked last.
Asked = Callable[[], tuple[Counter[int], int]]


def rows() -> Iterator[Row]:
    """The rows about pages."""
    assert conftest.ROOT.exists(), "importing it makes the collection importable"
    from ansible_collections.community.remoteit.plugins.module_utils._base.clock import Deadline
    from ansible_collections.community.remoteit.plugins.module_utils._fleet import page as fleet_page
    from ansible_collections.community.remoteit.plugins.module_utils._fleet import query as fleet_query
    from ansible_collections.community.remoteit.plugins.module_utils._fleet.filter import FleetFilter
    from ansible_collections.community.remoteit.plugins.module_utils._settings.settings import Settings

    count = _PAGES * _ON_A_PAGE
    with _server(count) as (url, asked), mock.patch.object(fleet_page, "PAGE_SIZE", _ON_A_PAGE):
        settings = Settings.from_options({"graphql_url": f"{url}/graphql/v1"}, environment("/"))

        def read(at_a_time: int) -> float:
            """Wall seconds."""
            with mock.patch.object(fleet_query, "_AT_A_TIME", at_a_time):
                begun = time.perf_counter()
                devices = fleet_query.read_fleet(settings, FleetFilter(), None, Deadline(60), print)
                wall = time.perf_counter() - begun
            pages, most_at_once = asked()
            assert len({device.id for device in devices}) == len(devices) == count, "lost or doubled"
            assert len(pages) == _PAGES and set(pages.values()) == {1}, "a page was read twice"
            assert most_at_once <= at_a_time, "too many requests in flight"
            return wall

        ratios = [read(1) / read(fleet_query._AT_A_TIME) for _round in range(_ROUNDS)]
    how = f"{_PAGES} pages, {_LATENCY * 1000:.0f} ms latency, {_ROUNDS} rounds"
    yield row("reading pages, wall : one after the other", ratios, "times faster", 5.0, how, at_least=True)


@contextlib.contextmanager
def _server(count: int) -> Iterator[tuple[str, Asked]]:
    """A server in a process of its own, as it would otherwise share the reader's interpreter lock: its URL."""
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_serve, args=(count, theirs), daemon=True)
    process.start()

    def asked() -> tuple[Counter[int], int]:
        ours.send(None)
        found: tuple[Counter[int], int] = ours.recv()
        return found

    try:
        yield ours.recv(), asked
    finally:
        process.terminate()
        process.join()


def _serve(count: int, link: Connection) -> None:
    with FleetServer(count, _LATENCY, _ON_A_PAGE) as server:
        link.send(server.url)
        while True:
            link.recv()
            link.send((Counter(server.pages), server.most_at_once))
            server.pages.clear()
            server.most_at_once = 0
