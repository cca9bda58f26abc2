# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The task that lists what is open."""

from __future__ import annotations

import time
from typing import Any

import pytest

from ansible_collections.community.remoteit.plugins.module_utils._base.errors import OptionError
from ansible_collections.community.remoteit.plugins.module_utils._tasks import connection_info
from tests.doubles.account import listed
from tests.doubles.held import Site, made
from tests.doubles.material import SERVICE
from tests.doubles.task import parameters


def run(site: Site, **options: Any) -> dict[str, Any]:
    given = parameters(connection_info.argument_spec(), site.settings, **options)
    return connection_info.run(given, False, site.warnings.append)


@pytest.mark.parametrize("options", [{}, {"service_id": SERVICE}])
def test_what_is_ours_has_an_address_and_what_is_not_has_none(options: dict[str, Any], site: Site) -> None:
    site.hold(made("MINE"))
    assert site.account.sessions is not None
    site.account.sessions.append(listed("THEIRS", time.time() - 1000))
    result = run(site, **options)
    assert result["changed"] is False
    mine, theirs = result["connections"]
    assert (mine["id"], mine["held"], mine["url"]) == ("MINE", True, "tcp://proxy18.rt3.io:38575")
    assert (theirs["id"], theirs["held"], theirs["service_id"], theirs["url"]) == ("THEIRS", False, SERVICE, None)
    assert mine.keys() == theirs.keys()


def test_nothing_is_open(site: Site) -> None:
    assert run(site) == {"changed": False, "connections": []}


def test_it_writes_nothing(site: Site) -> None:
    site.hold(made("GONE", ago=600))
    site.account.sessions = []
    assert run(site, service_id=SERVICE)["connections"] == []
    assert list(site.held()) == ["GONE"]


def test_what_cannot_be_a_time_limit_is_refused(site: Site) -> None:
    with pytest.raises(OptionError, match="timeout=-1"):
        run(site, timeout=-1.0)
