# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The settings of one task or lookup: what the API options, the environment and the defaults add up to."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from typing import Any, NamedTuple

from .._base.errors import CredentialsError, OptionError
from .credentials import Credentials, find_credentials
from .patience import PATIENCE, Patience
from .registry_place import absolute_registry

REST = "rest"
GRAPHQL = "graphql"
APIS = (REST, GRAPHQL)
AUTO = "auto"
CAVAGE = "cavage"
RFC9421 = "rfc9421"
SIGNATURES = (AUTO, CAVAGE, RFC9421)

DEFAULT_REST_URL = "https://api.remote.it/apv/v27"
DEFAULT_GRAPHQL_URL = "https://api.remote.it/graphql/v1"
DEFAULT_REGISTRY = "~/.ansible/remoteit"
# Seconds: a whole operation, and one request of it.
DEFAULT_TIMEOUT = 60
DEFAULT_REQUEST_TIMEOUT = 30

ENV_REST_URL = "R3_REST_URL"
ENV_GRAPHQL_URL = "R3_GRAPHQL_URL"
ENV_REGISTRY = "REMOTEIT_REGISTRY"
ENV_REGISTRY_PASSWORD = "REMOTEIT_REGISTRY_PASSWORD"

# The options that nobody may see. The id of an access key is shown in messages.
SECRETS = ("secret_access_key", "developer_key", "registry_password")


class Settings(NamedTuple):
    """Everything the core needs to know. *verify* is what requests takes: a bool or the path of a CA bundle."""

    credentials: Credentials
    api: str
    signature: str
    rest_url: str
    graphql_url: str
    verify: bool | str
    request_timeout: float
    registry: str
    registry_password: str | None = None
    patience: Patience = PATIENCE

    def __repr__(self) -> str:
        return f"Settings({self.credentials!r}, registry={self.registry!r})"

    @classmethod
    def from_options(cls, options: Mapping[str, Any], environ: Mapping[str, str] | None = None) -> Settings:
        """Settings from options by their names; an option that is missing or None falls back to the environment.

        Raises OptionError or CredentialsError.
        """
        environ = os.environ if environ is None else environ
        asked = options.get("request_timeout")
        request_timeout = float(DEFAULT_REQUEST_TIMEOUT if asked is None else asked)
        if math.isnan(request_timeout) or request_timeout <= 0:
            raise OptionError(f"request_timeout={request_timeout:g} is not a time: give seconds greater than 0.")
        return cls(
            credentials=find_credentials(options, environ),
            api=options.get("api") or REST,
            signature=options.get("signature") or AUTO,
            rest_url=_url("rest_url", options, environ, ENV_REST_URL, DEFAULT_REST_URL),
            graphql_url=_url("graphql_url", options, environ, ENV_GRAPHQL_URL, DEFAULT_GRAPHQL_URL),
            verify=_verify(options),
            request_timeout=request_timeout,
            registry=absolute_registry(options.get("registry") or environ.get(ENV_REGISTRY) or DEFAULT_REGISTRY),
            registry_password=options.get("registry_password") or environ.get(ENV_REGISTRY_PASSWORD) or None,
            patience=PATIENCE,
        )

    def as_record(self) -> dict[str, Any]:
        """A dict for JSON. It holds the keys, so it may only go through a pipe."""
        return {**self._asdict(), "credentials": self.credentials.as_record(), "patience": self.patience._asdict()}

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Settings:
        """The inverse of as_record()."""
        values = {
            **record,
            "credentials": Credentials.from_record(record["credentials"]),
            "patience": Patience.from_record(record["patience"]),
        }
        return cls(**values)

    def require_developer_key(self) -> str:
        """The developer key that REST needs beside the signature (vendor page "Authentication")."""
        if self.credentials.developer_key is None:
            raise CredentialsError(
                "api=rest needs a developer key: set developer_key or the environment variable R3_DEVELOPER_API_KEY, "
                "add it to the profile, or choose api=graphql, which needs none."
            )
        return self.credentials.developer_key


def _verify(options: Mapping[str, Any]) -> bool | str:
    ca_path: str | None = options.get("ca_path")
    if options.get("validate_certs") is False:
        return False
    if ca_path is None:
        return True
    path = os.path.expanduser(ca_path)
    if not os.path.exists(path):
        raise OptionError(f"ca_path={ca_path} does not exist: give a PEM file or a directory of CA certificates.")
    return path


def _url(name: str, options: Mapping[str, Any], environ: Mapping[str, str], variable: str, default: str) -> str:
    text = options.get(name) or environ.get(variable) or default
    if text == default:
        return default
    from .urls import base_url  # few have a remote.it of their own

    return base_url(name, text, default)
