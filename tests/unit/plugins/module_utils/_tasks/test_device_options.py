# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.community.remoteit.plugins.module_utils._base.errors import OptionError
from ansible_collections.community.remoteit.plugins.module_utils._tasks.device_options import (
    service_wish_argument_spec,
    wish_argument_spec,
    wish_of,
)

NOTHING: dict[str, Any] = {name: option.get("default") for name, option in wish_argument_spec().items()}
SERVICE: dict[str, Any] = dict.fromkeys(("service_id", "name", *service_wish_argument_spec()))


def test_no_list_of_services_is_none_and_an_empty_one_is_empty() -> None:
    assert wish_of(NOTHING, force=False).services is None
    assert wish_of({**NOTHING, "services": []}, force=False).services == ()


def test_ids_of_services_are_ids() -> None:
    with pytest.raises(OptionError, match="services, number 1: service_id='ssh' is not a service id"):
        wish_of({**NOTHING, "services": [{**SERVICE, "service_id": "ssh"}]}, force=False)


def test_all_services_are_removed_only_by_force() -> None:
    everything = {**NOTHING, "services": [], "purge_services": True}
    with pytest.raises(OptionError, match=r"services=\[\] with purge_services would remove all services"):
        wish_of(everything, force=False)
    assert wish_of(everything, force=True).purge_services
