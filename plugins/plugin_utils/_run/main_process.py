# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The main process of a run of Ansible, which ends when the run does."""

from __future__ import annotations

import multiprocessing
import os


def main_process() -> int:
    """The id of the main process of the run that this process belongs to: of its own, unless it is one of Ansible's workers."""
    parent = multiprocessing.parent_process()
    # The class of workers is imported only where there are any.
    is_worker = type(multiprocessing.current_process()).__name__ == "WorkerProcess"
    return parent.pid if is_worker and parent is not None and parent.pid is not None else os.getpid()
