# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The inventory: what is listed, how it is called, and how it is reached."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from ansible.errors import AnsibleError
from ansible.plugins.loader import inventory_loader

from ansible_collections.community.remoteit.plugins.module_utils._base.dates import from_iso8601
from tests.lab.world import KEY_ID, SECRET, device, service_id
from tests.simulator.admin_client import AdminClient
from tests.simulator.threaded import ThreadedSimulator

from .fleet_lab import (
    CELLAR,
    GARAGE,
    GARAGE_WEB,
    KITCHEN,
    ORGANISATION,
    PLUGIN,
    Fleet,
    service,
    shared_by_the_neighbour,
    simulator_config,
)
from .tasks import WHO, connection, show

ALL = {"pi-kitchen-ssh", "pi-garage-ssh", "pi-garage-web", "cellar-ssh", "doorbell-ssh"}


def refused(fleet: Fleet, config: dict[str, Any] | str, cloud: AdminClient | None = None, **environ: str) -> str:
    """The error of a configuration that cannot be used."""
    with pytest.raises(AnsibleError) as caught:
        fleet.listed(config, cloud, **environ)
    assert SECRET not in str(caught.value)
    return str(caught.value)


# -- what is listed ---------------------------------------------------------------------------------------------------


def test_services_are_hosts_with_variables_and_groups(fleet: Fleet) -> None:
    content = fleet.show({}).content()
    assert set(content["_meta"]["hostvars"]) == ALL
    groups = {name: set(group["hosts"]) for name, group in content.items() if "hosts" in group}
    assert groups == {
        "remoteit": ALL,
        "remoteit_online": ALL - {"cellar-ssh"},
        "remoteit_offline": {"cellar-ssh"},
        "remoteit_tag_kitchen": {"pi-kitchen-ssh"},
        "remoteit_tag_production": {"pi-kitchen-ssh", "pi-garage-ssh", "pi-garage-web"},
        "remoteit_application_ssh": ALL - {"pi-garage-web"},
        "remoteit_application_http": {"pi-garage-web"},
        "remoteit_platform_linux": {"pi-kitchen-ssh", "pi-garage-ssh", "pi-garage-web"},
        "remoteit_platform_unknown": {"cellar-ssh", "doorbell-ssh"},
    }
    kitchen = content["_meta"]["hostvars"]["pi-kitchen-ssh"]
    assert kitchen["remoteit_service_id"] == KITCHEN
    assert kitchen["remoteit_device_attributes"] == {"site": "north", "rack": 7}
    assert kitchen["remoteit_tags"] == ["kitchen", "production"]


@pytest.mark.one_core
def test_devices_are_hosts_with_their_services_in_a_variable(fleet: Fleet) -> None:
    hosts = fleet.listed({"hosts": "devices", "hostvars_prefix": "r3_", "default_groups": ["state"]}).hosts
    assert set(hosts) == {"pi-kitchen", "pi-garage", "cellar", "doorbell"}
    garage = hosts["pi-garage"]
    assert {name: one["id"] for name, one in garage["r3_services"].items()} == {"ssh": GARAGE, "web": GARAGE_WEB}
    assert (garage["r3_service_id"], garage["ansible_host"]) == (GARAGE, "remoteit-800000000000a201")
    assert not any(name.startswith("remoteit_") for name in garage)


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        ({"application": ["http"]}, {"pi-garage-web"}),
        ({"application": ["ssh"], "state": "offline"}, {"cellar-ssh"}),
        ({"tags": ["kitchen", "production"], "tags_match": "all"}, {"pi-kitchen-ssh"}),
        ({"shared": True}, {"doorbell-ssh"}),
        ({"name": "GARAGE"}, {"pi-garage-ssh", "pi-garage-web"}),
        ({"account": ORGANISATION}, {"acme-gateway-ssh"}),
        ({"include": ["remoteit_port == 80", "'kitchen' in remoteit_tags"]}, {"pi-garage-web", "pi-kitchen-ssh"}),
        ({"exclude": ["remoteit_device_name is match('pi-')", "remoteit_shared"]}, {"cellar-ssh"}),
        (
            {"include": ["remoteit_platform_name == 'Linux'"], "exclude": ["remoteit_application == 7"]},
            {"pi-kitchen-ssh", "pi-garage-ssh"},
        ),
    ],
)
@pytest.mark.one_core
def test_filters(fleet: Fleet, config: dict[str, Any], expected: set[str]) -> None:
    listed = fleet.listed(config)
    assert set(listed.hosts) == expected
    assert listed.warnings == []


@pytest.mark.parametrize(
    ("option", "condition", "left", "why"),
    [
        # What protects a host must not let it in when it fails.
        ("exclude", "remoteit_device_attributes.rack > 9", {"pi-kitchen-ssh"}, "has no attribute 'rack'"),
        ("exclude", "remoteit_device_attributes.site", ALL - ALL, "must have a boolean result"),
        ("exclude", "remoteit_name > 5", ALL - ALL, "'>' not supported between"),
        ("include", "remoteit_device_attributes.rack > 5", {"pi-kitchen-ssh"}, "has no attribute 'rack'"),
    ],
)
def test_a_host_whose_condition_fails_is_left_out_with_a_warning(
    fleet: Fleet, option: str, condition: str, left: set[str], why: str
) -> None:
    config = {option: [condition]}
    listed = fleet.listed(config)
    assert set(listed.hosts) == left
    counts = "true" if option == "exclude" else "false"
    message = f"{option}={condition!r} failed for at least one host, for which it counts as {counts}: "
    assert all(text.startswith(message) for text in listed.warnings)
    assert any(why in text for text in listed.warnings)
    assert message in refused(fleet, {**config, "strict": True})


@pytest.mark.parametrize(
    ("config", "named"),
    [
        ({"exclude": ["remoteit_port =="]}, "exclude='remoteit_port =='"),
        ({"include": ["remoteit_port is no_such_test"]}, "include='remoteit_port is no_such_test'"),
        ({"hostname": ["remoteit_name |", "remoteit_name"]}, "hostname='remoteit_name |'"),
        ({"compose": {"a": "remoteit_name | no_such_filter"}}, "compose='remoteit_name | no_such_filter'"),
        ({"groups": {"protected": "remoteit_port = 22"}}, "groups='remoteit_port = 22'"),
        ({"keyed_groups": [{"key": "(remoteit_tags"}]}, "keyed_groups='(remoteit_tags'"),
    ],
)
def test_an_expression_that_no_host_can_make_right_ends_the_inventory(
    fleet: Fleet, config: dict[str, Any], named: str
) -> None:
    assert refused(fleet, config).startswith(f"{named} cannot be evaluated: Syntax error in expression")


def test_a_condition_as_text_is_not_cut_at_its_commas(fleet: Fleet) -> None:
    listed = fleet.listed({"include": "remoteit_port in [80, 443]"})
    assert (set(listed.hosts), listed.warnings) == ({"pi-garage-web"}, [])


def test_what_expressions_of_groups_and_variables_fail_with_is_told(fleet: Fleet) -> None:
    """A group may protect its hosts as well; only that a host has no such variable is no news."""
    config = {
        "groups": {"protected": "remoteit_device_attributes.site", "new": "remoteit_device_attributes.rack > 5"},
        "compose": {"quotient": "1 / (remoteit_port - 22)"},
        "keyed_groups": [{"key": "remoteit_organisation"}, {"key": "remoteit_device_attributes.rack"}],
    }
    listed = fleet.listed(config)
    assert set(listed.hosts) == ALL
    assert "protected" not in listed.groups and listed.groups["new"] == {"pi-kitchen-ssh"}
    begun = {text.split(" failed for at least one host, which it leaves as it is: ")[0] for text in listed.warnings}
    assert begun == {
        "groups='remoteit_device_attributes.site'",
        "compose='1 / (remoteit_port - 22)'",
        "keyed_groups='remoteit_device_attributes.rack'",
    }


def test_everything_of_constructed(fleet: Fleet) -> None:
    config = {
        "application": ["ssh"],
        "default_groups": [],
        "leading_separator": False,
        "compose": {"place": "remoteit_device_attributes.site ~ '!'", "chosen": "wanted"},
        "groups": {"south": "place == 'south!'"},
        "keyed_groups": [
            {"key": "remoteit_device_attributes.site", "separator": ""},
            {"key": "remoteit_tags", "prefix": "tag", "parent_group": "tagged"},
        ],
        "use_extra_vars": True,
        "hostname": ["wanted ~ '-' ~ remoteit_device_name"],
    }
    content = fleet.show(config, "--list", "-e", "wanted=x").content()
    assert set(content["_meta"]["hostvars"]) == {"x-pi-kitchen", "x-pi-garage", "x-cellar", "x-doorbell"}
    assert content["_meta"]["hostvars"]["x-pi-kitchen"]["place"] == "north!"
    assert content["_meta"]["hostvars"]["x-pi-kitchen"]["chosen"] == "x"
    assert content["south"]["hosts"] == ["x-pi-garage"]
    assert content["north"]["hosts"] == ["x-pi-kitchen"]
    assert set(content["tagged"]["children"]) == {"tag_kitchen", "tag_production"}
    assert not any(name.startswith("remoteit") for name in content)


# -- names ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("hostname", "expected"),
    [
        (["remoteit_device_name"], {"pi-kitchen", "cellar"}),
        (["{{ remoteit_device_name | upper }}.{{ remoteit_service_name }}"], {"PI-KITCHEN.ssh", "CELLAR.ssh"}),
        (["remoteit_device_attributes.site", "remoteit_device_name"], {"north", "cellar"}),
        (["''", "remoteit_no_such_thing"], {"remoteit-800000000000a101", "remoteit-800000000000a301"}),
    ],
)
@pytest.mark.one_core
def test_hostname(fleet: Fleet, hostname: list[str], expected: set[str]) -> None:
    chosen = ["remoteit_device_name in ['pi-kitchen', 'cellar']"]
    listed = fleet.listed({"hostname": hostname, "include": chosen})
    assert set(listed.hosts) == expected
    gives_none = [text for text in listed.warnings if text.startswith("hostname gives no name to at least one host")]
    assert len(gives_none) == len(listed.warnings) == ("''" in hostname)


@pytest.mark.one_core
def test_no_value_of_one_device_ends_the_inventory(fleet: Fleet) -> None:
    """A key may be anything that its owner likes; Ansible itself raises errors for some."""
    values = ["parent", "", 7, True, ["", None], {"a": ""}, 2.5, "kept"]
    devices = [
        shared_by_the_neighbour(number, f"d{number}", service(service_id(number, 1)), attributes={"v": value})
        for number, value in enumerate(values, start=1)
    ]
    keyed = {"key": "remoteit_device_attributes.v", "separator": "", "parent_group": "parent"}
    config = {
        "keyed_groups": [keyed],
        "compose": {"quotient": "1 / (remoteit_device_attributes.v | int)"},
        "groups": {"seven": "remoteit_device_attributes.v > 6"},
        "hostname": ["remoteit_device_attributes.v.x.y", "remoteit_device_name"],
    }
    with ThreadedSimulator(simulator_config(devices)) as cloud:
        listed = fleet.listed(config, cloud)
        assert set(listed.hosts) == {f"d{number}" for number in range(1, len(values) + 1)}
        assert listed.groups["kept"] == {"d8"}
        assert listed.groups["seven"] == {"d3"}
        for begun in ("keyed_groups='remoteit", "compose='1 / (remoteit", "groups='remoteit"):
            assert any(text.startswith(begun) for text in listed.warnings)
        excluding = fleet.listed({**config, "exclude": ["remoteit_device_attributes.v > 100"]}, cloud)
        assert set(excluding.hosts) == {"d3", "d4", "d7"}
        assert "can't add group to itself" in refused(fleet, {"keyed_groups": [keyed], "strict": True}, cloud)


@pytest.mark.one_core
def test_duplicates_get_their_ids_and_a_warning(fleet: Fleet) -> None:
    devices = [device(number, "twin", service(service_id(number, 1))) for number in (1, 2)]
    with ThreadedSimulator(simulator_config([*devices, device(3, "single", service(service_id(3, 1)))])) as cloud:
        listed = fleet.listed({}, cloud)
    assert set(listed.hosts) == {"twin-ssh-8000000000000101", "twin-ssh-8000000000000201", "single-ssh"}
    (warning,) = listed.warnings
    assert warning.startswith("These names of hosts are not unique, so ids were added to them: twin-ssh. Rename")


@pytest.mark.one_core
def test_a_strangers_device_takes_no_name_that_means_something_else(fleet: Fleet) -> None:
    """Not that of a host in another inventory, of a group, of this machine, or of an own device."""
    names = ["pi-kitchen", "pis", "all", "localhost", "remoteit", "mine", "keyed"]
    devices = [
        shared_by_the_neighbour(number, name, service(service_id(number, 1)), tags=["keyed"])
        for number, name in enumerate(names, start=0x11)
    ]
    config = {"hosts": "devices", "keyed_groups": [{"key": "remoteit_tags", "separator": ""}]}
    with ThreadedSimulator(simulator_config([*devices, device(0x50, "mine", service(service_id(0x50, 1)))])) as cloud:
        static = ["-i", str(fleet.lab.inventory)]
        run = fleet.run_tasks(
            config,
            show("hosts", "groups.all"),
            show("kitchen", "hostvars['pi-kitchen'].ansible_ssh_args | default('untouched')"),
            hosts="localhost",
            arguments=static,
            environ=fleet.environment(cloud),
        )
    with_ids = {f"{name}-800000000000{number:02x}00" for number, name in enumerate(names[:-1], start=0x11)}
    assert set(run.result("hosts").result["msg"]) == {*with_ids, "mine", "pi-kitchen", "pi-garage"}
    assert run.result("kitchen").result["msg"] == "untouched"
    assert "Host keyed on a device that neighbour@example.com shares is left out" in run.output


# -- how a host is reached --------------------------------------------------------------------------------------------


def test_on_demand_each_host_is_reached_without_any_further_task(fleet: Fleet) -> None:
    run = fleet.run_tasks({"application": ["ssh"], "name": "pi-"}, WHO)
    assert run.returncode == 0, run.output
    for name in ("pi-kitchen", "pi-garage"):
        assert run.result("who", f"{name}-ssh").result["stdout"] == name
    assert {call["service_id"] for call in fleet.cloud.calls() if call["operation"] == "connect"} == {KITCHEN, GARAGE}


@pytest.mark.one_core
def test_a_device_is_reached_through_its_ssh_service(fleet: Fleet) -> None:
    run = fleet.run_tasks({"hosts": "devices", "name": "garage", "hostname": ["'garage'"]}, WHO)
    assert run.result("who", "garage").result["stdout"] == "pi-garage"


@pytest.mark.one_core
def test_what_cannot_be_reached_is_nobody_even_if_a_machine_has_its_name(fleet: Fleet) -> None:
    """A device called like a machine of the local network must not send a task to that machine."""
    devices = [device(1, "127.0.0.2", service(service_id(1, 1), "web", 7, 80))]
    with ThreadedSimulator(simulator_config(devices)) as cloud:
        run = fleet.run_tasks({"hosts": "devices"}, WHO, environ=fleet.environment(cloud))
        assert run.result("who").status == "unreachable"
        assert "Could not resolve hostname remoteit-8000000000000100" in run.result("who").result["msg"]
        for connect, address in (("open", "remoteit-8000000000000100"), ("none", None)):
            (host,) = fleet.listed({"hosts": "devices", "connect": connect}, cloud).hosts.values()
            assert host.get("ansible_host") == address


@pytest.mark.one_core
def test_the_users_ssh_arguments_are_kept(fleet: Fleet) -> None:
    mine = "-o ControlMaster=auto -o ControlPersist=5s -o LogLevel=ERROR"
    for connect in ("on_demand", "open"):
        hosts = fleet.listed({"connect": connect, "name": "kitchen"}, ANSIBLE_SSH_ARGS=mine).hosts
        arguments = hosts["pi-kitchen-ssh"]["ansible_ssh_args"]
        assert arguments.startswith("-o HostKeyAlias=remoteit-800000000000a101 -o CheckHostIP=no")
        assert arguments.endswith(mine)


@pytest.mark.one_core
def test_on_demand_needs_a_key_that_the_program_finds(fleet: Fleet, tmp_path: Path) -> None:
    config = {"access_key_id": "{{ lookup('env', 'MY_ID') }}", "secret_access_key": "{{ lookup('env', 'MY_SECRET') }}"}
    mine: dict[str, Any] = {"MY_ID": KEY_ID, "MY_SECRET": SECRET}
    elsewhere: dict[str, Any] = {**mine, "R3_ACCESS_KEY_ID": "SOMEBODYELSESKEY0001"}
    assert set(fleet.listed(config, **mine).hosts) == ALL
    message = refused(fleet, config, **elsewhere)
    assert "access_key_id is set, but connect=on_demand lets SSH start a program" in message
    for connect in ("existing", "open", "none"):
        fleet.listed({**config, "connect": connect}, **elsewhere)
    credentials = tmp_path / "credentials"
    credentials.write_text(f"[fleet]\nR3_ACCESS_KEY_ID={KEY_ID}\nR3_SECRET_ACCESS_KEY={SECRET}\n")
    profile = {"profile": "fleet", "credentials_file": str(credentials), "name": "kitchen"}
    run = fleet.run_tasks(profile, WHO, environ={"R3_ACCESS_KEY_ID": "", "R3_SECRET_ACCESS_KEY": ""})
    assert run.result("who").result["stdout"] == "pi-kitchen"


@pytest.mark.one_core
def test_on_demand_needs_other_secrets_where_the_program_finds_them(fleet: Fleet) -> None:
    nothing: dict[str, Any] = {"R3_DEVELOPER_API_KEY": ""}
    assert "api=rest needs a developer key" in refused(fleet, {}, **nothing)
    assert "developer_key is set, but connect=on_demand" in refused(fleet, {"developer_key": "TGFi"}, **nothing)
    assert "registry_password is set, but connect=on_demand" in refused(fleet, {"registry_password": "TGFi"})
    assert set(fleet.listed({"registry_password": "TGFi"}, REMOTEIT_REGISTRY_PASSWORD="TGFi").hosts) == ALL
    assert set(fleet.listed({"application": ["http"]}, **nothing).hosts) == {"pi-garage-web"}
    assert set(fleet.listed({"api": "graphql"}, **nothing).hosts) == ALL


@pytest.mark.one_core
def test_existing_lists_what_is_open_with_its_address(fleet: Fleet) -> None:
    environ = fleet.environment()
    opened = fleet.lab.run_tasks(connection("open", KITCHEN), connection("web", GARAGE_WEB), environ=environ)
    before = len(fleet.cloud.calls())
    hosts = fleet.listed({"connect": "existing"}).hosts
    assert set(hosts) == {"pi-kitchen-ssh", "pi-garage-web"}
    kitchen, web = hosts["pi-kitchen-ssh"], hosts["pi-garage-web"]
    address = opened.result("open").result["connection"]
    assert (kitchen["ansible_host"], kitchen["ansible_port"]) == (address["host"], address["port"])
    assert kitchen["remoteit_connection"]["id"] == address["id"]
    assert web["remoteit_connection"]["url"] == opened.result("web").result["connection"]["url"]
    assert (web["ansible_host"], "ansible_port" in web) == ("remoteit-800000000000a202", False)
    garage = fleet.listed({"connect": "existing", "hosts": "devices"}).hosts["pi-garage"]
    assert garage["remoteit_services"]["web"]["connection"]["host"] == web["remoteit_connection"]["host"]
    assert garage["remoteit_services"]["ssh"]["connection"] is None
    assert {call["operation"] for call in fleet.cloud.calls()[before:]} == {"query"}
    run = fleet.run_tasks({"connect": "existing", "application": ["ssh"]}, WHO)
    assert [(item.host, item.result["stdout"]) for item in run.results] == [("pi-kitchen-ssh", "pi-kitchen")]
    fleet.cloud.close(address["id"])
    # What was opened only seconds ago is believed to be open although remote.it does not list it.
    end = time.monotonic() + 30
    while set(fleet.listed({"connect": "existing"}).hosts) != {"pi-garage-web"}:
        assert time.monotonic() < end
        time.sleep(0.2)


@pytest.mark.one_core
def test_open_opens_what_can_be_opened_and_joins_what_is_open(fleet: Fleet) -> None:
    config = {"connect": "open", "shared": False}
    fleet.cloud.set_fault(
        {"wire": "rest", "operation": "connect", "fault": "refused", "text": "no proxy today", "count": 1}
    )
    listed = fleet.listed({**config, "concurrency": 1})
    hosts = listed.hosts
    assert set(hosts) == ALL - {"doorbell-ssh"}
    (warning,) = listed.warnings
    assert warning.startswith('pi-garage/ssh: remote.it refused device/connect: "no proxy today"')
    assert len(fleet.open_connections()) == 2
    assert hosts["cellar-ssh"]["ansible_host"] == "remoteit-800000000000a301"
    hosts = fleet.listed(config).hosts
    opened = {item["service_id"]: item for item in fleet.open_connections()}
    assert set(opened) == {KITCHEN, GARAGE, GARAGE_WEB}
    assert len(fleet.open_connections()) == 3
    for name, id_ in (("pi-kitchen-ssh", KITCHEN), ("pi-garage-ssh", GARAGE)):
        assert hosts[name]["ansible_port"] == hosts[name]["remoteit_connection"]["port"] == opened[id_]["port"]
    assert CELLAR not in {call["service_id"] for call in fleet.cloud.calls()}
    run = fleet.run_tasks({**config, "application": ["ssh"], "name": "pi-"}, WHO)
    assert {item.result["stdout"] for item in run.results} == {"pi-garage", "pi-kitchen"}


@pytest.mark.one_core
def test_open_is_concurrent_and_has_a_limit(fleet: Fleet) -> None:
    devices = [device(number, f"d{number}", service(service_id(number, 1))) for number in range(1, 9)]
    with ThreadedSimulator(simulator_config(devices, connect_delay=1.0)) as cloud:
        message = refused(fleet, {"connect": "open", "open_limit": 7}, cloud)
        assert "connect=open would open connections to 8 services, and open_limit is 7" in message
        assert cloud.state()["connections"] == []
        assert len(fleet.listed({"connect": "open"}, cloud).hosts) == 8
        begun = [call["time"] for call in cloud.calls() if call["operation"] == "connect"]
    assert len(begun) == 8
    assert from_iso8601(max(begun)) - from_iso8601(min(begun)) < 1.0


@pytest.mark.one_core
def test_access(fleet: Fleet) -> None:
    fleet.listed({"connect": "open", "name": "kitchen", "access": "restricted", "client_ip": "127.0.0.9"})
    assert [item["hostip"] for item in fleet.open_connections()] == ["127.0.0.9"]
    for connect in ("open", "on_demand"):
        assert "access=restricted needs client_ip" in refused(fleet, {"connect": connect, "access": "restricted"})


@pytest.mark.one_core
def test_a_key_from_the_vault(fleet: Fleet, tmp_path: Path) -> None:
    password = tmp_path / "password"
    password.write_text("not much of a secret\n")
    program = Path(sys.executable).with_name("ansible-vault")
    # Not as an argument: another test looks for the secret among those of all processes.
    command = [
        str(program),
        "encrypt_string",
        "--vault-password-file",
        str(password),
        "--stdin-name",
        "secret_access_key",
    ]
    encrypted = subprocess.run(command, input=SECRET, capture_output=True, text=True, check=True).stdout
    config = f"plugin: {PLUGIN}\nconnect: none\naccess_key_id: {KEY_ID}\n{encrypted}"
    nothing = {"R3_ACCESS_KEY_ID": "", "R3_SECRET_ACCESS_KEY": ""}
    listing = fleet.show(config, "--list", "--vault-password-file", str(password), environ=nothing)
    assert set(listing.content()["remoteit"]["hosts"]) == ALL
    assert SECRET not in listing.output + listing.errors


# -- errors -----------------------------------------------------------------------------------------------------------


def test_an_option_encrypted_with_a_password_that_is_not_given_is_named(fleet: Fleet) -> None:
    vault = "!vault |\n  $ANSIBLE_VAULT;1.1;AES256\n  33643566323733373133623334323033\n"
    listing = fleet.show(f"plugin: {PLUGIN}\nsecret_access_key: {vault}")
    assert (
        "secret_access_key cannot be evaluated: Error rendering template: Attempt to use undecryptable"
        in listing.errors
    )
    assert "give the password of its vault." in listing.errors
    assert "Completely failed to parse inventory source" in listing.errors
    assert "Unexpected Exception" not in listing.errors and "Traceback" not in listing.errors


@pytest.mark.one_core
def test_errors_are_one_sentence(fleet: Fleet) -> None:
    for config, environ, expected in (
        ({"stat": "online"}, {}, "stat is not an option of this inventory"),
        ({"application": ["ssssh"]}, {}, "application='ssssh' is no type that remote.it knows"),
        ({"account": "nobody@example.com"}, {}, "nobody@example.com"),
        ({"hostvars_prefix": "my-"}, {}, "hostvars_prefix='my-' cannot begin the name of a variable"),
        ({}, {"R3_SECRET_ACCESS_KEY": "d3Jvbmc="}, "does not accept the access key or its signature"),
        ({}, {"R3_GRAPHQL_URL": "http://127.0.0.1:9/graphql"}, "could not be reached"),
        ({"timeout": 0}, {}, "timeout=0 is not a time"),
        ({"connect": "open", "concurrency": 0}, {}, "concurrency=0 would open nothing"),
        ({}, {"ANSIBLE_SSH_ARGS": "-S /tmp/socket"}, "with -S among the SSH arguments"),
        ({"access_key_id": "{{ no_such_variable }}"}, {}, "no_such_variable"),
        ("plugin: community.remoteit.remoteit\nstate: asleep\n", {}, "state='asleep' is not known: give one of online"),
        ({"tags": "{{ lookup('env', 'NO_SUCH_TAGS') }}"}, {}, "tags is set, but empty"),
        ({"shared": "{{ lookup('env', 'NO_SUCH_WISH') }}"}, {}, "shared is set, but empty"),
        ({"validate_certs": "{{ lookup('env', 'NO_SUCH_WISH') }}"}, {}, "validate_certs='' is not a boolean"),
        ({"hostname": [{"name": "x"}]}, {}, "hostname={'name': 'x'} is not an expression"),
        ({"keyed_groups": "remoteit_tags"}, {}, "keyed_groups='remoteit_tags' is not a list of dictionaries"),
    ):
        assert expected in refused(fleet, config, **environ), config  # type: ignore[arg-type]


@pytest.mark.one_core
def test_the_missing_library_is_named(fleet: Fleet, tmp_path: Path) -> None:
    (tmp_path / "requests.py").write_text("raise ModuleNotFoundError('not here', name='requests')\n")
    listing = fleet.show({}, environ={"PYTHONPATH": str(tmp_path)})
    assert listing.returncode != 0
    assert "Failed to import the required Python library (requests>=2.34.2,<3)" in " ".join(listing.errors.split())
    assert "Traceback" not in listing.errors


@pytest.mark.one_core
def test_other_files_are_left_to_other_plugins(fleet: Fleet) -> None:
    plugin = inventory_loader.get(PLUGIN)
    for name, expected in (
        ("a.remoteit.yml", True),
        ("remoteit.yaml", True),
        ("fleet.yml", False),
        ("remoteit.json", False),
    ):
        path = fleet.write({}, name)
        assert plugin.verify_file(str(path)) is expected
        path.unlink()
    assert plugin.verify_file(str(path)) is False


@pytest.mark.one_core
def test_more_devices_than_a_page_holds(fleet: Fleet) -> None:
    devices = [
        device(0, f"d{number}", id=f"80:00:00:00:01:{number >> 8:02X}:{number & 255:02X}:00", owner="owner@example.com")
        | {"services": [service(f"80:00:00:00:01:{number >> 8:02X}:{number & 255:02X}:01")]}
        for number in range(1100)
    ]
    with ThreadedSimulator(simulator_config(devices)) as cloud:
        hosts = fleet.listed({}, cloud).hosts
        assert len(cloud.calls()) == 2
    assert len(hosts) == 1100
    assert hosts["d1099-ssh"]["remoteit_service_id"] == "80:00:00:00:01:04:4B:01"


@pytest.mark.one_core
@pytest.mark.parametrize("connect", ["open", "existing"])
def test_a_registry_that_cannot_be_used_is_told_once_and_nothing_is_opened(fleet: Fleet, connect: str) -> None:
    message = refused(fleet, {"connect": connect, "registry": "redis://127.0.0.1:1/0"})
    assert message.count("The registry redis://127.0.0.1:1/0 cannot be used") == 1
    assert message.endswith("start or mend it, or set registry to another one.")
    assert fleet.open_connections() == []
