# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The lookup: the address of an open connection wherever a variable can stand."""

from __future__ import annotations

import time

import pytest
import yaml

from tests.lab.lab import Lab
from tests.lab.world import DATABASE, OFFLINE, OTHER

from .fleet import operations, wait_until_nothing_is_open
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
    assert len({item.result["msg"] for item in run.results}) == 1
    assert operations(lab, "connect") == 1
    wait_until_nothing_is_open(lab)


def test_check_mode_opens_nothing(lab: Lab) -> None:
    run = lab.run_tasks(show("port", lookup(f"'{DATABASE}', missing='open', attribute='port'")), arguments=["--check"])
    assert run.result("port").result["msg"] == ""
    assert lab.cloud.calls() == []


PORT = lookup(f"'{DATABASE}', missing='open', attribute='port'")
STAYS = lookup(f"'{DATABASE}', missing='open', close='never', attribute='port'")


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
        {**show("real", f"item ~ {STAYS}"), "loop": [""], "check_mode": "{{ item }}no"},
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


# -- until when -------------------------------------------------------------------------------------------------------

RECAP = {"ANSIBLE_CALLBACKS_ENABLED": "lab_record,community.remoteit.remoteit_recap"}
PAUSE = {"name": "pause", "ansible.builtin.command": "sleep 8", "changed_when": False}


def test_what_it_opens_is_closed_when_the_run_ends(lab: Lab) -> None:
    """Where the main process knows the collection, ansible-playbook returns when it is closed."""
    run = lab.run_tasks(show("port", PORT), {"name": "fail", "ansible.builtin.fail": {}}, environ=RECAP)
    assert run.returncode == 2, run.output
    assert (operations(lab, "connect"), lab.open_connections(), lab.registry()) == (1, [], [])


def test_what_it_opens_is_closed_soon_after_where_it_is_all_that_a_playbook_uses(lab: Lab) -> None:
    hosts = {f"host{number}": {"ansible_connection": "local"} for number in range(20)}
    inventory = lab.root / "many.yml"
    inventory.write_text(yaml.safe_dump({"many": {"hosts": hosts}}))
    run = lab.run_tasks(
        show("port", PORT), show("again", PORT), hosts="many", arguments=["-i", str(inventory), "--forks", "10"]
    )
    assert run.returncode == 0, run.output
    assert operations(lab, "connect") == 1
    begun = time.monotonic()
    wait_until_nothing_is_open(lab)
    assert time.monotonic() - begun < 5


def test_it_leaves_open_what_is_to_stay(lab: Lab) -> None:
    stays = lookup(f"'{DATABASE}', missing='open', close='never', attribute='port'")
    opened = lab.run_tasks(show("port", stays), environ=RECAP)
    for port in (stays, PORT):
        assert (
            lab.run_tasks(show("port", port), environ=RECAP).result("port").result["msg"]
            == opened.result("port").result["msg"]
        )
    assert (operations(lab, "connect"), len(lab.open_connections())) == (1, 1)
    # what was opened for a run stays when somebody wants that
    run = lab.run_tasks(
        show("close", lookup(f"'{OTHER}', missing='open', attribute='port'")),
        show("stays", lookup(f"'{OTHER}', missing='open', close='never', attribute='port'")),
        environ=RECAP,
    )
    assert run.result("close").result["msg"] == run.result("stays").result["msg"]
    assert len(lab.open_connections()) == 2


@pytest.mark.parametrize("first_ends_first", [True, False])
def test_what_two_runs_use_is_open_until_the_last_of_them_ends(first_ends_first: bool, lab: Lab) -> None:
    short, long = [show("port", PORT), {**PAUSE, "ansible.builtin.command": "sleep 2"}], [show("port", PORT), PAUSE]
    first, second = (short, long) if first_ends_first else (long, short)
    runs = [lab.start([{"hosts": "localhost", "gather_facts": False, "tasks": first}], environ=RECAP)]
    while not lab.open_connections():
        assert runs[0].poll() is None
        time.sleep(0.1)
    runs.append(lab.start([{"hosts": "localhost", "gather_facts": False, "tasks": second}], environ=RECAP))
    early, late = runs if first_ends_first else reversed(runs)
    assert early.wait(30) == 0
    time.sleep(1)
    assert late.poll() is None
    assert len(lab.open_connections()) == 1
    assert late.wait(30) == 0
    assert (operations(lab, "connect"), lab.open_connections()) == (1, [])


def test_what_it_uses_is_not_asked_for_again(lab: Lab) -> None:
    lab.run_tasks(connection("open", DATABASE, close="at_end"), show("port", PORT), show("again", PORT), environ=RECAP)
    assert [call["operation"] for call in lab.cloud.calls()] == ["connect", "query", "stop"]
