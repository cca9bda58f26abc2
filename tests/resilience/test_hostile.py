# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Texts of an API that means harm: never an address, and in messages and results never more than plain words."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.community.remoteit.plugins.module_utils._api.client import Client
from ansible_collections.community.remoteit.plugins.module_utils._base.clock import Clock, Deadline
from ansible_collections.community.remoteit.plugins.module_utils._base.errors import (
    AnswerLostError,
    OptionError,
    RemoteItError,
)
from ansible_collections.community.remoteit.plugins.module_utils._connections.connections import Connections
from ansible_collections.community.remoteit.plugins.module_utils._fleet.service_by_name import service_by_name
from ansible_collections.community.remoteit.plugins.module_utils._model.access import Access
from ansible_collections.community.remoteit.plugins.module_utils._model.ids import is_plain_host
from ansible_collections.community.remoteit.plugins.module_utils._tasks.connection_info import run as list_connections
from tests import COLLECTION
from tests.doubles import material
from tests.doubles.account import Account, listed
from tests.doubles.fleet_cloud import FleetCloud, device_node, id_of, service_node
from tests.doubles.loopback import Step, reply
from tests.doubles.material import CONNECTION_ID, SERVICE
from tests.doubles.nasty import TEXTS, assert_plain, texts_in

PROXY_PROGRAM = COLLECTION / "plugins" / "plugin_utils" / "ssh_proxy.py"


def rest(**fields: Any) -> Step:
    """An answer of REST to connect."""
    honest = {"connectionid": CONNECTION_ID, "proxyserver": "proxy18.rt3.io", "proxyport": "38575"}
    return reply(200, {"status": "true", "connection": {**honest, **fields}})


def graphql(**fields: Any) -> Step:
    """An answer of GraphQL to connect."""
    honest = {"id": CONNECTION_ID, "host": "proxy18.rt3.io", "port": 38575, "timeout": 28800}
    return reply(200, {"data": {"connect": {**honest, **fields}}})


def header(text: str) -> str:
    """*text* as the value of a header can carry it."""
    return text.encode(errors="backslashreplace").decode("latin-1").translate(dict.fromkeys(b"\r\n\0"))[:60_000]


# By the wire and the place of the text.
WAYS: dict[tuple[str, str], Callable[[str], Step]] = {
    ("rest", "reason"): lambda text: reply(200, {"status": "false", "reason": text}),
    ("rest", "code"): lambda text: reply(200, {"status": "false", "code": text}),
    ("rest", "status"): lambda text: reply(200, {"status": text}),
    ("rest", "reason of 401"): lambda text: reply(401, {"status": "false", "reason": text}),
    ("rest", "text of 403"): lambda text: reply(
        403, text.encode(errors="surrogatepass"), {"Content-Type": "text/plain"}
    ),
    ("rest", "message of 404"): lambda text: reply(404, {"message": text}),
    ("rest", "redirect"): lambda text: reply(302, b"", {"Location": header(text)}),
    ("rest", "content type"): lambda text: reply(200, b"x", {"Content-Type": header(text)}),
    ("rest", "date"): lambda text: reply(401, {}, {"Date": header(text)}),
    ("rest", "host"): lambda text: rest(proxyserver=text),
    ("rest", "proxy"): lambda text: rest(proxy=text),
    ("rest", "only proxy"): lambda text: rest(proxy=text, proxyserver=None, proxyport=None),
    ("rest", "reverse proxy"): lambda text: rest(proxyURL=text, reverseProxy=True),
    ("rest", "port"): lambda text: rest(proxyport=text),
    ("rest", "id"): lambda text: rest(connectionid=text),
    ("rest", "session"): lambda text: rest(sessionID=text),
    ("rest", "service"): lambda text: rest(deviceaddress=text),
    ("graphql", "message"): lambda text: reply(200, {"data": None, "errors": [{"message": text}]}),
    ("graphql", "errors"): lambda text: reply(200, {"errors": text}),
    ("graphql", "message of 401"): lambda text: reply(401, {"errors": [{"message": text}]}),
    ("graphql", "host"): lambda text: graphql(host=text),
    ("graphql", "reverse host"): lambda text: graphql(host=text, reverseProxy=True),
    ("graphql", "id"): lambda text: graphql(id=text),
    ("graphql", "created"): lambda text: graphql(created=text),
    ("graphql", "timeout"): lambda text: graphql(timeout=text),
}


@pytest.mark.parametrize(("api", "place"), WAYS, ids=str)
def test_what_answers_connect_is_shown_plainly_and_is_no_address(api: str, place: str) -> None:
    account = Account()
    said: list[str] = []
    refused = 0
    with account.server:
        client = Client(account.settings(api=api), Clock(), said.append)
        for text in TEXTS.values():
            account.says["connect" if api == "rest" else "open"] = WAYS[api, place](text)
            try:
                opened = client.open(SERVICE, Access(), True, Deadline(20))
            except RemoteItError as error:
                refused += 1
                said.append(str(error))
            else:
                assert is_plain_host(opened.host)
                said += texts_in(opened.as_result(time.time()))
    for sentence in said:
        assert_plain(sentence)
    # A text that is none of its business does no harm; one that is the address is refused unless it is a name.
    assert refused >= {"proxy": 0, "session": 0, "created": 0}.get(place, len(TEXTS) // 2)


def test_what_lists_sessions_is_shown_plainly(tmp_path: Path) -> None:
    account = Account()
    account.sessions = [listed(text) for text in TEXTS.values()]
    account.sessions += [{**listed(str(number)), "target": {"id": text}} for number, text in enumerate(TEXTS.values())]
    warnings: list[str] = []
    options = {
        **dict.fromkeys(("service_id", "device", "device_tag", "service", "account")),
        **_options(account, tmp_path),
    }
    with account.server:
        result = list_connections({**options, "timeout": 20.0}, False, warnings.append)
        Connections(account.settings(registry=str(tmp_path)), warnings.append).absent(SERVICE, Deadline(20))
    assert len(result["connections"]) > len(TEXTS)
    for shown in texts_in(result):
        assert_plain(shown)
    (warning,) = warnings
    assert warning.isprintable()


@pytest.mark.parametrize(
    "moment", ["9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00+23:59", "0001-01-01T00:00:00Z", "\x1b[2J"]
)
def test_a_time_that_none_can_be_is_no_time(tmp_path: Path, moment: str) -> None:
    account = Account()
    account.sessions = [{**listed("late"), "timestamp": moment}]
    options = {
        **dict.fromkeys(("service_id", "device", "device_tag", "service", "account")),
        **_options(account, tmp_path),
    }
    with account.server, pytest.raises(AnswerLostError, match="it has no usable time of a session") as caught:
        list_connections({**options, "timeout": 20.0}, False, print)
    assert str(caught.value).isprintable()


def _options(account: Account, registry: Path) -> dict[str, Any]:
    """The options of a task that reaches the account."""
    settings = account.settings()
    return {
        "access_key_id": material.KEY_ID,
        "secret_access_key": material.SECRET,
        "developer_key": material.DEVELOPER_KEY,
        "rest_url": settings.rest_url,
        "graphql_url": settings.graphql_url,
        "registry": str(registry),
    }


def test_a_fleet_of_strangers_is_listed_plainly() -> None:
    devices = []
    for number, text in enumerate(TEXTS.values(), start=1):
        texts = {"name": text, "attributes": {text: [text]}}
        more = {"tags": [{"name": text}], "owner": {"id": text, "email": text}, "created": text, "lastReported": text}
        node = device_node(number, **texts, **more, license=text, endpoint={"externalAddress": text})
        node["services"] = [service_node(number, 1, **texts), service_node(number, 2, **texts)]
        devices += [node, device_node(100 + number, id=text, name=text)]
    cloud = FleetCloud(*devices)
    found = cloud.read()
    assert len(found) == len(TEXTS)
    for device in found:
        for shown in texts_in({**device.as_result(), "attributes": None, "services": None}):
            assert_plain(shown)
        assert all(text.isprintable() for text in texts_in(device.as_result()))
    for warning in cloud.warnings:
        assert warning.isprintable() and len(warning) < 4000


def test_a_strangers_name_is_exactly_what_was_asked_for_or_shown_plainly() -> None:
    for text in TEXTS.values():
        cloud = FleetCloud(
            device_node(1, name=text, services=[service_node(1, 1, name=text), service_node(1, 2, name="ssh")]),
            device_node(2, name="pi", services=[service_node(2, 1, name=text), service_node(2, 2, name=text)]),
        )
        client = Client(cloud.settings(), Clock(), cloud.warnings.append)
        options = {"device_tag": None, "account": None}
        with cloud.server:
            for device, service in ((text, None), (text, "ssh"), (text, "x"), ("pi", None), ("pi", text), ("p", None)):
                # What is asked for is the user's own, and shown in full.
                asked = {name: one and one.strip()[:200] for name, one in (("device", device), ("service", service))}
                try:
                    chosen = service_by_name({**options, **asked}, client, Deadline(20), to_connect=True)
                except OptionError as error:
                    said = str(error)
                else:
                    said = f"{chosen} for {service}"
                    assert said == f"{id_of(1, 2)} for ssh"
                assert said.isprintable() and len(said) < 4000


def test_ssh_is_told_plainly(tmp_path: Path) -> None:
    account = Account()
    account.says["connect"] = reply(401, {"reason": TEXTS["newline"] + TEXTS["clipboard"] + TEXTS["right to left"]})
    options = _options(account, tmp_path / "registry")
    environ = {
        **os.environ,
        "R3_ACCESS_KEY_ID": options["access_key_id"],
        "R3_SECRET_ACCESS_KEY": options["secret_access_key"],
        "R3_DEVELOPER_API_KEY": options["developer_key"],
    }
    command = [sys.executable, str(PROXY_PROGRAM), f"--registry={options['registry']}"]
    command += [f"--rest-url={options['rest_url']}", f"--graphql-url={options['graphql_url']}", SERVICE]
    with account.server:
        # Without a terminal for its errors, it says them in the way of an SSH server that disconnects.
        done = subprocess.run(
            command,
            env=environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=60,
            check=False,
        )
    said = done.stdout.partition(b"remote.it: ")[2].rstrip(b"\0").decode()
    assert done.returncode == 1
    assert_plain(said)
    assert r"pi\nfatal: [pi]: ok\r\n" in said and r"\x1b]52;c;" in said and r"\u202e" in said
