# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import multiprocessing
import os
import warnings

from ansible.executor.process.worker import WorkerProcess as OfAnsible

from ansible_collections.community.remoteit.plugins.plugin_utils._run.main_process import main_process

FORK = multiprocessing.get_context("fork")


class WorkerProcess(FORK.Process):  # type: ignore[name-defined]
    """Called as Ansible's."""


class Other(FORK.Process):  # type: ignore[name-defined]
    """A process of somebody else, in which Ansible is run."""


def seen_in(kind: type) -> tuple[int, int]:
    """The main process, as a process of this kind sees it, and the process itself."""
    reading, writing = FORK.Pipe()
    process = kind(target=lambda: writing.send(main_process()))
    with warnings.catch_warnings():
        # the test runner has a thread of its own
        warnings.simplefilter("ignore", DeprecationWarning)
        process.start()
    seen = reading.recv()
    process.join()
    return seen, process.pid


def test_it_is_the_one_that_is_asked() -> None:
    assert main_process() == os.getpid()


def test_a_worker_is_asked_for_the_one_that_started_it() -> None:
    assert WorkerProcess.__name__ == OfAnsible.__name__
    assert seen_in(WorkerProcess)[0] == os.getpid()


def test_who_runs_ansible_is_not_the_run() -> None:
    seen, own = seen_in(Other)
    assert seen == own
