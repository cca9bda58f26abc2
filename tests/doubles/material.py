# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the tests of the core are made of: keys, settings, connections."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

from ansible_collections.community.remoteit.plugins.module_utils._model.connection import Connection
from ansible_collections.community.remoteit.plugins.module_utils._model.session import Session
from ansible_collections.community.remoteit.plugins.module_utils._settings.credentials import Credentials
from ansible_collections.community.remoteit.plugins.module_utils._settings.patience import Patience
from ansible_collections.community.remoteit.plugins.module_utils._settings.settings import Settings

SERVICE = "80:00:00:00:01:02:03:04"
OTHER_SERVICE = "80:00:00:00:01:02:03:05"
KEY_ID = "KEYIDKEYIDKEYIDKEYID"
SECRET = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNk"
KEY = base64.b64decode(SECRET)
DEVELOPER_KEY = "REVWRUxPUEVSLUtFWQ"
CONNECTION_ID = "A78B3919-52E1-B674-58CC-5C0009377419"
# 2026-02-03T04:05:06Z
NOW = 1770091506.0

# As short as loopback allows.
HURRY = Patience(pause=0.002, looks=(0.0, 0.01, 0.01))


def credentials(**changes: Any) -> Credentials:
    """The access key of these tests."""
    return Credentials(**{"key_id": KEY_ID, "key": KEY, "developer_key": DEVELOPER_KEY, **changes})


def settings(registry: Path | str = "/nonexistent", **changes: Any) -> Settings:
    """Settings that would reach the real remote.it, but for *changes*."""
    values: dict[str, Any] = {
        "credentials": credentials(),
        "api": "rest",
        "signature": "auto",
        "rest_url": "https://api.remote.it/apv/v27",
        "graphql_url": "https://api.remote.it/graphql/v1",
        "verify": True,
        "request_timeout": 30.0,
        "registry": str(registry),
    }
    return Settings(**{**values, **changes})


def connection(**changes: Any) -> Connection:
    """A port proxy that was opened at NOW."""
    values: dict[str, Any] = {
        "id": CONNECTION_ID,
        "service_id": SERVICE,
        "host": "proxy18.rt3.io",
        "port": 38575,
        "proxy": "http://proxy18.rt3.io:38575",
        "type": "port",
        "access": "latching",
        "client_ip": None,
        "opened_at": NOW,
        "expires_at": NOW + 28800,
        "api": "rest",
        "asked_at": NOW - 2,
        "verified_at": NOW,
        "opened_from": "controller",
        "kept": True,
    }
    return Connection(**{**values, **changes})


def session(id: str = CONNECTION_ID, service_id: str = SERVICE, started_at: float = NOW) -> Session:
    """A session as remote.it lists it."""
    return Session(id, service_id, started_at)
