# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who asks remote.it, and how: what its answer depends on beside the service."""

from __future__ import annotations

import hmac
import json
import socket

from .._model.access import Access
from .settings import Settings


def asked_by(settings: Settings, access: Access | None) -> str:
    """What an answer depends on beside the service, in a form that only compares and tells nothing of a secret."""
    credentials = settings.credentials
    who = [credentials.developer_key, socket.gethostname(), (access or Access()).hostip]
    how = [settings.api, settings.signature, settings.verify, settings.request_timeout]
    return hmac.digest(credentials.key, json.dumps([*who, *how]).encode(), "sha256").hex()
