# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who may use a connection: the three modes of a port proxy and their form on the wire, ``hostip``."""

from __future__ import annotations

from typing import NamedTuple

from .._base.errors import OptionError

LATCHING = "latching"
RESTRICTED = "restricted"
PUBLIC = "public"
MODES = (LATCHING, RESTRICTED, PUBLIC)

# "Connecting to a Service using the API", section "Connection modes".
_HOSTIP = {LATCHING: "255.255.255.255", PUBLIC: "0.0.0.0"}


class Access(NamedTuple):
    """One connection mode; *client_ip* is the only address that may connect when it is ``restricted``."""

    mode: str = LATCHING
    client_ip: str | None = None

    @property
    def hostip(self) -> str:
        """The value of ``hostip`` (REST) or ``hostIP`` (GraphQL)."""
        return self.client_ip if self.client_ip else _HOSTIP[self.mode]

    @classmethod
    def from_options(cls, access: str | None, client_ip: str | None, hostip: str | None) -> Access:
        """The mode that the options ask for; OptionError when they contradict each other or name no address."""
        if hostip is not None:
            return cls._from_hostip(hostip)
        mode = access or LATCHING
        if mode == RESTRICTED:
            if client_ip is None:
                raise OptionError(
                    "access=restricted needs client_ip, the public IPv4 address of the machine that will connect."
                )
            return cls(mode, _one_address("client_ip", client_ip))
        if client_ip is not None:
            raise OptionError(
                f"client_ip={client_ip} has no effect with access={mode}: set access=restricted or leave client_ip out."
            )
        return cls(mode)

    @classmethod
    def _from_hostip(cls, hostip: str) -> Access:
        for mode, value in _HOSTIP.items():
            if hostip == value:
                return cls(mode)
        return cls(RESTRICTED, _one_address("hostip", hostip))


def _one_address(option: str, text: str) -> str:
    """*text* as one IPv4 address that can belong to a client; OptionError names *option* otherwise."""
    import ipaddress  # few connections are restricted

    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        hint = "one address, not a network" if "/" in text else "one IPv4 address such as 203.0.113.7"
        raise OptionError(f"{option}={text!r} is not an IP address: give {hint}.") from None
    if address.version != 4:
        raise OptionError(f"{option}={text} is an IPv6 address, but remote.it's proxies serve IPv4 clients: give IPv4.")
    if address.is_unspecified or address == ipaddress.ip_address(_HOSTIP[LATCHING]):
        raise OptionError(f"{option}={text} is not the address of a client: choose access=public or access=latching.")
    return str(address)
