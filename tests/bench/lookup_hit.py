# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What one evaluation of the lookup costs when it finds an open connection, beside the cheapest lookup of Ansible."""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time

from .registry import SERVICE_ID, environment, remember

_ROUNDS = 15
_EVALUATIONS = 200


def main() -> None:
    """Print the median CPU time of both, and the ratio, measured in turns in one process."""
    with tempfile.TemporaryDirectory() as directory:
        os.environ.update(environment(directory))
        remember(directory, "proxy18.rt3.io", 38575)
        ours, theirs = ("community.remoteit.remoteit_proxy", SERVICE_ID), ("ansible.builtin.env", "HOME")
        pairs = [(_cpu_milliseconds(*ours), _cpu_milliseconds(*theirs)) for _round in range(_ROUNDS)]
    print(f"lookup hit, {_ROUNDS} rounds of {_EVALUATIONS} evaluations, Python {sys.version.split()[0]}")
    print(f"  remoteit_proxy  {statistics.median(pair[0] for pair in pairs):.3f} ms CPU each (median)")
    print(f"  env             {statistics.median(pair[1] for pair in pairs):.3f} ms CPU each (median)")
    ratios = sorted(one / other for one, other in pairs)
    print(f"  ratio           {statistics.median(ratios):.1f} (from {ratios[0]:.1f} to {ratios[-1]:.1f})")
    print(f"  requests was {'' if 'requests' in sys.modules else 'not '}imported")


def _cpu_milliseconds(name: str, term: str) -> float:
    """CPU time of one evaluation as Ansible makes it: a new plugin object each time."""
    from ansible.plugins.loader import lookup_loader

    begun = time.process_time()
    for _evaluation in range(_EVALUATIONS):
        lookup_loader.get(name).run([term], variables={})
    return (time.process_time() - begun) / _EVALUATIONS * 1000
