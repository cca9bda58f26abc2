# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""URLs as users write them: in one form, and without a password where they are shown."""

from __future__ import annotations

import re

from .._base.errors import OptionError
from .._model.ids import is_plain_host


def base_url(name: str, text: str, default: str) -> str:
    """*text* in the one form that every signature dialect signs alike: no default port, lower-case host.

    Raises OptionError that names the option *name*, and *default* as an example.
    """
    from urllib.parse import urlsplit, urlunsplit  # few have a remote.it of their own

    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise OptionError(f"{name}={masked(text)!r} is not a URL.") from None
    host = _host(name, text, parts.hostname)
    if (
        parts.scheme not in ("https", "http")
        or not host
        or not (":" in host or is_plain_host(host))
        or parts.username is not None
        or parts.fragment
        or parts.query
    ):
        raise OptionError(f"{name}={masked(text)!r} must be a URL such as {default}, without user, query or fragment.")
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
        raise OptionError(f"{name}={masked(url)!r} is not a URL.") from None
    if address.scope_id is not None:
        raise OptionError(f"{name}={masked(url)!r} has the zone of an IPv6 address, which no request can name.")
    return str(address.ipv4_mapped or address)


def masked(url: str) -> str:
    """*url* without the password that it may hold, although it should not."""
    return re.sub(r"(//[^/:@]*):.*@", r"\1:********@", url, flags=re.DOTALL)


def _is_loopback(host: str) -> bool:
    import ipaddress  # only a simulator is reached without TLS

    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
