# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.community.remoteit.plugins.module_utils._base.errors import OptionError
from ansible_collections.community.remoteit.plugins.module_utils._model.access import Access

IP = "203.0.113.7"


@pytest.mark.parametrize(
    ("access", "client_ip", "hostip", "expected"),
    [
        (None, None, None, Access("latching")),
        ("latching", None, None, Access("latching")),
        ("public", None, None, Access("public")),
        ("restricted", IP, None, Access("restricted", IP)),
        (None, None, "255.255.255.255", Access("latching")),
        (None, None, "0.0.0.0", Access("public")),
        (None, None, IP, Access("restricted", IP)),
    ],
)
def test_options_give_a_mode(access: str | None, client_ip: str | None, hostip: str | None, expected: Access) -> None:
    assert Access.from_options(access, client_ip, hostip) == expected


@pytest.mark.parametrize(
    ("access", "hostip"),
    [
        (Access(), "255.255.255.255"),
        (Access("latching"), "255.255.255.255"),
        (Access("public"), "0.0.0.0"),
        (Access("restricted", IP), IP),
    ],
)
def test_each_mode_has_its_value_on_the_wire(access: Access, hostip: str) -> None:
    assert access.hostip == hostip


@given(st.sampled_from(["latching", "public", "restricted"]), st.ip_addresses(v=4).map(str))
def test_the_value_on_the_wire_means_the_same_mode(mode: str, address: str) -> None:
    if mode == "restricted" and address in ("0.0.0.0", "255.255.255.255"):
        return
    access = Access.from_options(mode, address if mode == "restricted" else None, None)
    assert Access.from_options(None, None, access.hostip) == access


def test_restricted_needs_an_address() -> None:
    with pytest.raises(OptionError, match="access=restricted needs client_ip"):
        Access.from_options("restricted", None, None)


@pytest.mark.parametrize(("access", "named"), [(None, "latching"), ("latching", "latching"), ("public", "public")])
def test_an_address_without_effect_is_refused(access: str | None, named: str) -> None:
    with pytest.raises(OptionError, match=rf"client_ip={IP} has no effect with access={named}"):
        Access.from_options(access, IP, None)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "is not an IP address"),
        ("203.0.113", "one IPv4 address such as"),
        ("203.0.113.256", "is not an IP address"),
        ("203.0.113.07", "is not an IP address"),
        ("0xcb.0.113.7", "is not an IP address"),
        (" 203.0.113.7", "is not an IP address"),
        ("203.0.113.7,203.0.113.8", "is not an IP address"),
        ("example.com", "is not an IP address"),
        ("203.0.113.0/24", "one address, not a network"),
        ("203.0.113.7/32", "one address, not a network"),
        ("2001:db8::7", "is an IPv6 address"),
        ("::", "is an IPv6 address"),
        ("255.255.255.25x", "is not an IP address"),
    ],
)
@pytest.mark.parametrize("option", ["client_ip", "hostip"])
def test_what_is_not_one_ipv4_address_is_refused(option: str, text: str, reason: str) -> None:
    values = ("restricted", text, None) if option == "client_ip" else (None, None, text)
    with pytest.raises(OptionError) as caught:
        Access.from_options(*values)
    assert str(caught.value).startswith(f"{option}=")
    assert reason in str(caught.value)


@pytest.mark.parametrize("text", ["0.0.0.0", "255.255.255.255"])
def test_a_client_cannot_have_the_address_that_means_another_mode(text: str) -> None:
    with pytest.raises(OptionError, match="choose access=public or access=latching"):
        Access.from_options("restricted", text, None)


@given(st.text())
def test_any_text_is_an_address_or_an_option_error(text: str) -> None:
    try:
        access = Access.from_options("restricted", text, None)
    except OptionError:
        return
    assert str(ipaddress.IPv4Address(text)) == access.hostip
