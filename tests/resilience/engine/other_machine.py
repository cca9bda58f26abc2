# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Processes that are taken to be on another machine, which share a registry with this one."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable

from ansible_collections.community.remoteit.plugins.module_utils._base import process
from ansible_collections.community.remoteit.plugins.module_utils._base.clock import Deadline
from ansible_collections.community.remoteit.plugins.module_utils._base.process import process_name
from ansible_collections.community.remoteit.plugins.module_utils._base.threads import repeated
from ansible_collections.community.remoteit.plugins.module_utils._model.access import Access
from ansible_collections.community.remoteit.plugins.module_utils._model.wanted import Wanted
from ansible_collections.community.remoteit.plugins.module_utils._registry.claims import put_back, renew
from tests.doubles.processes import Fork
from tests.lab.site import SERVICE, Site

SECONDS = 60.0


def elsewhere(work: Callable[[Callable[[str], None]], object]) -> Fork:
    """A process on another machine, which does *work*."""

    def moved(report: Callable[[str], None]) -> None:
        signal.alarm(int(SECONDS))
        process._machine = lambda: "another machine"
        work(report)

    return Fork(moved)


def use(site: Site, on: Callable[[Callable[[Callable[[str], None]], object]], Fork] = elsewhere) -> Fork:
    """A process *on* another machine that uses a connection as the ProxyCommand does, and reports its id."""

    def work(report: Callable[[str], None]) -> None:
        me = process_name(os.getpid())
        connection = site.connections().present(SERVICE, Wanted(Access(), holder=me), Deadline(SECONDS)).usable()
        registry = site.registry()

        def live() -> None:
            if not renew(registry, connection, me, Deadline(SECONDS)):
                put_back(registry, connection, me, Deadline(SECONDS))

        with repeated(live, registry.renew_every):
            report(connection.id)
            time.sleep(SECONDS)

    return on(work)
