# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A registry that holds open connections, so that what is measured finds them there and asks nobody."""

from __future__ import annotations

import socket
import time
from pathlib import Path

from tests import conftest

SERVICE_ID = "80:00:00:00:00:00:00:01"


def environment(directory: str) -> dict[str, str]:
    """The variables by which the collection finds the registry in *directory*."""
    return {
        "R3_ACCESS_KEY_ID": "BENCH",
        "R3_SECRET_ACCESS_KEY": "YmVuY2g=",
        "REMOTEIT_REGISTRY": str(Path(directory) / "registry"),
    }


def remember(directory: str, host: str, port: int, service_id: str = SERVICE_ID) -> None:
    """Write down that a connection to the service is open at *host* and *port*."""
    assert conftest.ROOT.exists(), "importing it makes the collection importable"
    from ansible_collections.community.remoteit.plugins.module_utils._base.clock import Deadline
    from ansible_collections.community.remoteit.plugins.module_utils._model.connection import Connection
    from ansible_collections.community.remoteit.plugins.module_utils._registry.registry import Registry
    from ansible_collections.community.remoteit.plugins.module_utils._settings.settings import Settings

    now = time.time()
    connection = Connection(
        id="bench",
        service_id=service_id,
        host=host,
        port=port,
        proxy=f"http://{host}:{port}",
        type="port",
        access="latching",
        client_ip=None,
        opened_at=now,
        expires_at=now + 28800,
        api="rest",
        asked_at=now,
        verified_at=now,
        opened_from=socket.gethostname(),
        kept=True,
    )
    registry = Registry(Settings.from_options({}, environment(directory)), print)
    with registry.locked(service_id, Deadline(5)) as turn:
        turn.holding.connections.append(connection)
        turn.save()
