# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Bad input and refusals: one sentence that names the option and the way out, nothing half done, no traceback."""

from __future__ import annotations

import re
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.lab.lab import Lab
from tests.lab.playbook import Run
from tests.lab.world import (
    DATABASE,
    DEVELOPER_KEY,
    DISABLED,
    DISABLED_KEY_ID,
    KEY_ID,
    OFFLINE,
    OTHER,
    SECRET,
    UNKNOWN,
    VIEW_ONLY,
    service_id,
)
from tests.simulator.threaded import ThreadedSimulator

from .tasks import CONNECTION, connection, info

pytestmark = pytest.mark.one_core

# Written out, it would stand in the lines of the playbook that Ansible shows beside an error.
FROM_ENVIRONMENT = "{{ lookup('env', 'R3_SECRET_ACCESS_KEY') }}"
NO_KEYS = {"R3_ACCESS_KEY_ID": "", "R3_SECRET_ACCESS_KEY": "", "R3_DEVELOPER_API_KEY": ""}


@dataclass
class Case:
    """Options and environment that cannot work, and what the message must say."""

    expected: str
    options: dict[str, Any] = field(default_factory=dict)
    environ: dict[str, str] = field(default_factory=dict)
    credentials: str | None = None

    def __str__(self) -> str:
        return self.expected[:60]

    def name(self) -> str:
        """The name of the task, by which its result is found."""
        shown = {key: value for key, value in self.options.items() if key != "secret_access_key"}
        return f"{self.expected} {shown}"

    def task(self, **more: Any) -> dict[str, Any]:
        """The task, named by what is expected of it."""
        options = {"service_id": DATABASE, **self.options, **more}
        given = {option: value for option, value in options.items() if value is not None}
        return {"name": self.name(), CONNECTION: given, "ignore_errors": True}


UNQUOTED = yaml.safe_load(service_id(1, 1))
QUOTES = f'write "{service_id(1, 1)}", with the quotes'

OPTION_CASES = [
    Case("service_id='kitchen' is not a service id: it seems to be a name", {"service_id": "kitchen"}),
    Case("item 1 of services: service_id='ssh' is not a service id", {"services": ["ssh"], "service_id": None}),
    Case(QUOTES, {"service_id": UNQUOTED}),
    Case(QUOTES, {"services": [UNQUOTED], "service_id": None}),
    Case(QUOTES, {"services": [{"service_id": UNQUOTED}], "service_id": None}),
    Case("is the id of a service or device, not of a connection", {"connection_id": DATABASE, "state": "absent"}),
    Case("service_id='80:00:00:00:01:02:03' is not a service id", {"service_id": "80:00:00:00:01:02:03"}),
    Case("one of the following is required: service_id, device, device_tag", {"service_id": None}),
    Case("value of state must be one of: present, absent, got: open", {"state": "open"}),
    Case("access=restricted needs client_ip", {"access": "restricted"}),
    Case("client_ip='office' is not an IP address: give one IPv4", {"access": "restricted", "client_ip": "office"}),
    Case("give one address, not a network", {"access": "restricted", "client_ip": "203.0.113.0/24"}),
    Case(
        "is an IPv6 address, but remote.it's proxies serve IPv4", {"access": "restricted", "client_ip": "2001:db8::1"}
    ),
    Case("is not the address of a client", {"access": "restricted", "client_ip": "0.0.0.0"}),
    Case("client_ip=203.0.113.7 has no effect with access=latching", {"client_ip": "203.0.113.7"}),
    Case("parameters are mutually exclusive: hostip|access", {"hostip": "0.0.0.0", "access": "public"}),
    Case("hostip='everyone' is not an IP address", {"hostip": "everyone"}),
    Case("connection_id names a connection to close: set state=absent", {"connection_id": "0"}),
    Case("connection_id='-oProxyCommand=x' is not the id", {"connection_id": "-oProxyCommand=x", "state": "absent"}),
    Case("timeout=0 is not a time", {"timeout": 0}),
    Case("request_timeout=-1 is not a time", {"request_timeout": -1}),
    Case("min_remaining=-1 is negative", {"min_remaining": -1}),
    Case("verify_after=-5 is negative", {"verify_after": -5}),
    Case("rest_url='http://api.example.com/apv/v27' is not https", {"rest_url": "http://api.example.com/apv/v27"}),
    Case("graphql_url='ftp://x' must be a URL such as", {"graphql_url": "ftp://x"}),
    Case("rest_url='https://user@example.com' must be a URL", {"rest_url": "https://user@example.com"}),
    Case("ca_path=/no/such/file.pem does not exist", {"ca_path": "/no/such/file.pem"}),
    Case("Unsupported parameters", {"serviceid": DATABASE}),
]

CREDENTIAL_CASES = [
    Case("No remote.it credentials: set access_key_id and secret_access_key", environ=NO_KEYS),
    Case("Half an access key: environment variable R3_ACCESS_KEY_ID is set", environ={"R3_SECRET_ACCESS_KEY": ""}),
    Case("Half an access key: option secret_access_key is set", {"secret_access_key": FROM_ENVIRONMENT}),
    Case("Profile 'site' is not in", {"profile": "site"}, credentials="[home]\n[garden]\n"),
    Case("profiles there: garden, home.", {"profile": "site"}, credentials="[home]\n[garden]\n"),
    Case("line 2: expected NAME=VALUE or [profile].", {"profile": "x"}, credentials="[x]\nvery secret words\n"),
    Case("profile x of", {"profile": "x"}, credentials="[x]\nname = value\n"),
    Case("has neither R3_ACCESS_KEY_ID nor", {"profile": "x"}, credentials="[x]\nname = value\n"),
    Case("/no/such/file does not exist", {"profile": "x", "credentials_file": "/no/such/file"}),
    Case("cannot be read: Is a directory", {"profile": "x", "credentials_file": "/"}),
    Case("is not base64: copy it again", environ={"R3_SECRET_ACCESS_KEY": "not*base64"}),
    Case("api=rest needs a developer key", environ={"R3_DEVELOPER_API_KEY": ""}),
    Case("The access key id contains a space, a quote", environ={"R3_ACCESS_KEY_ID": 'a"b'}),
]

ENVIRONMENTS = [dict(items) for items in dict.fromkeys(tuple(case.environ.items()) for case in CREDENTIAL_CASES)]

CABINET = service_id(0x90, 0)
IS_DEVICE = (
    f"service_id={CABINET} is the id of the device cabinet, not of a service; give the id of a service of it: service"
)

WRONG_KEY = "does not accept the access key or its signature"
REFUSED_CASES = [
    Case(f"service_id={UNKNOWN} is not a service that this access key can see", {"service_id": UNKNOWN}),
    Case(IS_DEVICE, {"service_id": CABINET}),
    Case(IS_DEVICE, {"service_id": CABINET, "state": "absent"}),
    Case(IS_DEVICE, {"service_id": CABINET, "state": "absent", "connection_id": "A"}),
    Case(IS_DEVICE, {"services": [CABINET], "service_id": None, "state": "absent"}),
    Case(f"device='{CABINET}' is an id, not a name: set service_id", {"device": CABINET, "service_id": None}),
    Case(f"service='{DATABASE}' is an id, not a name", {"device": "cabinet", "service": DATABASE, "service_id": None}),
    Case(f"the device of {OFFLINE} is offline", {"service_id": OFFLINE}),
    Case(f"the service {DISABLED} is disabled", {"service_id": DISABLED}),
    Case("this access key may see, but not connect to", {"service_id": VIEW_ONLY}),
    Case(WRONG_KEY, {"access_key_id": "NOSUCHKEY00000000001", "secret_access_key": FROM_ENVIRONMENT}),
    Case(WRONG_KEY, {"access_key_id": DISABLED_KEY_ID, "secret_access_key": FROM_ENVIRONMENT}),
    Case(WRONG_KEY, {"signature": "cavage", "access_key_id": KEY_ID, "secret_access_key": "AAAABBBBCCCC"}),
    Case(WRONG_KEY, {"access_key_id": KEY_ID, "secret_access_key": "AAAABBBBCCCC"}),
]


def check(lab: Lab, run: Run, *cases: Case) -> None:
    """What every failure has in common."""
    for case in cases:
        result = run.result(case.name())
        assert result.status == "failed"
        assert case.expected in result.result["msg"]
        assert len(result.result["msg"]) < 600
    assert "Traceback" not in run.output
    for secret in (SECRET, DEVELOPER_KEY, "very secret words"):
        assert secret not in run.output
    assert lab.open_connections() == []


def test_options(lab: Lab) -> None:
    run = lab.run_tasks(*(case.task() for case in OPTION_CASES))
    check(lab, run, *OPTION_CASES)
    assert lab.cloud.calls() == []


@pytest.mark.parametrize("environ", ENVIRONMENTS, ids=str)
def test_credentials(lab: Lab, environ: dict[str, str], tmp_path: Path) -> None:
    cases = [case for case in CREDENTIAL_CASES if case.environ == environ]
    tasks = []
    for number, case in enumerate(cases):
        file = tmp_path / f"credentials {number}"
        if case.credentials is not None:
            file.write_text(case.credentials)
        tasks.append(case.task(**({} if case.credentials is None else {"credentials_file": str(file)})))
    check(lab, lab.run_tasks(*tasks, environ={"HOME": str(tmp_path), **environ}), *cases)
    assert lab.cloud.calls() == []


@pytest.mark.parametrize("api", ["rest", "graphql"])
def test_refusals(lab: Lab, api: str) -> None:
    check(lab, lab.run_tasks(*(case.task(api=api) for case in REFUSED_CASES)), *REFUSED_CASES)


def test_a_list_of_what_is_open_on_a_device_is_not_empty_but_refused(lab: Lab) -> None:
    run = lab.run_tasks(info("list", service_id=CABINET))
    assert IS_DEVICE in run.output.replace("\n", " ")
    assert run.result("list").status == "failed"


def test_a_wrong_key_is_named_in_whatever_form_it_is_refused(lab: Lab) -> None:
    with ExitStack() as stack:
        tasks = []
        for form in ("json", "forbidden", "text"):
            cloud = stack.enter_context(ThreadedSimulator(lab.simulator_config(auth_failure=form)))
            for api in ("rest", "graphql"):
                options = {"api": api, "rest_url": cloud.rest_url, "graphql_url": cloud.graphql_url}
                tasks.append(connection(f"{form} {api}", DATABASE, {"ignore_errors": True}, **options))
        run = lab.run_tasks(*tasks, environ={"R3_ACCESS_KEY_ID": "NOSUCHKEY00000000001"})
    assert len(run.results) == len(tasks)
    for item in run.results:
        assert "does not accept the access key or its signature (HTTP 40" in item.result["msg"]


def test_a_wrong_developer_key_says_so(lab: Lab) -> None:
    run = lab.run_tasks(connection("task", DATABASE), environ={"R3_DEVELOPER_API_KEY": "bm9ib2R5cyBrZXk="})
    assert "api key failed validation" in run.result("task").result["msg"]
    assert "developer key" in run.result("task").result["msg"]


def test_the_connection_id_of_another_service_is_refused(lab: Lab) -> None:
    tasks, there = [], "{{ there.connection.id }}"
    for api in ("rest", "graphql"):
        tasks.append(connection(f"open {api}", OTHER, {"register": "there"}, api=api))
        for registry in (lab.root / "registry", lab.root / "empty registry"):
            options = {"api": api, "state": "absent", "connection_id": there, "registry": str(registry)}
            tasks.append(connection(f"{api} {registry.name}", DATABASE, {"ignore_errors": True}, **options))
        tasks.append(connection(f"close {api}", OTHER, api=api, state="absent"))
    run = lab.run_tasks(*tasks)
    for api in ("rest", "graphql"):
        opened = run.result(f"open {api}").result["connection"]["id"]
        assert run.result(f"close {api}").result["closed"] == [opened]
        for name in ("registry", "empty registry"):
            assert run.result(f"{api} {name}").result["msg"] == (
                f"connection_id={opened} belongs to service {OTHER}, not to service_id={DATABASE}: correct one of them."
            )


def test_a_wrong_clock_is_corrected_once_and_named(lab: Lab) -> None:
    offsets = {-3600: "ahead of", 3600: "behind"}
    with ExitStack() as stack:
        clouds = {
            offset: stack.enter_context(ThreadedSimulator(lab.simulator_config(clock_offset=offset)))
            for offset in offsets
        }
        tasks = []
        for offset, cloud in clouds.items():
            for api in ("rest", "graphql"):
                where: dict[str, Any] = {"api": api, "rest_url": cloud.rest_url, "graphql_url": cloud.graphql_url}
                tasks += [
                    connection(f"open {offset}", DATABASE, **where),
                    connection(f"check {offset}", DATABASE, verify_after=0, **where),
                    connection(f"close {offset}", DATABASE, state="absent", **where),
                ]
        run = lab.run_tasks(*tasks)
        assert [item.changed for item in run.results] == [True, False, True] * 4, run.output
        for direction in offsets.values():
            assert re.search(f"(3599|360[01]) seconds {direction} remote.it's", run.output.replace("\n", " "))
        assert [cloud.state()["connections"] for cloud in clouds.values()] == [[], []]


def test_a_registry_that_others_may_change_is_refused(lab: Lab) -> None:
    registry = lab.root / "open registry"
    registry.mkdir(mode=0o755)
    registry.chmod(0o755)
    run = lab.run_tasks(connection("task", DATABASE, registry=str(registry)))
    assert run.result("task").result["msg"].endswith(f"is open to other users; run: chmod 700 {registry}")
    assert lab.cloud.calls() == []


def test_the_key_of_a_profile_is_used(lab: Lab, tmp_path: Path) -> None:
    credentials = tmp_path / "credentials"
    credentials.write_text(
        f"# my keys\n[DEFAULT]\nR3_ACCESS_KEY_ID={KEY_ID}\nR3_SECRET_ACCESS_KEY={SECRET}\n"
        f"R3_DEVELOPER_API_KEY={DEVELOPER_KEY}\n[broken]\nR3_ACCESS_KEY_ID=x\n"
    )
    environ = {**NO_KEYS, "R3_CREDENTIALS_FILE": str(credentials)}
    run = lab.run_tasks(
        connection("open", DATABASE),
        connection("close", DATABASE, state="absent", profile="Default"),
        connection("broken", DATABASE, profile="broken"),
        environ=environ,
    )
    assert [item.changed for item in run.results[:2]] == [True, True], run.output
    assert "Half an access key: R3_ACCESS_KEY_ID in profile broken" in run.result("broken").result["msg"]
