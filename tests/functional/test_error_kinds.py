# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a playbook can read of a failure: the same in the controller, from a module, and for each of several services."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import pytest

from tests import documents
from tests.doubles.loopback import Server, reply
from tests.lab.lab import Lab
from tests.lab.world import DATABASE, DISABLED_KEY_ID, OFFLINE, OTHER, SECRET, service_id

from .tasks import CONNECTION, DEVICES, INFO, connection

pytestmark = pytest.mark.one_core

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "docsite" / "rst" / "guide_troubleshooting.rst"
GO_ON = {"ignore_errors": True}
SENT = {"async": 60, "poll": 1}
DISABLED_KEY = {"access_key_id": DISABLED_KEY_ID, "secret_access_key": SECRET}
INACTIVE = ("refused", 200, "service is inactive")

# That of the controller has a test of its own.
KINDS = {"refused", "options", "credentials", "registry", "library", "not_sent", "answer_lost", "out_of_time"}

# The end of the watcher of the runs whose registry is the argument, and of all that could start another one.
KILL_WATCHER = r"""
import os, pathlib, signal, sys
lock = pathlib.Path(os.environ["XDG_RUNTIME_DIR"], f"remoteit-{os.geteuid()}", "lock")
lock.unlink()
lock.mkdir()
for process in pathlib.Path("/proc").glob("[0-9]*"):
    try:
        words = (process / "cmdline").read_bytes().split(b"\0")
        if any(word.endswith(b"/sweeper.py") for word in words) and sys.argv[1].encode() in (process / "environ").read_bytes():
            os.kill(int(process.name), signal.SIGKILL)
    except OSError:
        pass
"""


def failures(broken: Server, registry: Path) -> dict[tuple[str, int | None, str], dict[str, Any]]:
    """For each kind of failure that every way of running a task has: what its ``error`` says, and the task."""
    return {
        INACTIVE: {CONNECTION: {"service_id": OFFLINE}},
        ("refused", 401, "Unauthorized"): {INFO: DISABLED_KEY},
        ("options", None, ""): {CONNECTION: {"service_id": DATABASE, "min_remaining": -1}},
        ("credentials", None, ""): {DEVICES: {"profile": "nobody", "credentials_file": "/no/such/file"}},
        ("registry", None, ""): {CONNECTION: {"service_id": DATABASE, "registry": str(registry)}},
        ("library", None, ""): {INFO: {"registry": "redis://127.0.0.1:1"}},
        ("not_sent", None, ""): {CONNECTION: {"service_id": DATABASE, "rest_url": "http://127.0.0.1:1", "timeout": 1}},
        ("answer_lost", 502, ""): {DEVICES: {"graphql_url": broken.url, "timeout": 1}},
        ("out_of_time", None, ""): {CONNECTION: {"service_id": DATABASE, "timeout": 0.000001}},
    }


def error_of(result: dict[str, Any]) -> tuple[str, int | None, str]:
    """The values of ``error``, which has no others."""
    error = result["error"]
    assert list(error) == ["kind", "status", "reason"]
    return error["kind"], error["status"], error["reason"]


@pytest.mark.parametrize(
    ("keywords", "kinds"),
    [({}, KINDS), (SENT, {"refused", "library"})],
    ids=["in the controller", "as a module"],
)
def test_each_kind_of_failure(lab: Lab, tmp_path: Path, keywords: dict[str, Any], kinds: set[str]) -> None:
    # a library that is found before the real one, and does not work
    (tmp_path / "hiredis.py").write_text("import os\nos.no_such_thing\n")
    registry = tmp_path / "registry"
    registry.mkdir()
    registry.chmod(0o777)
    with Server(reply(502)) as broken:
        expected = {error: task for error, task in failures(broken, registry).items() if error[0] in kinds}
        tasks = [{"name": f"{error}", **task, **GO_ON, **keywords} for error, task in expected.items()]
        run = lab.run_tasks(*tasks, environ={"PYTHONPATH": str(tmp_path)})
    assert [error_of(item.result) for item in run.results] == list(expected)
    assert {error[0] for error in expected} == kinds
    assert all(item.status == "failed" and " " in item.result["msg"] for item in run.results)


def test_what_is_wrong_with_options_is_found_in_more_than_one_place(lab: Lab) -> None:
    wrong: dict[str, dict[str, Any]] = {
        "unsupported": {"serviceid": DATABASE},
        "no choice": {"state": "open", "service_id": DATABASE},
        "required": {},
        "exclusive": {"hostip": "0.0.0.0", "access": "public", "service_id": DATABASE},
        "of no use": {"service_id": DATABASE, "set_host_vars": True},
        "negative": {"service_id": DATABASE, "min_remaining": -1},
    }
    tasks = [{"name": name, CONNECTION: options, **GO_ON} for name, options in wrong.items()]
    # AnsibleModule itself, and the core
    sent = [{**task, **SENT} for task in (tasks[0], tasks[-1])]
    run = lab.run_tasks(*tasks, *sent, {"name": "environment", INFO: {}, "environment": {"A=B": "c"}, **GO_ON})
    assert [error_of(item.result) for item in run.results] == [("options", None, "")] * 9


def test_from_another_host(lab: Lab) -> None:
    """A device that is reached through its own tunnel, and opens one from there."""
    there = {"delegate_to": "pi-kitchen", "environment": lab.environment(), **GO_ON}
    run = lab.run_tasks(
        connection("open", service_id(1, 1), set_host_vars=True),
        connection("refused", OFFLINE, there, set_host_vars=False),
        connection("no such option", DATABASE, there, serviceid=DATABASE),
        hosts="pi-kitchen",
    )
    assert error_of(run.result("refused").result) == INACTIVE
    assert error_of(run.result("no such option").result) == ("options", None, "")


def test_what_the_controller_cannot_keep(lab: Lab) -> None:
    run = lab.run_tasks(
        connection("open", DATABASE, close="at_end"),
        {
            "name": "kill",
            "ansible.builtin.command": {"argv": [sys.executable, "-c", KILL_WATCHER, str(lab.root / "registry")]},
        },
        connection("open another", OTHER, close="at_end"),
    )
    assert error_of(run.result("open another").result) == ("controller", None, "")
    assert "the process that closes connections at the end of the run cannot be used: its socket cannot" in run.output
    Path(lab.environment()["XDG_RUNTIME_DIR"], f"remoteit-{os.geteuid()}", "lock").rmdir()


@pytest.mark.parametrize("keywords", [{}, SENT], ids=["in the controller", "as a module"])
def test_each_of_several_services(lab: Lab, keywords: dict[str, Any]) -> None:
    services = {"services": [DATABASE, OFFLINE, OTHER], "concurrency": 1}
    run = lab.run_tasks(
        {"name": "fail", CONNECTION: services, **GO_ON, **keywords},
        {"name": "go on", CONNECTION: {**services, "on_error": "continue"}, "register": "several", **keywords},
        {
            "name": "those that failed",
            "ansible.builtin.debug": {
                "msg": "{{ several.services | selectattr('error') | map(attribute='error.kind') }}"
            },
        },
    )
    failed, passed_over = run.result("fail").result, run.result("go on").result
    assert error_of(failed) == error_of(failed["services"][1]) == INACTIVE
    assert "error" not in passed_over
    assert [one["error"] is not None for one in failed["services"]] == [False, True, False]
    assert failed["services"][2]["skipped"]
    assert [one["error"] is not None for one in passed_over["services"]] == [False, True, False]
    assert run.result("those that failed").result["msg"] == ["refused"]


# -- what the guide shows ---------------------------------------------------------------------------------------------


def guides_play(name: str) -> str:
    """The play of that name."""
    (found,) = (text for _language, text in documents.blocks(GUIDE) if f"name: {name}\n" in text)
    return found


def test_the_guides_play_goes_on_without_what_is_offline_and_only_then(lab: Lab) -> None:
    play = guides_play("Visit a device that may be offline")
    offline = lab.run(play, "-e", f"offline_service_id={OFFLINE}")
    assert offline.returncode == 0, offline.output
    assert offline.result("Use it").status == "skipped"
    assert offline.result("Tell why there is none").result["msg"] == "service is inactive"
    online = lab.run(play, "-e", f"offline_service_id={DATABASE}")
    assert online.returncode == 0, online.output
    assert [online.result(name).status for name in ("Use it", "Tell why there is none")] == ["ok", "skipped"]
    without_key = lab.run(play, "-e", f"offline_service_id={OFFLINE}", environ={"R3_ACCESS_KEY_ID": DISABLED_KEY_ID})
    assert without_key.returncode != 0
    assert error_of(without_key.result("Open a connection").result)[:2] == ("refused", 401)


def test_the_guides_play_tries_again_what_did_not_reach_remoteit(lab: Lab) -> None:
    play = guides_play("Visit a device that may be offline").replace("delay: 20", "delay: 0")
    play = play.replace("close: at_end", "close: at_end\n        timeout: 1")
    run = lab.run(play, "-e", f"offline_service_id={DATABASE}", environ={"R3_REST_URL": "http://127.0.0.1:1"})
    last = run.result("Open a connection").result
    assert (last["error"]["kind"], last["attempts"]) == ("not_sent", 3)


def test_the_guides_rescue_is_for_one_kind(lab: Lab) -> None:
    play = guides_play("Use one of two services")
    variables = ["-e", f"offline_service_id={OFFLINE} other_service_id={OTHER}"]
    rescued = lab.run(play, *variables)
    assert rescued.returncode == 0, rescued.output
    assert rescued.result("Open a connection to the other").changed
    without_key = lab.run(play, *variables, environ={"R3_ACCESS_KEY_ID": "", "R3_SECRET_ACCESS_KEY": ""})
    assert without_key.returncode != 0
    assert "No remote.it credentials" in without_key.result("Fail for any other reason").result["msg"]
