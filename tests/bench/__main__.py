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
from typing import Any

from tests import conftest

_ROUNDS = 15
_EVALUATIONS = 200


def main() -> None:
    """Print the median CPU time of both, and the ratio, measured in turns in one process."""
    assert conftest.ROOT.exists(), "importing it makes the collection importable"
    from ansible_collections.community.remoteit.plugins.module_utils import _registry, _settings

    with tempfile.TemporaryDirectory() as directory:
        os.environ.update(
            R3_ACCESS_KEY_ID="BENCH", R3_SECRET_ACCESS_KEY="YmVuY2g=", REMOTEIT_REGISTRY=f"{directory}/registry"
        )
        service_id = "80:00:00:00:00:00:00:01"
        _remember(_registry.Registry(_settings.Settings.from_options({}), print), service_id)
        ours, theirs = ("community.remoteit.remoteit_proxy", service_id), ("ansible.builtin.env", "HOME")
        pairs = [(_cpu_milliseconds(*ours), _cpu_milliseconds(*theirs)) for _round in range(_ROUNDS)]
    print(f"lookup hit, {_ROUNDS} rounds of {_EVALUATIONS} evaluations, Python {sys.version.split()[0]}")
    print(f"  remoteit_proxy  {statistics.median(pair[0] for pair in pairs):.3f} ms CPU each (median)")
    print(f"  env             {statistics.median(pair[1] for pair in pairs):.3f} ms CPU each (median)")
    ratios = sorted(one / other for one, other in pairs)
    print(f"  ratio           {statistics.median(ratios):.1f} (from {ratios[0]:.1f} to {ratios[-1]:.1f})")
    print(f"  requests was {'' if 'requests' in sys.modules else 'not '}imported")


def _remember(registry: Any, service_id: str) -> None:
    from ansible_collections.community.remoteit.plugins.module_utils._clock import Deadline
    from ansible_collections.community.remoteit.plugins.module_utils._model import Connection

    now = time.time()
    connection = Connection(
        id="bench",
        service_id=service_id,
        host="proxy18.rt3.io",
        port=38575,
        proxy="http://proxy18.rt3.io:38575",
        type="port",
        access="latching",
        client_ip=None,
        opened_at=now,
        expires_at=now + 28800,
        api="rest",
        asked_at=now,
        verified_at=now,
        opened_from="bench",
    )
    with registry.locked(service_id, Deadline(5)) as holding:
        holding.connections.append(connection)
        registry.save(service_id, holding)


def _cpu_milliseconds(name: str, term: str) -> float:
    """CPU time of one evaluation as Ansible makes it: a new plugin object each time."""
    from ansible.plugins.loader import lookup_loader

    begun = time.process_time()
    for _evaluation in range(_EVALUATIONS):
        lookup_loader.get(name).run([term], variables={})
    return (time.process_time() - begun) / _EVALUATIONS * 1000


if __name__ == "__main__":
    main()
