# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from ansible import context
from ansible.errors import AnsibleError
from ansible.plugins.loader import lookup_loader
from ansible.template import is_trusted_as_template
from ansible.utils.context_objects import CLIArgs

from ansible_collections.community.remoteit.plugins.module_utils._base.clock import Deadline
from ansible_collections.community.remoteit.plugins.module_utils._model.connection import Connection
from ansible_collections.community.remoteit.plugins.module_utils._registry.holding import Holding
from ansible_collections.community.remoteit.plugins.module_utils._registry.registry import Registry
from tests.doubles import material
from tests.doubles.account import Account
from tests.doubles.material import DEVELOPER_KEY, KEY_ID, OTHER_SERVICE, SECRET, SERVICE
from tests.doubles.stopwatch import seconds_taken
from tests.lab.redis_server import RedisServer

NAME = "community.remoteit.remoteit_proxy"


@pytest.fixture
def registry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The registry of the access key in the environment, which is all that a lookup needs."""
    monkeypatch.setenv("R3_ACCESS_KEY_ID", KEY_ID)
    monkeypatch.setenv("R3_SECRET_ACCESS_KEY", SECRET)
    monkeypatch.setenv("R3_DEVELOPER_API_KEY", DEVELOPER_KEY)
    monkeypatch.setenv("REMOTEIT_REGISTRY", str(tmp_path / "registry"))
    return tmp_path / "registry"


def held(age: float = 0.0, **changes: Any) -> Connection:
    """A connection that was opened *age* seconds ago and lives for an hour."""
    now = time.time() - age
    times = {"opened_at": now, "asked_at": now, "verified_at": now, "expires_at": now + 3600}
    return material.connection(**{**times, **changes})


def remember(root: Path, *connections: Connection, **changes: Any) -> None:
    registry = Registry(material.settings(root, **changes), pytest.fail)
    service_id = connections[0].service_id
    with registry.locked(service_id, Deadline(10)) as turn:
        turn.holding = Holding(list(connections))
        turn.save()


def lookup(*terms: Any, **options: Any) -> Any:
    return lookup_loader.get(NAME).run(list(terms), {}, **options)


def refused(*terms: Any, **options: Any) -> str:
    with pytest.raises(AnsibleError) as caught:
        lookup(*terms, **options)
    message = str(caught.value)
    assert SECRET not in message
    return message


# -- what is open -----------------------------------------------------------------------------------------------------


def test_the_whole_connection(registry: Path) -> None:
    connection = held()
    remember(registry, connection)
    (answer,) = lookup(SERVICE)
    expected = connection.as_result(time.time())
    left = answer.pop("expires_in")
    assert answer == {name: value for name, value in expected.items() if name != "expires_in"}
    assert 3500 < left <= 3600


@pytest.mark.parametrize(
    ("attribute", "value"),
    [("host", "proxy18.rt3.io"), ("port", 38575), ("url", "tcp://proxy18.rt3.io:38575"), ("client_ip", None)],
)
def test_one_attribute(attribute: str, value: Any, registry: Path) -> None:
    remember(registry, held())
    assert lookup(SERVICE, attribute=attribute) == [value]


def test_every_value_of_the_result_is_an_attribute_and_nothing_else_is(registry: Path) -> None:
    remember(registry, held())
    (answer,) = lookup(SERVICE)
    for attribute, value in answer.items():
        assert type(lookup(SERVICE, attribute=attribute)[0]) is type(value)
    assert "password" in refused(SERVICE, attribute="password")


def test_what_can_be_no_option_is_refused_each_time() -> None:
    for _again in range(2):
        assert "timeout" in refused(SERVICE, timeout=[1])


def test_a_redis_that_answers_nothing_is_waited_for_as_long_as_is_asked(
    registry: Path, monkeypatch: pytest.MonkeyPatch, redis_server: RedisServer
) -> None:
    monkeypatch.setenv("REMOTEIT_REGISTRY", redis_server.url)
    with redis_server.frozen():
        said: list[str] = []
        assert seconds_taken(2.0, lambda: said.append(refused(SERVICE, timeout=1))) < 2.0
        assert all("the time limit of 1 seconds was over" in one for one in said)


def test_the_same_evaluation_sees_what_has_changed(registry: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    remember(registry, held())
    assert lookup(SERVICE, attribute="port", missing="empty") == [38575]
    monkeypatch.setenv("R3_ACCESS_KEY_ID", "ANOTHERACCESSKEY0001")
    assert lookup(SERVICE, attribute="port", missing="empty") == [""]


def test_the_same_evaluation_sees_another_credentials_file(
    registry: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def write(home: str, key_id: str) -> None:
        file = tmp_path / home / ".remoteit" / "credentials"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"R3_ACCESS_KEY_ID={key_id}\nR3_SECRET_ACCESS_KEY={SECRET}\n")
        # neither its size nor its time tells
        os.utime(file, (0, 0))
        monkeypatch.setenv("HOME", str(tmp_path / home))

    remember(registry, held())
    monkeypatch.delenv("R3_ACCESS_KEY_ID")
    monkeypatch.delenv("R3_SECRET_ACCESS_KEY")
    for home, key_id, answer in (
        ("one", KEY_ID, 38575),
        ("one", "A" * len(KEY_ID), ""),
        ("one", KEY_ID, 38575),
        ("other", "A" * len(KEY_ID), ""),
    ):
        write(home, key_id)
        assert lookup(SERVICE, attribute="port", missing="empty") == [answer]


def test_the_same_evaluation_sees_another_record(registry: Path) -> None:
    for port in (38575, 38576, 38575):
        remember(registry, held(port=port))
        (file,) = registry.glob("*/*.json")
        os.utime(file, (0, 0))
        assert lookup(SERVICE, attribute="port") == [port]


@pytest.mark.parametrize("terms", [(SERVICE, OTHER_SERVICE), ([SERVICE, OTHER_SERVICE],), ([SERVICE], OTHER_SERVICE)])
def test_several_services_in_their_order(terms: Any, registry: Path) -> None:
    remember(registry, held())
    remember(registry, held(service_id=OTHER_SERVICE, port=31181))
    assert lookup(*terms, attribute="port") == [38575, 31181]


def test_a_service_id_in_any_case(registry: Path) -> None:
    remember(registry, held(service_id="8A:00:00:00:01:02:03:04"))
    assert lookup("8a:00:00:00:01:02:03:04", attribute="port") == [38575]


def test_the_newest_that_has_not_expired(registry: Path) -> None:
    remember(registry, held(60, id="OLD"), held(0, id="NEW"), held(7200, id="EXPIRED"))
    assert lookup(SERVICE, attribute="id") == ["NEW"]


def test_only_what_was_asked_for(registry: Path) -> None:
    restricted = held(id="R", access="restricted", client_ip="203.0.113.7")
    remember(registry, restricted, held(id="P", access="public"), held(id="L"))
    for options, expected in (
        ({}, "L"),
        ({"access": "latching"}, "L"),
        ({"access": "public"}, "P"),
        ({"access": "restricted", "client_ip": "203.0.113.7"}, "R"),
    ):
        assert lookup(SERVICE, attribute="id", **options) == [expected]
    assert "no connection" in refused(SERVICE, access="restricted", client_ip="203.0.113.8")


def test_what_another_key_opened_is_not_ours(registry: Path) -> None:
    remember(registry, held(), credentials=material.credentials(key_id="ANOTHER"))
    assert lookup(SERVICE, missing="empty") == [{}]


def test_strings_of_strangers_are_no_templates(registry: Path) -> None:
    remember(registry, held(proxy="http://{{ 7 * 7 }}:1"))
    (answer,) = lookup(SERVICE)
    assert answer["proxy"] == "http://{{ 7 * 7 }}:1"
    assert not any(is_trusted_as_template(value) for value in answer.values())
    assert not is_trusted_as_template(lookup(SERVICE, attribute="proxy")[0])


# -- what is not open -------------------------------------------------------------------------------------------------


def test_nothing_is_open(registry: Path) -> None:
    message = refused(SERVICE)
    assert f"no connection to service {SERVICE} is open" in message
    assert "community.remoteit.remoteit_connection" in message and "missing='open'" in message
    assert lookup(SERVICE, missing="empty") == [{}]
    assert lookup(SERVICE, missing="empty", attribute="host") == [""]
    assert not registry.exists()


def test_it_is_opened_once_when_it_shall_be(registry: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    account = Account()
    account.says["connect"] = {
        "status": "true",
        "connection": {"connectionid": "A", "proxy": "http://proxy18.rt3.io:38575", "expirationsec": "28797"},
    }
    monkeypatch.setenv("R3_REST_URL", account.settings().rest_url)
    monkeypatch.setenv("R3_GRAPHQL_URL", account.settings().graphql_url)
    with account.server:
        assert lookup(SERVICE, missing="open", close="never", attribute="url") == ["tcp://proxy18.rt3.io:38575"]
        assert account.asked.count("connect") == 1
    # from now on nobody is asked
    assert lookup(SERVICE, missing="open", attribute="url") == ["tcp://proxy18.rt3.io:38575"]
    assert lookup(SERVICE, attribute="id") == ["A"]


def test_the_user_is_warned(registry: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    account = Account()
    account.service = None
    account.says["connect"] = {"status": "false", "reason": "[0861]"}
    urls = {"rest_url": account.settings().rest_url, "graphql_url": account.settings().graphql_url}
    remember(registry, held(), **urls)
    (path,) = registry.rglob("*.json")
    path.write_text("nothing that can be read")
    monkeypatch.setenv("R3_REST_URL", urls["rest_url"])
    monkeypatch.setenv("R3_GRAPHQL_URL", urls["graphql_url"])
    with account.server:
        refused(SERVICE, missing="open")
    assert "it was kept as" in " ".join(capfd.readouterr().err.split())


def test_what_cannot_be_opened_says_why(registry: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    account = Account()
    account.service = None
    account.says["connect"] = {"status": "false", "reason": "[0861]"}
    monkeypatch.setenv("R3_REST_URL", account.settings().rest_url)
    monkeypatch.setenv("R3_GRAPHQL_URL", account.settings().graphql_url)
    with account.server:
        assert "is not a service that this access key can see" in refused(SERVICE, missing="open")


def test_outside_of_tasks_the_command_line_says_whether_to_open(
    registry: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(context, "CLIARGS", CLIArgs({"check": True}))
    assert lookup(SERVICE, missing="open", attribute="url") == [""]
    assert not registry.exists()


def test_an_ansible_that_does_not_say_whether_to_open_is_told_of(
    registry: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "ansible._internal._task", None)
    assert "cannot tell with this version of ansible-core" in refused(SERVICE, missing="open")
    assert lookup(SERVICE, missing="empty") == [{}]


# -- what is wrong ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("term", ["", "pi", 7, None, "{{ x }}"])
@pytest.mark.usefixtures("registry")
def test_a_term_that_is_no_service_id(term: Any) -> None:
    assert f"service_id={str(term)!r} is not a service id" in refused(term)


@pytest.mark.usefixtures("registry")
def test_options_that_contradict_each_other() -> None:
    assert "client_ip=203.0.113.7 has no effect" in refused(SERVICE, access="public", client_ip="203.0.113.7")


def test_no_credentials() -> None:
    assert "No remote.it credentials" in refused(SERVICE)


@pytest.mark.usefixtures("registry")
def test_half_a_key() -> None:
    assert "Half an access key" in refused(SERVICE, access_key_id=KEY_ID)


def test_a_registry_that_cannot_be_read(registry: Path) -> None:
    remember(registry, held())
    (path,) = registry.glob("*/*.json")
    path.rename(registry / "elsewhere")
    path.symlink_to(registry / "elsewhere")
    assert "symbolic link" in refused(SERVICE)


# -- what it costs ----------------------------------------------------------------------------------------------------

# Ansible evaluates a lookup again at each use of the variable that it stands in.
SLOW = (
    "requests",
    "urllib3",
    "requests_http_signature",
    "http_message_signatures",
    "cryptography",
    "ssl",
    "http.client",
)

ANSWER_FROM_THE_CORE = f"""
from ansible_collections.community.remoteit.plugins.module_utils._base import errors
from ansible_collections.community.remoteit.plugins.module_utils._model import access, connection
from ansible_collections.community.remoteit.plugins.module_utils._registry.registry import Registry
from ansible_collections.community.remoteit.plugins.module_utils._settings import checks
from ansible_collections.community.remoteit.plugins.module_utils._settings.settings import Settings
settings = Settings.from_options({{}})
(connection,) = Registry(settings, print).read("{SERVICE}").connections
found = connection.host
before = []
"""

ANSWER_FROM_THE_LOOKUP = f"""
from ansible.utils.collection_loader._collection_finder import _AnsibleCollectionFinder
_AnsibleCollectionFinder(paths=[sys.path[0]])._install()
from ansible.plugins.loader import lookup_loader
# what Ansible itself needs for any lookup
lookup_loader.get("ansible.builtin.env").run(["HOME"], {{}})
before = sorted(sys.modules)
(found,) = lookup_loader.get("{NAME}").run(["{SERVICE}"], {{}}, attribute="host")
"""

REPORT = """
at_a_hit = sorted(set(sys.modules) - set(before))
from ansible_collections.community.remoteit.plugins.module_utils._connections import connections
print(json.dumps([found, at_a_hit, sorted(set(sys.modules) - set(before))]))
"""


def answered(code: str) -> tuple[str, set[str], set[str]]:
    """The answer, the modules that were loaded for it, and those that are loaded to open a connection."""
    tree = os.environ["ANSIBLE_COLLECTIONS_PATH"]
    script = f"import sys, json\nsys.path.insert(0, {tree!r})\n{code}{REPORT}"
    done = subprocess.run([sys.executable, "-c", script], check=False, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    found, at_a_hit, to_open = json.loads(done.stdout.splitlines()[-1])
    return found, set(at_a_hit), set(to_open)


def test_the_core_answers_a_hit_without_anything_that_is_slow_to_load(registry: Path) -> None:
    remember(registry, held())
    found, at_a_hit, to_open = answered(ANSWER_FROM_THE_CORE)
    assert found == "proxy18.rt3.io"
    assert not at_a_hit & set(SLOW)
    # Ansible has a share in nothing of this
    assert not any(name.partition(".")[0] == "ansible" for name in at_a_hit)
    # they would be seen
    assert {"requests", "urllib3", "ssl", "http.client"} <= to_open


def test_the_lookup_answers_a_hit_without_anything_that_is_slow_to_load(registry: Path) -> None:
    remember(registry, held())
    found, at_a_hit, to_open = answered(ANSWER_FROM_THE_LOOKUP)
    assert found == "proxy18.rt3.io"
    assert not at_a_hit & set(SLOW)
    ours = {name.rpartition(".module_utils.")[2] for name in at_a_hit if ".remoteit." in name}
    assert "_registry.registry" in ours and not any(name.startswith(("_api", "_connections")) for name in ours)
    assert "requests" in to_open
