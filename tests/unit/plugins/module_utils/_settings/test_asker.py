# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.community.remoteit.plugins.module_utils._model.access import Access
from ansible_collections.community.remoteit.plugins.module_utils._settings.asker import asked_by
from ansible_collections.community.remoteit.plugins.module_utils._settings.settings import Settings
from tests.doubles.material import credentials, settings


@pytest.mark.parametrize(
    "changed",
    [
        settings(credentials=credentials(key=b"another secret of the same key")),
        settings(credentials=credentials(developer_key="another")),
        settings(api="graphql"),
        settings(signature="cavage"),
        settings(verify=False),
    ],
    ids=["secret", "developer key", "api", "signature", "verify"],
)
def test_who_asks_in_another_way_asks(changed: Settings) -> None:
    assert asked_by(changed, None) != asked_by(settings(), None)


def test_latching_is_the_default() -> None:
    assert asked_by(settings(), Access()) == asked_by(settings(), None)
    assert asked_by(settings(), Access("public")) != asked_by(settings(), None)
