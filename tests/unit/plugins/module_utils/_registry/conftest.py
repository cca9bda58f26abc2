# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Servers of Redis and of Valkey beside the directory."""

from __future__ import annotations

from pathlib import Path

import pytest

from ansible_collections.community.remoteit.plugins.module_utils._registry import journal
from tests.lab import redis_fixtures

started_redis, redis_server = redis_fixtures.started_redis, redis_fixtures.redis_server
started_valkey, valkey_server = redis_fixtures.started_valkey, redis_fixtures.valkey_server


@pytest.fixture
def noted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What is noted in the journal, which is kept."""
    path = tmp_path / "journal"
    path.touch()
    monkeypatch.setenv(journal.ENV, str(path))
    return path
