# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What Ansible gives a task of the core."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

from ansible_collections.community.remoteit.plugins.module_utils._settings.settings import Settings


def parameters(spec: Mapping[str, Mapping[str, Any]], settings: Settings, **options: Any) -> dict[str, Any]:
    """The parameters of a task with this argument spec, which reaches what *settings* do, and has these *options*."""
    credentials = settings.credentials
    reaching = {
        "access_key_id": credentials.key_id,
        "secret_access_key": base64.b64encode(credentials.key).decode(),
        "developer_key": credentials.developer_key,
        "rest_url": settings.rest_url,
        "graphql_url": settings.graphql_url,
        "registry": settings.registry,
    }
    return with_defaults(spec, {**reaching, **options})


def with_defaults(spec: Mapping[str, Mapping[str, Any]], options: Mapping[str, Any]) -> dict[str, Any]:
    """*options*, and what an argument spec has for those that are left out, also within lists of dicts."""
    given: dict[str, Any] = {name: option.get("default") for name, option in spec.items()}
    for name, value in options.items():
        within = spec.get(name, {}).get("options") if isinstance(value, list) else None
        given[name] = [with_defaults(within, item) for item in value] if within else value
    return given
