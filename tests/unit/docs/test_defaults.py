# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the documentation of lookup and inventory says of an option is what the modules do; theirs has a sanity test."""

from __future__ import annotations

from typing import Any

import pytest
from ansible.plugins.loader import fragment_loader
from ansible.utils.plugin_docs import get_docstring

from ansible_collections.community.remoteit.plugins.module_utils._tasks import connection, device_info
from tests import COLLECTION

SPEC = {**connection.argument_spec(), **device_info.argument_spec()}
# No task opened what a lookup or an inventory opens, so they say until when themselves, and an inventory how.
OTHERS = {"inventory": {"access", "close"}, "lookup": {"close"}}
FACTS = ("type", "elements", "choices", "default")


@pytest.mark.parametrize(("kind", "name"), [("lookup", "remoteit_proxy"), ("inventory", "remoteit")])
def test_options_of_the_same_name_are_the_same(kind: str, name: str) -> None:
    documented: dict[str, dict[str, Any]]
    documented = get_docstring(str(COLLECTION / "plugins" / kind / f"{name}.py"), fragment_loader)[0]["options"]
    shared = (documented.keys() & SPEC.keys()) - OTHERS.get(kind, set())
    assert {"timeout", "request_timeout", "api", "registry"} <= shared
    for option in shared:
        facts = {fact: SPEC[option].get(fact) for fact in FACTS}
        assert {fact: documented[option].get(fact) for fact in FACTS} == facts, option
