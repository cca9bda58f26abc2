# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What one evaluation of the lookup costs when it finds an open connection, beside the cheapest lookup of Ansible."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Iterator

from .measure import Row, row
from .registry import SERVICE_ID, environment, remember

_ROUNDS = 15
_EVALUATIONS = 200


def rows() -> Iterator[Row]:
    """The row of the lookup, measured in turns in one process."""
    with tempfile.TemporaryDirectory() as directory:
        os.environ.update(environment(directory))
        remember(directory, "proxy18.rt3.io", 38575)
        ours, theirs = ("community.remoteit.remoteit_proxy", SERVICE_ID), ("ansible.builtin.env", "HOME")
        ratios = [_cpu(*ours) / _cpu(*theirs) for _round in range(_ROUNDS)]
    assert "requests" not in sys.modules, "a hit imported requests"
    how = f"{_EVALUATIONS} evaluations, {_ROUNDS} rounds"
    yield row("the lookup finds a connection, CPU : lookup('env', ...)", ratios, "x", 2.0, how)


def _cpu(name: str, term: str) -> float:
    """CPU seconds of evaluations as Ansible makes them: a new plugin object each time."""
    from ansible.plugins.loader import lookup_loader

    begun = time.process_time()
    for _evaluation in range(_EVALUATIONS):
        lookup_loader.get(name).run([term], variables={})
    return time.process_time() - begun
