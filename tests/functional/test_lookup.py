# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The lookup: the address of an open connection wherever a variable can stand."""

from __future__ import annotations

import pytest
import yaml

from tests.lab.lab import Lab
from tests.lab.world import DATABASE, OFFLINE, OTHER

from .tasks import LOOKUP, connection, show


def lookup(arguments: str, how: str = "lookup") -> str:
    """A Jinja expression that looks up *arguments*."""
    return f"{how}('{LOOKUP}', {arguments})"


def test_a_hit_gives_the_connection_without_a_call(lab: Lab) -> None:
    run = lab.run_tasks(
        connection("open", DATABASE),
        show("whole", lookup(f"'{DATABASE}'")),
        show("lower case", lookup(f"'{DATABASE.lower()}', attribute='id'")),
        *(show(key, lookup(f"'{DATABASE}', attribute='{key}'")) for key in ("host", "port", "url", "access")),
    )
    opened = run.result("open").result["connection"]
    whole = run.result("whole").result["msg"]
    assert {**whole, "expires_in": None} == {**opened, "expires_in": None}
    assert run.result("lower case").result["msg"] == opened["id"]
    for key in ("host", "port", "url", "access"):
        assert run.result(key).result["msg"] == opened[key]
    assert [call["operation"] for call in lab.cloud.calls()] == ["connect"]


def test_missing(lab: Lab) -> None:
    run = lab.run_tasks(
        show("empty", lookup(f"'{DATABASE}', missing='empty'")),
        show("empty attribute", lookup(f"'{DATABASE}', missing='empty', attribute='port'")),
        show("error", lookup(f"'{DATABASE}'")),
    )
    assert run.result("empty").result["msg"] == {}
    assert run.result("empty attribute").result["msg"] == ""
    assert f"no connection to service {DATABASE} is open: open one with" in run.output
    assert lab.cloud.calls() == []


@pytest.mark.one_core
def test_several_ids_give_several_answers_in_their_order(lab: Lab) -> None:
    run = lab.run_tasks(
        connection("open", OTHER),
        show("list", lookup(f"'{DATABASE}', '{OTHER}', missing='empty', attribute='service_id'", "query")),
        show("one list", lookup(f"['{OTHER}', '{DATABASE}'], missing='empty', attribute='service_id'", "query")),
    )
    assert run.result("list").result["msg"] == ["", OTHER]
    assert run.result("one list").result["msg"] == [OTHER, ""]


@pytest.mark.one_core
def test_open_is_single_flight_over_all_forks_and_leads_to_the_device(lab: Lab) -> None:
    hosts = {f"host{number}": {"ansible_connection": "local"} for number in range(20)}
    inventory = lab.root / "many.yml"
    inventory.write_text(yaml.safe_dump({"many": {"hosts": hosts}}))
    run = lab.run_tasks(
        show("port", lookup(f"'{DATABASE}', missing='open', attribute='port'")),
        show("again", lookup(f"'{DATABASE}', missing='open', attribute='port'")),
        hosts="many",
        arguments=["-i", str(inventory), "--forks", "10"],
    )
    assert run.returncode == 0, run.output
    (opened,) = lab.open_connections()
    assert {item.result["msg"] for item in run.results} == {opened["port"]}
    assert [call["operation"] for call in lab.cloud.calls()] == ["connect"]


def test_check_mode_opens_nothing(lab: Lab) -> None:
    run = lab.run_tasks(show("port", lookup(f"'{DATABASE}', missing='open', attribute='port'")), arguments=["--check"])
    assert run.result("port").result["msg"] == ""
    assert lab.cloud.calls() == []


PORT = lookup(f"'{DATABASE}', missing='open', attribute='port'")


def test_a_task_in_check_mode_opens_nothing_wherever_the_lookup_stands(lab: Lab) -> None:
    templated = {"check_mode": "{{ checks }}"}
    run = lab.run_tasks(
        {**show("argument", PORT), "check_mode": True},
        {**show("template", PORT), **templated},
        {**show("condition", "'empty'"), **templated, "when": f"{PORT} == ''"},
        {**show("variable", "port"), **templated, "vars": {"port": "{{ " + PORT + " }}"}},
        {**show("loop", f"item ~ {PORT}"), "loop": [True], "check_mode": "{{ item }}"},
        {
            **show("items", "item"),
            **templated,
            "loop": "{{ " + lookup(f"'{DATABASE}', missing='open'", "query") + " }}",
        },
        {"name": "block", "check_mode": True, "block": [show("in a block", PORT)]},
        {**show("environment", "'empty'"), **templated, "environment": {"PORT": "{{ " + PORT + " }}"}},
        vars={"checks": True},
    )
    assert run.returncode == 0, run.output
    for name in ("argument", "template", "variable", "in a block"):
        assert run.result(name).result["msg"] == ""
    assert run.result("condition").status == "ok"
    assert [item["msg"] for item in run.result("loop").result["results"]] == ["True"]
    assert lab.cloud.calls() == []


def test_a_task_that_is_never_in_check_mode_opens_in_a_run_that_is(lab: Lab) -> None:
    run = lab.run_tasks(
        show("checked", PORT),
        {**show("real", f"item ~ {PORT}"), "loop": [""], "check_mode": "{{ item }}no"},
        arguments=["--check"],
    )
    assert run.result("checked").result["msg"] == ""
    (opened,) = lab.open_connections()
    assert [item["msg"] for item in run.result("real").result["results"]] == [str(opened["port"])]


@pytest.mark.one_core
def test_access_chooses_and_opens(lab: Lab) -> None:
    run = lab.run_tasks(
        connection("latching", DATABASE),
        show("public", lookup(f"'{DATABASE}', access='public', missing='empty'")),
        show("opened", lookup(f"'{DATABASE}', access='restricted', client_ip='127.0.0.5', missing='open'")),
        show("latest", lookup(f"'{DATABASE}', attribute='client_ip'")),
        show("chosen", lookup(f"'{DATABASE}', access='latching', attribute='id'")),
    )
    assert run.result("public").result["msg"] == {}
    assert run.result("opened").result["msg"]["client_ip"] == "127.0.0.5"
    assert run.result("latest").result["msg"] == "127.0.0.5"
    assert run.result("chosen").result["msg"] == run.result("latching").result["connection"]["id"]


@pytest.mark.one_core
def test_errors_name_the_way_out(lab: Lab) -> None:
    for arguments, expected in (
        ("'not an id'", "service_id='not an id' is not a service id"),
        (f"'{OFFLINE}', missing='open'", f"the device of {OFFLINE} is offline"),
        (f"'{DATABASE}', missing='open', access='restricted'", "access=restricted needs client_ip"),
        (f"'{DATABASE}', missing='open', timeout=-1", "timeout=-1 is not a time"),
    ):
        run = lab.run_tasks(show("error", lookup(arguments)))
        assert run.returncode != 0
        assert expected in run.output.replace("\n", " "), run.output
        assert "Traceback" not in run.output
    assert lab.open_connections() == []
