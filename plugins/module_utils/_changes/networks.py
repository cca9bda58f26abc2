# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Networks of IPv4 addresses, which may open a connect link or may not."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable

from .._base.errors import OptionError
from .._base.text import printable

_EVERYBODY = ipaddress.IPv4Network("0.0.0.0/0")


def checked_networks(option: str, texts: Iterable[str]) -> tuple[str, ...]:
    """The networks in the list *option*, sorted, each once and in its canonical form. Raises OptionError."""
    return tuple(sorted({_checked(option, text) for text in texts}))


def told_networks(texts: Iterable[str]) -> tuple[str, ...]:
    """The same of what remote.it tells; what is no network is shown as it is."""
    return tuple(sorted({_canonical(text) for text in texts}))


def are_everybody(networks: Iterable[str]) -> bool:
    """Whether canonical *networks* hold all IPv4 addresses, or there is none, which keeps nobody out."""
    known = [ipaddress.IPv4Network(text) for text in networks if _is_ipv4(text)]
    return not networks or _EVERYBODY in ipaddress.collapse_addresses(known)


def _checked(option: str, text: str) -> str:
    if ":" in text:
        raise OptionError(
            f"{option}={text!r} is IPv6, of which it is not known whether remote.it takes it: give networks of IPv4 addresses."
        )
    try:
        return str(ipaddress.IPv4Network(text))
    except ValueError:
        pass
    try:
        network = ipaddress.IPv4Network(text, strict=False)
    except ValueError:
        raise OptionError(
            f"{option}={text!r} is not a network: give one such as 192.0.2.0/24, or an address such as 192.0.2.7."
        ) from None
    raise OptionError(
        f"{option}={text!r} is an address within a network: write {network} for the network, or the address without the slash."
    )


def _canonical(text: str) -> str:
    try:
        return str(ipaddress.ip_network(text, strict=False))
    except ValueError:
        return printable(text)


def _is_ipv4(text: str) -> bool:
    try:
        return bool(ipaddress.IPv4Network(text))
    except ValueError:
        return False
