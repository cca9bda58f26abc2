# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An API that means harm, in one run with everything shown: nothing is evaluated, no secret and no escape comes out."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.doubles.fleet_cloud import FleetCloud, device_node, service_node
from tests.doubles.loopback import Exchange, Server, reply
from tests.doubles.nasty import TEXTS
from tests.lab.lab import Lab
from tests.lab.playbook import Run
from tests.lab.world import DATABASE, DEVELOPER_KEY, SECRET

from .fleet_lab import PLUGIN
from .tasks import CONNECTION, LOOKUP, connection, info, show
from .test_secrets import assert_no_trace, assert_no_trace_in_files, watched_processes

pytestmark = pytest.mark.one_core

# A file of this name beside the playbook is what the texts would make.
OWNED = "owned"
TEXT = TEXTS["expression"] + TEXTS["statement"] + TEXTS["clipboard"] + TEXTS["newline"] + TEXTS["right to left"]
# Variables of hosts.
SHOWN = ("inventory_hostname", "remoteit_name", "remoteit_tags", "remoteit_attributes", "remoteit_owner", "label")
SIGNATURE = re.compile(r"[0-9A-Za-z+/]{43}=")


def repeat(exchange: Exchange) -> None:
    """A web proxy that shows what it was sent, as some do with their errors."""
    names = ("developerkey", "authorization", "signature")
    sent = [exchange.request.headers.get(name, "")[-80:] for name in names]
    reply(403, " ".join(sent).encode(), {"Content-Type": "text/plain"})(exchange)


def opened(exchange: Exchange) -> None:
    """Yes to everything, with an address that says more than it should."""
    fields = {"connectionid": "A78B3919", "proxyserver": "127.0.0.1", "proxyport": "9", "proxy": f"http://x/{TEXT}"}
    reply(200, {"status": "true", "connection": fields})(exchange)


# Answers that leave no doubt of what became of a request: the end of the run need not look for anything.
CASES: dict[str, Callable[[Exchange], None]] = {
    "refused": reply(200, {"status": "false", "reason": TEXT, "data": None, "errors": [{"message": TEXT}]}),
    "unauthorised": reply(401, {"reason": TEXT}),
    "repeated": repeat,
    "unknown": reply(404, {"message": TEXT}),
    "redirected": reply(302, b"", {"Location": "http://[\x1b]52;c;\x07"}),
    "throttled": reply(429, TEXT.encode(), {"Retry-After": "9999"}),
}


@pytest.fixture
def cloud() -> Iterator[Server]:
    """An API that has each case below a path of its name."""
    steps = {**CASES, "opened": opened}
    with Server(lambda exchange: steps[exchange.request.target.split("/")[1]](exchange)) as server:
        yield server


@pytest.fixture
def fleet() -> Iterator[FleetCloud]:
    """A fleet with nothing but texts that mean harm."""
    nodes = []
    for number, text in enumerate([*TEXTS.values(), "ungrouped", "127.0.0.1", "-h"], start=1):
        texts: dict[str, Any] = {"name": text, "attributes": {text: [text], "list": text}}
        more = {"tags": [{"name": text}], "owner": {"id": text, "email": text}, "license": text, "created": text}
        nodes.append(device_node(number, **texts, **more, services=[service_node(number, **texts)]))
    fleet = FleetCloud(*nodes)
    with fleet.server:
        yield fleet


def plays(cloud: Server, fleet: FleetCloud) -> list[dict[str, Any]]:
    """Every case by both wires, and the texts put to use."""
    tasks = [show("hosts", f"groups.remoteit | map('extract', hostvars, '{name}')") for name in SHOWN]
    keywords = {"ignore_errors": True, "register": "result"}
    for case in CASES:
        for api in ("rest", "graphql"):
            urls: dict[str, Any] = dict.fromkeys(("rest_url", "graphql_url"), f"{cloud.url}/{case}")
            tasks.append(connection(f"{api} {case}", DATABASE, keywords, api=api, timeout=5, **urls))
            if case == "refused":
                said = {"ansible.builtin.fail": {"msg": "{{ result.msg }}"}, "ignore_errors": True}
                tasks.append({"name": f"{api} said", **said})
    urls = {"rest_url": f"{cloud.url}/opened", "graphql_url": f"{cloud.url}/refused"}
    keys = {name: f"{{{{ {name} }}}}" for name in ("access_key_id", "secret_access_key", "developer_key")}
    arguments = "".join(f", {name}={value}" for name, value in keys.items() for value in [name])
    lookup = f"lookup('{LOOKUP}', '{DATABASE}'{arguments}, rest_url='{urls['rest_url']}', graphql_url='{urls['graphql_url']}')"
    tasks += [
        connection("open", DATABASE, {"register": "tunnel"}, **urls),
        show("proxy", "tunnel.connection.proxy ~ tunnel.connection"),
        show("lookup", lookup),
        info("list", **urls),
        connection("close", DATABASE, state="absent", **urls),
        {"name": "devices", "community.remoteit.remoteit_device_info": {"graphql_url": fleet.settings().graphql_url}},
        {
            "name": "by name",
            CONNECTION: {"device": "p", "graphql_url": fleet.settings().graphql_url},
            "ignore_errors": True,
        },
        {
            "name": "role",
            "ansible.builtin.include_role": {"name": "community.remoteit.tunnel"},
            "vars": {"tunnel_services": [{"name": "db", "service_id": DATABASE}]},
        },
    ]
    of_role = dict.fromkeys(("rest_url", "graphql_url"), f"{cloud.url}/refused")
    defaults = {"module_defaults": {"group/community.remoteit.remoteit": {**keys, **of_role}}}
    return [{"name": "Harm", "hosts": "localhost", "gather_facts": False, **defaults, "tasks": tasks}]


def test_nothing_is_evaluated_and_nothing_comes_out(lab: Lab, cloud: Server, fleet: FleetCloud, tmp_path: Path) -> None:
    own = tmp_path / "the user's own"
    own.mkdir()
    secrets = {"access_key_id": "LABACCESSKEY00000001", "secret_access_key": SECRET, "developer_key": DEVELOPER_KEY}
    (own / "secrets.yml").write_text(yaml.safe_dump(secrets))
    inventory = {
        "plugin": PLUGIN,
        **{name: f"{{{{ {name} }}}}" for name in secrets},
        "graphql_url": fleet.settings().graphql_url,
        "connect": "none",
        "strict": False,
        "cache": True,
        "cache_plugin": "ansible.builtin.jsonfile",
        "cache_connection": str(tmp_path / "inventory"),
        "keyed_groups": [{"key": "remoteit_tags", "prefix": "t"}, {"key": "remoteit_attributes", "prefix": "a"}],
        "compose": {"label": "remoteit_name ~ remoteit_owner"},
        "include": ["remoteit_name | int >= 0", "remoteit_name"],
    }
    (lab.root / "hostile.remoteit.yml").write_text(yaml.safe_dump(inventory))
    (lab.root / "broken.remoteit.yml").write_text(yaml.safe_dump({**inventory, "graphql_url": f"{cloud.url}/refused"}))
    environ = {
        **dict.fromkeys(("R3_ACCESS_KEY_ID", "R3_SECRET_ACCESS_KEY", "R3_DEVELOPER_API_KEY"), ""),
        "ANSIBLE_DEBUG": "1",
        "ANSIBLE_DISPLAY_TRACEBACK": "always",
        "ANSIBLE_LOG_PATH": str(tmp_path / "log"),
        "ANSIBLE_LOCAL_TEMP": str(tmp_path / "local"),
        "ANSIBLE_CACHE_PLUGIN": "ansible.builtin.jsonfile",
        "ANSIBLE_CACHE_PLUGIN_CONNECTION": str(tmp_path / "facts"),
        "COLUMNS": "100000",
    }
    arguments = ["-vvvv", "-e", f"@{own / 'secrets.yml'}"]
    for name in ("hostile", "broken"):
        arguments += ["-i", str(lab.root / f"{name}.remoteit.yml")]
    with watched_processes(str(tmp_path / "log")) as seen:
        run = lab.run(plays(cloud, fleet), *arguments, environ=environ)
    check_results(run, fleet)
    assert not list(lab.root.rglob(OWNED)) and not list(tmp_path.rglob(OWNED))
    odd = {char for char in run.output if not char.isprintable()} - {"\n", "\t"}
    assert not odd, ascii(odd)
    signatures = {
        found.encode() for one in cloud.received for found in SIGNATURE.findall(json.dumps(dict(one.headers)))
    }
    assert len(signatures) > len(CASES)
    processes = b"".join(command_line + environment for command_line, environment in seen)
    for where, content in {"the output": run.output.encode(), "a process": processes}.items():
        assert_no_trace(where, content)
        assert not any(signature in content for signature in signatures)
    assert b"sweeper.py" in processes
    assert_no_trace_in_files(lab.root, tmp_path)


def check_results(run: Run, fleet: FleetCloud) -> None:
    """Each task did what it was there for."""
    for api in ("rest", "graphql"):
        for case in CASES:
            result = run.result(f"{api} {case}")
            assert result.status == "failed"
            assert case == "throttled" or len(result.result["msg"]) < 1000
        assert "********" in run.result(f"{api} repeated").result["msg"]
        assert "{{ lookup(" in run.result(f"{api} said").result["msg"]
    assert r"\x7b{ lookup(" in run.result("proxy").result["msg"]
    assert "{{ lookup(" in run.result("community.remoteit.tunnel : Say what went wrong").result["msg"]
    assert run.result("list").status == run.result("close").status == "ok"
    assert len(run.result("devices").result["devices"]) == len(fleet.devices)
    hosts = [item.result["msg"] for item in run.results if item.task == "hosts"]
    assert [len(values) for values in hosts] == [len(fleet.devices)] * len(SHOWN)
    assert not {"localhost", "all", "ungrouped", "127.0.0.1"} & set(hosts[0])
    assert "left out, because" not in run.output.lower()
