# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import NamedTuple

import pytest

from ansible_collections.community.remoteit.plugins.module_utils._model.service_names import is_called, services_called


class Service(NamedTuple):
    name: str


@pytest.mark.parametrize(
    ("called", "name"),
    [
        ("ssh", "ssh"),
        ("pi-ssh", "ssh"),
        ("Pi ssh", "ssh"),
        ("PI_ssh", "ssh"),
        ("pi - ssh", "ssh"),
        ("ssh", "pi-ssh"),
        ("pi ssh", "pi-ssh"),
        ("{{ x }}", "\\x7b{ x }}"),
        ("pi", "pi"),
        ("pi-", "pi-"),
    ],
)
def test_with_and_without_the_name_of_the_device(called: str, name: str) -> None:
    assert is_called("pi", called, name)


@pytest.mark.parametrize(
    ("called", "name"), [("ping", "ng"), ("SSH", "ssh"), ("my-ssh", "ssh"), ("ssh-pi", "ssh"), ("", "ssh"), ("pi-", "")]
)
def test_other_names(called: str, name: str) -> None:
    assert not is_called("pi", called, name)


def test_a_device_without_a_name_changes_nothing() -> None:
    assert is_called("", "ssh", "ssh")
    assert not is_called("", "-ssh", "ssh")


def test_the_exact_name_comes_first() -> None:
    ssh, prefixed = Service("ssh"), Service("pi-ssh")
    assert services_called("pi", [prefixed, ssh], "ssh") == [ssh]
    assert services_called("pi", [prefixed, ssh], "pi-ssh") == [prefixed]
    assert services_called("pi", [prefixed], "ssh") == [prefixed]
    assert services_called("pi", [prefixed, Service("pi ssh")], "ssh") == [prefixed, Service("pi ssh")]
    assert services_called("pi", [ssh], "web") == []
