# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.community.remoteit.plugins.module_utils._base.errors import OptionError, RefusedError
from ansible_collections.community.remoteit.plugins.module_utils._changes.link_guards import check_may_link, warn_of
from ansible_collections.community.remoteit.plugins.module_utils._changes.link_view import LinkedService, LinkView

from .links import URL, link, linked

WEB = "web (80:00:00:00:00:00:01:04) of pi (80:00:00:00:00:00:01:00)"
PRIVATE = link(password="sesame")


def warnings(wanted: LinkView, there: LinkView) -> list[str]:
    told: list[str] = []
    warn_of(linked(), wanted, there, told.append)
    return told


def test_who_may_manage_a_web_service_may_link_it() -> None:
    check_may_link(linked())


@pytest.mark.parametrize(
    ("service", "error", "sentence"),
    [
        (
            linked(permissions=("VIEW", "CONNECT"), is_web=False),
            RefusedError,
            f"No connect link: this access key may not manage {WEB}; ask owner@example.com for MANAGE.",
        ),
        (
            linked(permissions=(), owner=""),
            RefusedError,
            f"No connect link: this access key may not manage {WEB}; ask its owner for MANAGE.",
        ),
        (linked(is_web=False, kind="SSH"), OptionError, f"{WEB} has the type SSH, which is no web service"),
    ],
)
def test_others_may_not(service: LinkedService, error: type[Exception], sentence: str) -> None:
    with pytest.raises(error) as caught:
        check_may_link(service)
    assert str(caught.value).startswith(sentence)


@pytest.mark.parametrize(
    ("wanted", "there", "told"),
    [
        (PRIVATE, PRIVATE, []),
        (PRIVATE, link(password="****"), []),
        (
            PRIVATE._replace(allow=("192.0.2.0/24",)),
            PRIVATE._replace(deny=("10.0.0.0/8",)),
            [
                f"remote.it has other networks in allow of the connect link of {WEB} than it should: none instead of "
                "192.0.2.0/24.",
                f"remote.it has other networks in deny of the connect link of {WEB} than it should: 10.0.0.0/8 instead of "
                "none.",
            ],
        ),
        (
            PRIVATE,
            PRIVATE._replace(url="https://b.example.com"),
            [f"The connect link of {WEB} has another URL than before: https://b.example.com instead of {URL}."],
        ),
        (
            PRIVATE,
            link(),
            [f"remote.it does not tell whether the connect link of {WEB} has its password: try it. Each "],
        ),
    ],
)
def test_what_is_not_as_it_should_be_is_told(wanted: LinkView, there: LinkView, told: list[str]) -> None:
    said = warnings(wanted, there)
    assert len(said) == len(told)
    assert all(one.startswith(start) for one, start in zip(said, told, strict=True))


@pytest.mark.parametrize(
    ("changes", "is_open"),
    [
        ({}, True),
        ({"allow": ("0.0.0.0/0",)}, True),
        ({"allow": ("192.0.2.0/24",)}, False),
        ({"password": "a"}, False),
        ({"allow": ("0.0.0.0/0",), "password": "a"}, False),
        ({"enabled": False}, False),
    ],
)
def test_what_everybody_can_open_is_told(changes: dict[str, Any], is_open: bool) -> None:
    there = link(**changes)
    assert [one.startswith("As far as remote.it tells, anybody on the Internet") for one in warnings(there, there)] == [
        True
    ] * is_open
