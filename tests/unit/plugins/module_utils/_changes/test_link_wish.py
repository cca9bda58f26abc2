# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.community.remoteit.plugins.module_utils._base.errors import OptionError
from ansible_collections.community.remoteit.plugins.module_utils._changes.link_view import LinkView
from ansible_collections.community.remoteit.plugins.module_utils._changes.link_wish import LinkWish

from .links import link

NOTHING = {"allow": None, "deny": None, "password": None, "update_password": "on_create"}
OFFICE = ["192.0.2.0/24"]


def wish(**options: Any) -> LinkWish:
    return LinkWish.from_options({**NOTHING, **options})


@pytest.mark.parametrize(
    ("options", "there"),
    [
        ({}, link()),
        ({}, link(allow=("192.0.2.0/24",), password="sesame")),
        ({"allow": OFFICE}, link(allow=("192.0.2.0/24",))),
        ({"allow": ["198.51.100.7", *OFFICE]}, link(allow=("192.0.2.0/24", "198.51.100.7/32"))),
        ({"allow": [], "deny": []}, link()),
        ({"password": "sesame"}, link(password="sesame")),
        ({"password": "sesame"}, link(password="********")),
        ({"password": ""}, link()),
    ],
)
def test_what_is_so_already_is_not_sent(options: dict[str, Any], there: LinkView) -> None:
    assert wish(**options).to_send(there) == {}


@pytest.mark.parametrize(
    ("options", "there", "sent"),
    [
        ({}, None, {}),
        ({"allow": OFFICE}, None, {"allow": OFFICE}),
        ({"password": "sesame"}, None, {"password": "sesame"}),
        ({"password": ""}, None, {}),
        ({"password": "", "update_password": "always"}, None, {}),
        ({}, link(enabled=False), {}),
        ({"allow": OFFICE, "password": "a"}, link(enabled=False, password="a"), {"allow": OFFICE}),
        ({"allow": [], "deny": OFFICE}, link(), {"allow": [], "deny": OFFICE}),
        ({"allow": []}, link(allow=("192.0.2.0/24",)), {"allow": []}),
        ({"password": "b"}, link(password="a"), {"password": "b"}),
        # none is told, so most likely there is none
        ({"password": "b"}, link(), {"password": "b"}),
        ({"password": ""}, link(password="a"), {"password": None}),
        ({"password": ""}, link(password="****"), {"password": None}),
        *(
            ({"password": password, "update_password": "always"}, link(password=told), {"password": password or None})
            for password in ("a", "")
            for told in ("a", "****", None)
        ),
    ],
)
def test_all_that_is_managed_is_sent_and_a_password_only_if_it_is_to_be_set(
    options: dict[str, Any], there: LinkView | None, sent: dict[str, Any]
) -> None:
    assert wish(**options).to_send(there) == {"enabled": True, **sent}


def test_a_diff_shows_what_is_managed_and_no_password() -> None:
    there = link(allow=("192.0.2.0/24",), password="sesame")
    assert wish().managed_of(there) == {"enabled": True}
    everything = wish(allow=[], deny=[], password="other").managed_of(there)
    assert everything == {"enabled": True, "allow": OFFICE, "deny": [], "has_password": True}


@pytest.mark.parametrize("password", [" sesame", "sesame\n", " ", "x" * 50])
def test_a_password_that_the_application_would_change_is_refused_and_not_shown(password: str) -> None:
    with pytest.raises(OptionError, match=r"^password (begins or ends with a blank|has 50 characters)") as caught:
        wish(password=password)
    assert "sesame" not in str(caught.value)


def test_a_password_of_any_other_kind_is_taken() -> None:
    assert wish(password="x" * 49).password == "x" * 49
    assert wish(password="open sesame").password == "open sesame"


@pytest.mark.parametrize("option", ["allow", "deny"])
def test_networks_are_checked(option: str) -> None:
    with pytest.raises(OptionError, match=f"{option}='office' is not a network"):
        wish(**{option: ["office"]})
