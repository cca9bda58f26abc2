# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The service of a task, by its id or by names, and what a task by names asks for."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.community.remoteit.plugins.module_utils._base.clock import Deadline
from ansible_collections.community.remoteit.plugins.module_utils._base.errors import OptionError
from ansible_collections.community.remoteit.plugins.module_utils._tasks import connection, connection_info
from ansible_collections.community.remoteit.plugins.module_utils._tasks.service import (
    EXCLUSIVE,
    ONE_OF,
    chosen_service,
    is_service_chosen,
)
from tests.doubles.fleet_cloud import ME, MY_EMAIL, device_node, service_node
from tests.doubles.held import Site
from tests.doubles.loopback import Exchange, reply
from tests.doubles.material import KEY_ID, SECRET, SERVICE
from tests.doubles.task import parameters

NOTHING = dict.fromkeys(("service_id", "device", "device_tag", "service", "account"))


def listing(site: Site, then: Callable[[], object] = lambda: None) -> None:
    """Have the device "pi" with the service "ssh" listed, and do *then* before."""

    def answer(exchange: Exchange) -> None:
        if "devices(" not in exchange.request.json()["query"]:
            reply(200, {"data": {"login": {"id": ME, "email": MY_EMAIL, "sessions": site.account.sessions}}})(exchange)
            return
        then()
        device = device_node(1, name="pi", services=[service_node(1, id=SERVICE, name="ssh")])
        pages = {"devices": {"total": 1, "hasMore": False, "items": [device]}}
        types = {"applicationTypes": [{"id": 28, "name": "SSH"}], "platformTypes": [{"id": 1, "name": "Linux"}]}
        reply(200, {"data": {"login": {"id": ME, "email": MY_EMAIL, **pages}, **types}})(exchange)

    site.account.says["sessions"] = answer


def run(site: Site, **options: Any) -> dict[str, Any]:
    given = parameters(connection.argument_spec(), site.settings, device="pi", service="ssh", **options)
    return connection.run(given, False, site.warnings.append)


def test_an_id_needs_no_request(site: Site) -> None:
    options = {**NOTHING, "service_id": SERVICE.lower(), "account": "acme"}
    assert chosen_service(options, site.connections, Deadline(20), to_connect=True) == SERVICE
    assert site.account.asked == []


def test_nothing_said_is_no_service(site: Site) -> None:
    options = {**NOTHING, "account": "acme"}
    assert not is_service_chosen(options)
    with pytest.raises(OptionError, match="no service is named: set one of service_id, device, device_tag"):
        chosen_service(options, site.connections, Deadline(20), to_connect=True)


@pytest.mark.parametrize("name", ["service_id", "device", "device_tag", "service"])
def test_each_name_says_something_of_a_service(name: str) -> None:
    assert is_service_chosen({**NOTHING, name: "pi"})
    assert any(name in names for names in (*EXCLUSIVE, ONE_OF))


def test_a_task_by_name_makes_one_connection_to_remote_it_for_all_that_it_asks(site: Site) -> None:
    listing(site)
    assert run(site)["connection"]["service_id"] == SERVICE
    assert (site.account.asked, site.account.server.connections) == (["sessions", "connect"], 1)
    result = run(site, state="absent")
    assert (result["closed"], site.account.asked[2:]) == (["NEW"], ["sessions", "service", "stop"])
    assert site.account.server.connections == 2


def test_a_task_that_lists_by_name_makes_one_connection_too(site: Site) -> None:
    listing(site)
    given = parameters(connection_info.argument_spec(), site.settings, device="pi", service="ssh")
    assert connection_info.run(given, False, site.warnings.append)["connections"] == []
    assert (site.account.asked, site.account.server.connections) == (["sessions", "service"], 1)


def test_a_credentials_file_is_read_once_by_a_task(site: Site, tmp_path: Path) -> None:
    file = tmp_path / "credentials"
    file.write_text(f"R3_ACCESS_KEY_ID={KEY_ID}\nR3_SECRET_ACCESS_KEY={SECRET}\nR3_DEVELOPER_API_KEY=DEV\n")
    listing(site, lambda: file.write_text("nothing that could be read"))
    keys = dict.fromkeys(("access_key_id", "secret_access_key", "developer_key"))
    assert run(site, **keys, credentials_file=str(file))["changed"]
    assert {request.headers["developerkey"] for request in site.account.server.received[1:]} == {"DEV"}
