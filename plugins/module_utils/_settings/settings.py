# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The settings of one task or lookup: what the API options, the environment and the defaults add up to."""

from __future__ import annotations

import math
import os
import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from .._base.errors import CredentialsError, OptionError
from .._model.connection import is_plain_host
from .credentials import Credentials, find_credentials

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
DEFAULT_REQUEST_TIMEOUT = 30

ENV_REST_URL = "R3_REST_URL"
ENV_GRAPHQL_URL = "R3_GRAPHQL_URL"
ENV_REGISTRY = "REMOTEIT_REGISTRY"
ENV_REGISTRY_PASSWORD = "REMOTEIT_REGISTRY_PASSWORD"


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
        )

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


def is_url(registry: str) -> bool:
    """Whether the registry is not a directory."""
    return registry.find("://") > 0


def absolute_registry(given: str) -> str:
    """*given* as it is if it is a URL, else the absolute path: whoever changes the directory must still find it.

    Raises OptionError.
    """
    if is_url(given):
        _check_redis(given)
        return given
    try:
        is_path = b"\0" not in os.fsencode(given)
    except UnicodeEncodeError:
        is_path = False
    if not is_path:
        raise OptionError(f"registry={_shown(given)!r} is not a directory: give the path of one.")
    path = os.path.expanduser(given)
    if path.startswith("~"):
        raise OptionError(
            f"registry={given} is below a home directory that is not known: give the whole path, or set HOME."
        )
    return os.path.abspath(path)


def _check_redis(url: str) -> None:
    from .redis_url import redis_url  # most registries are directories

    try:
        redis_url(url)
    except ValueError as error:
        raise OptionError(
            f"registry={_shown(url)!r} cannot be used: {error}. Give a directory, or a URL such as "
            "redis://user@redis.example.com:6379/0?prefix=remoteit, or rediss:// for TLS."
        ) from None


def _url(name: str, options: Mapping[str, Any], environ: Mapping[str, str], variable: str, default: str) -> str:
    """The base URL in the one form that every signature dialect signs alike: no default port, lower-case host."""
    text = options.get(name) or environ.get(variable) or default
    if text == default:
        return default
    from urllib.parse import urlsplit, urlunsplit  # few have a remote.it of their own

    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise OptionError(f"{name}={_shown(text)!r} is not a URL.") from None
    host = _host(name, text, parts.hostname)
    if (
        parts.scheme not in ("https", "http")
        or not host
        or not (":" in host or is_plain_host(host))
        or parts.username is not None
        or parts.fragment
        or parts.query
    ):
        raise OptionError(f"{name}={_shown(text)!r} must be a URL such as {default}, without user, query or fragment.")
    if parts.scheme == "http" and not _is_loopback(host):
        raise OptionError(f"{name}={text!r} is not https: plain http is accepted for a loopback address only.")
    netloc = f"[{host}]" if ":" in host else host
    if port is not None and port != {"https": 443, "http": 80}[parts.scheme]:
        netloc += f":{port}"
    return urlunsplit((parts.scheme, netloc, parts.path.rstrip("/"), "", ""))


def _host(name: str, url: str, host: str | None) -> str | None:
    """*host*, an IPv6 address as servers write it: who signs another form of it signs another host."""
    if not host or "[" not in url:
        return host
    import ipaddress  # few have a remote.it of their own

    try:
        address = ipaddress.IPv6Address(host)
    except ValueError:
        raise OptionError(f"{name}={_shown(url)!r} is not a URL.") from None
    if address.scope_id is not None:
        raise OptionError(f"{name}={_shown(url)!r} has the zone of an IPv6 address, which no request can name.")
    return str(address.ipv4_mapped or address)


def _shown(url: str) -> str:
    """*url* without the password that it may hold, although it should not."""
    return re.sub(r"(//[^/:@]*):.*@", r"\1:********@", url, flags=re.DOTALL)


def _is_loopback(host: str) -> bool:
    import ipaddress  # only a simulator is reached without TLS

    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
