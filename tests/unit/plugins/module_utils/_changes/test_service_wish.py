# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.community.remoteit.plugins.module_utils._base.errors import OptionError
from ansible_collections.community.remoteit.plugins.module_utils._changes.service_wish import ServiceWish

from .views import TYPES


def wish(**options: Any) -> ServiceWish:
    return ServiceWish.from_options({**dict.fromkeys(ServiceWish._fields), **options})


def test_what_is_not_said_is_not_managed() -> None:
    assert wish().resolved(TYPES) == {}
    assert wish(enabled=False).resolved(TYPES) == {"enabled": False}


@pytest.mark.parametrize("application", ["ssh", "SSH", " Ssh", "28"])
def test_a_type_is_known_by_its_name_and_by_its_id(application: str) -> None:
    assert wish(application=application).resolved(TYPES) == {"application": 28}


def test_a_new_one_gets_defaults() -> None:
    assert wish(name="ssh", application="ssh").of_a_new_one(TYPES) == {
        "name": "ssh",
        "application": 28,
        "host": "127.0.0.1",
        "port": 22,
        "enabled": True,
    }
    given = {"name": "x", "application": "1", "host": "10.0.0.1", "port": 99, "enabled": False}
    assert wish(**given).of_a_new_one(TYPES) == {**given, "application": 1}


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"name": "x"}, "application is missing: service 'x' is not there yet"),
        ({"name": "x", "application": "tcp"}, "port is missing: application='tcp' has none by default"),
        (
            {"name": "x", "application": "bulk service"},
            "application='bulk service' is not a type of services: give one of TCP, SSH",
        ),
        ({"name": "x", "application": "35"}, "application='35' is not"),
    ],
)
def test_what_a_new_one_needs(options: dict[str, Any], sentence: str) -> None:
    with pytest.raises(OptionError) as caught:
        wish(**options).of_a_new_one(TYPES)
    assert sentence in str(caught.value)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"name": ""}, "name is empty"),
        ({"name": "a\nb"}, "name='a\\nb' cannot be the name of a service"),
        ({"name": "x" * 101}, "at most 100 printable characters"),
        *(
            ({"host": host}, "is not the address of a host")
            for host in ("", "a b", "http://a", "a:80", "::1", "a/b", "-a", "a.", "300.1.2.3", "1.2.3")
        ),
        *(({"port": port}, "is not a port: give a number from 1 to 65535") for port in (0, -1, 65536, True)),
    ],
)
def test_what_no_service_can_have_is_refused_before_anything_is_asked(options: dict[str, Any], sentence: str) -> None:
    with pytest.raises(OptionError) as caught:
        wish(**options)
    assert sentence in str(caught.value)


@pytest.mark.parametrize("host", ["10.0.0.1", "printer", "printer.local", "a_b", "x"])
def test_hosts_that_a_device_may_find(host: str) -> None:
    assert wish(host=host, name="x" * 100, port=65535).host == host
