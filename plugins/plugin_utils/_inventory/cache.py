# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The fleet in Ansible's inventory cache: without secrets, and under a key that tells fleets apart.

Each device is one text. Ansible's serialisers take some dictionaries for marked values of their own, and strangers write
dictionaries.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from typing import Any

from ansible.plugins.cache import CachePluginAdjudicator

from ...module_utils._fleet.device import Device
from ...module_utils._fleet.filter import FleetFilter
from ...module_utils._settings.settings import Settings

# Of what is kept: what an older version of the collection kept is not read.
_VERSION = 2


def cache_key(settings: Settings, fleet_filter: FleetFilter, account: str | None) -> str:
    """A name for the answer to this question, asked by this access key of this remote.it."""
    question = [_VERSION, settings.graphql_url, settings.credentials.key_id, account, asdict(fleet_filter)]
    return hashlib.sha256(json.dumps(question, sort_keys=True).encode()).hexdigest()[:32]


def is_in_vain(cache: CachePluginAdjudicator) -> bool:
    """Whether what is put into *cache* is written, but read by no later run (ansible-core 2.19 to 2.22)."""
    plugin = cache._plugin
    # Core reads no cache whose plugin says so. That of the memory is not meant for a later run.
    return not getattr(plugin, "_persistent", True) and plugin.ansible_name != "ansible.builtin.memory"


def as_record(devices: list[Device]) -> dict[str, Any]:
    """What is kept in the cache."""
    return {"devices": [json.dumps(device.as_record()) for device in devices]}


def from_record(record: Any) -> list[Device] | None:
    """The inverse of as_record(); None when *record* is anything else."""
    try:
        return [Device.from_record(json.loads(text)) for text in record["devices"]]
    except (KeyError, TypeError, ValueError):
        return None
