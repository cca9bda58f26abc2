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
from ansible_collections.community.remoteit.plugins.module_utils._connections.memory import Memory
from ansible_collections.community.remoteit.plugins.module_utils._connections.sweep_orders import Claim
from ansible_collections.community.remoteit.plugins.module_utils._model.access import Access
from ansible_collections.community.remoteit.plugins.module_utils._model.wanted import Wanted
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
    """A process *on* another machine that uses a connection as a multiplexer does, and reports its id."""

    def work(report: Callable[[str], None]) -> None:
        me = process_name(os.getpid())
        outcome = site.connections().present(SERVICE, Wanted(Access(), holder=me), Deadline(SECONDS))
        memory = Memory(site.settings(), me)
        memory.remember(Claim(outcome.usable(), outcome.is_new))
        with repeated(memory.renew, memory.registry.renew_every):
            report(outcome.usable().id)
            time.sleep(SECONDS)

    return on(work)
