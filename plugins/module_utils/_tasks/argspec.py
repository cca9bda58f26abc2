# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options that every module of this collection takes: who we are and how remote.it is reached."""

from __future__ import annotations

from typing import Any

from .._model.access import MODES
from .._settings.settings import APIS, AUTO, DEFAULT_REQUEST_TIMEOUT, REST, SECRETS, SIGNATURES


def api_argument_spec() -> dict[str, dict[str, Any]]:
    """The argument spec that the doc fragment ``community.remoteit._remoteit`` documents."""
    return {
        # No env fallback: the two halves of a key must come from one source, which only the core can tell.
        # Ansible takes each name with "key" for a secret.
        "access_key_id": {"type": "str", "no_log": False},
        **{name: {"type": "str", "no_log": True} for name in SECRETS},
        "profile": {"type": "str"},
        "credentials_file": {"type": "path"},
        "api": {"type": "str", "choices": list(APIS), "default": REST},
        "signature": {"type": "str", "choices": list(SIGNATURES), "default": AUTO},
        "rest_url": {"type": "str"},
        "graphql_url": {"type": "str"},
        "validate_certs": {"type": "bool", "default": True},
        "ca_path": {"type": "path"},
        "request_timeout": {"type": "float", "default": DEFAULT_REQUEST_TIMEOUT},
        "registry": {"type": "str"},
    }


def access_argument_spec() -> dict[str, dict[str, Any]]:
    """Who may use a connection, as it is said of each that is opened."""
    return {"access": {"type": "str", "choices": list(MODES)}, "client_ip": {"type": "str"}}


def service_argument_spec() -> dict[str, dict[str, Any]]:
    """The argument spec that the doc fragment ``community.remoteit._service`` documents, and the id itself."""
    return {
        "service_id": {"type": "str", "aliases": ["deviceaddress", "service_address"]},
        "device": {"type": "str"},
        "device_tag": {"type": "str"},
        "service": {"type": "str"},
        "account": {"type": "str"},
    }
