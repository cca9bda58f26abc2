# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.community.remoteit.plugins.module_utils._base.errors import OptionError
from ansible_collections.community.remoteit.plugins.module_utils._tasks.done import telling


def test_an_error_tells_what_was_done_before_it() -> None:
    with pytest.raises(OptionError) as caught, telling(["Service added."]):
        raise OptionError("no")
    assert caught.value.as_result()["done"] == ["Service added."]
