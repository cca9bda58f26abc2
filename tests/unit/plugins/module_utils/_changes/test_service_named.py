# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.community.remoteit.plugins.module_utils._base.errors import OptionError
from ansible_collections.community.remoteit.plugins.module_utils._changes.service_named import (
    service_named,
    service_to_remove,
)

from .views import device, service


@pytest.mark.parametrize("called", ["ssh", "pi-ssh", "Pi ssh", "PI_ssh", "pi - ssh"])
def test_a_name_may_have_that_of_the_device_in_front_of_it(called: str) -> None:
    found = service_named(device(service(1, name="web"), service(2, name=called)), "ssh")
    assert found is not None and found.id.endswith("02")


@pytest.mark.parametrize("called", ["SSH", "my-ssh", "pissh", "pissh2", "ssh-pi", ""])
def test_another_name_is_another_service(called: str) -> None:
    assert service_named(device(service(name=called)), "ssh") is None


def test_the_exact_name_comes_first() -> None:
    found = service_named(device(service(1, name="pi-ssh"), service(2, name="ssh")), "ssh")
    assert found is not None and found.id.endswith("02")


@pytest.mark.parametrize("names", [("ssh", "ssh"), ("pi-ssh", "pi ssh")])
def test_of_two_none_is_chosen(names: tuple[str, str]) -> None:
    with pytest.raises(
        OptionError, match=r"name='ssh' fits 2 services of pi \(80:.*\): set service_id to one of .*01.*02"
    ):
        service_named(device(*(service(number, name=name) for number, name in enumerate(names, 1))), "ssh")


def test_to_remove_the_exact_name_is_not_enough_where_another_one_would_have_it_afterwards() -> None:
    with pytest.raises(OptionError, match="name='ssh' fits 2 services"):
        service_to_remove(device(service(1, name="pi-ssh"), service(2, name="ssh")), "ssh")
    assert service_to_remove(device(service(1, name="pi-ssh")), "ssh") == service(1, name="pi-ssh")
    assert service_to_remove(device(), "ssh") is None


@pytest.mark.parametrize(("called", "name"), [("ssh ", "ssh"), ("{{ x }}", "\\x7b{ x }}")])
def test_a_service_has_the_name_under_which_it_is_shown(called: str, name: str) -> None:
    assert service_named(device(service(name=called)), name) == service(name=called)
