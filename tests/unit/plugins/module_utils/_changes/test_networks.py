# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.community.remoteit.plugins.module_utils._base.errors import OptionError
from ansible_collections.community.remoteit.plugins.module_utils._changes.networks import (
    are_everybody,
    checked_networks,
    told_networks,
)


def test_networks_are_a_set_in_one_form() -> None:
    given = ["198.51.100.7", "192.0.2.0/24", "192.0.2.0/255.255.255.0", "198.51.100.7/32"]
    assert checked_networks("allow", given) == ("192.0.2.0/24", "198.51.100.7/32")
    assert checked_networks("allow", []) == ()


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            "192.0.2.7/24",
            "deny='192.0.2.7/24' is an address within a network: write 192.0.2.0/24 for the network, or the",
        ),
        ("2001:db8::/32", "deny='2001:db8::/32' is IPv6, of which it is not known whether remote.it takes it"),
        *(
            (text, "is not a network: give one such as 192.0.2.0/24, or an address")
            for text in ("", " ", "office", "192.0.2", "192.0.2.0/33", "192.0.2.0/", "10", "192.0.2.0 /24")
        ),
    ],
)
def test_what_is_no_network_is_refused(text: str, sentence: str) -> None:
    with pytest.raises(OptionError) as caught:
        checked_networks("deny", ["192.0.2.0/24", text])
    assert sentence in str(caught.value)


def test_what_is_told_is_taken_as_it_comes() -> None:
    told = ["192.0.2.7/24", "10.0.0.1", "2001:DB8::1/32", "any\x1bbody"]
    assert told_networks(told) == ("10.0.0.1/32", "192.0.2.0/24", "2001:db8::/32", r"any\x1bbody")


@pytest.mark.parametrize(
    ("networks", "everybody"),
    [
        ((), True),
        (("0.0.0.0/0",), True),
        (("0.0.0.0/1", "128.0.0.0/1", "192.0.2.0/24"), True),
        (("0.0.0.0/1", "192.0.2.0/24"), False),
        (("2001:db8::/32", "office"), False),
    ],
)
def test_everybody(networks: tuple[str, ...], everybody: bool) -> None:
    assert are_everybody(networks) is everybody
