# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import socket
import time
from pathlib import Path

from ansible_collections.community.remoteit.plugins.module_utils._access import Access
from ansible_collections.community.remoteit.plugins.module_utils._clock import Deadline
from ansible_collections.community.remoteit.plugins.module_utils._connections import Connections
from ansible_collections.community.remoteit.plugins.module_utils._registry import Holding, Registry
from ansible_collections.community.remoteit.plugins.module_utils._wanted import Wanted
from tests.unit.plugins import loopback
from tests.unit.plugins.account import Account
from tests.unit.plugins.material import SERVICE, connection


def test_a_connection_is_not_forgotten_because_there_was_no_time_to_look_at_it(tmp_path: Path) -> None:
    account = Account()
    account.says["service"] = loopback.hang
    warnings: list[str] = []
    with account.server, socket.create_server(("127.0.0.1", 0)) as proxy:
        settings = account.settings(registry=str(tmp_path / "registry"))
        opened_at = time.time() - 100
        held = connection(
            host="127.0.0.1",
            port=proxy.getsockname()[1],
            opened_from=socket.gethostname(),
            opened_at=opened_at,
            asked_at=opened_at,
            verified_at=opened_at,
            expires_at=opened_at + 3600,
        )
        registry = Registry(settings, warnings.append)
        with registry.locked(SERVICE, Deadline(10)):
            registry.save(SERVICE, Holding([held]))
        outcome = Connections(settings, warnings.append).present(SERVICE, Wanted(Access()), Deadline(0.3))
        assert (outcome.connection, outcome.changed) == (held, False)
        # what is forgotten can never be closed
        assert registry.read(SERVICE) == Holding([held])
        assert account.asked == ["service"]
    (warning,) = warnings
    assert "could not be checked" in warning
