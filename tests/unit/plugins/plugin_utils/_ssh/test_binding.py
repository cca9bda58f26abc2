# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What ssh itself makes of the variables, when Ansible's own ssh plugin builds its command line from them."""

from __future__ import annotations

import shlex
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from ansible.playbook.play_context import PlayContext
from ansible.plugins.loader import connection_loader

from ansible_collections.community.remoteit.plugins.module_utils._base.errors import OptionError
from ansible_collections.community.remoteit.plugins.module_utils._model.ids import host_key_alias
from ansible_collections.community.remoteit.plugins.plugin_utils._ssh.binding import (
    SSH_OPTIONS,
    bound_to,
    check_kept,
    has_socket,
    is_quiet,
)
from tests.doubles.material import OTHER_SERVICE, SERVICE

pytestmark = pytest.mark.slow

ALIAS = host_key_alias(SERVICE)
OTHER_ALIAS = host_key_alias(OTHER_SERVICE)
# the default of Ansible's ssh plugin
STOCK = "-C -o ControlMaster=auto -o ControlPersist=60s"

Variables = dict[str, Any]


def user(**options: str) -> Variables:
    """Variables as a user sets them."""
    return {f"ansible_{name}": value for name, value in options.items()}


def bound(variables: Mapping[str, Any], alias: str = ALIAS, proxy_command: str | None = None) -> Variables:
    """The user's variables, and over them those that bind ssh to *alias*."""
    options = {name: variables.get(f"ansible_{name}") for name in SSH_OPTIONS}
    if options["ssh_args"] is None:
        options["ssh_args"] = STOCK
    return {**variables, **bound_to(alias, options, proxy_command)}


def command(variables: Mapping[str, Any], home: Path, program: str = "ssh") -> list[str]:
    """The command line that Ansible's ssh plugin builds for a host with these variables."""
    plugin = connection_loader.get("ssh", PlayContext(), "/dev/null")
    directory = {"ansible_control_path_dir": str(home / "cp"), "ansible_host": "127.0.0.1", "ansible_port": 38575}
    plugin.set_options(var_options={**directory, **variables})
    plugin.host, plugin.port, plugin.user = plugin.get_option("host"), plugin.get_option("port"), "pi"
    built: list[bytes] = plugin._build_command(program, program, plugin.host.encode())
    return [word.decode() for word in built]


def told(variables: Mapping[str, Any], home: Path, config: str = "") -> dict[str, str]:
    """What ssh -G says that it would do, beside a configuration file of the user."""
    (home / "ssh_config").write_text(config)
    words = command(variables, home)
    words[1:1] = ["-G", "-F", str(home / "ssh_config")]
    done = subprocess.run(words, capture_output=True, text=True, timeout=30, stdin=subprocess.DEVNULL, check=False)
    assert done.returncode == 0, done.stderr
    pairs = [line.partition(" ") for line in done.stdout.splitlines()]
    return {name: value for name, _space, value in pairs}


def assert_ours(said: Mapping[str, str], alias: str = ALIAS) -> None:
    assert said["hostkeyalias"] == alias
    assert said["checkhostip"] == "no"
    control_path = said.get("controlpath", "none")
    assert control_path == "none" or service_of(control_path) == alias.removeprefix("remoteit-"), control_path


def service_of(control_path: str) -> str:
    """The id of the service, in hex, that the end of a control socket's path stands for."""
    return f"{int(control_path.rpartition('+')[2], 36) ^ 1 << 63:016x}"


USERS: dict[str, Variables] = {
    "nothing": {},
    "empty": user(ssh_args=""),
    "no control socket": user(ssh_args="-C"),
    "persist": user(ssh_args="-o ControlMaster=auto -o ControlPersist=1h"),
    "persist in one word": user(ssh_args="-oControlMaster=auto -oControlPersist=1h"),
    "persist in common": user(ssh_args="-C", ssh_common_args="-o ControlMaster=auto -o ControlPersist=5m"),
    "jump": user(ssh_common_args="-o ProxyJump=gate.example -o User=other"),
    "host key alias": user(ssh_args=f"-o HostKeyAlias=mine {STOCK}"),
    "host key alias in common": user(ssh_common_args="-o HostKeyAlias=mine -o CheckHostIP=yes"),
    "host key alias in extra": user(ssh_extra_args="-oHostKeyAlias=mine"),
    "path": user(ssh_args=f"{STOCK} -o ControlPath=/tmp/cm-%r"),
    "path first": user(ssh_args=f"-o ControlPath=/tmp/cm-%r {STOCK}"),
    "path in one word": user(ssh_args=f"{STOCK} -oControlPath=/tmp/cm-%r"),
    "path in any case": user(ssh_args=f"{STOCK} -o controlpath=/tmp/cm-%r"),
    "path after a space": user(ssh_args=f"{STOCK} -o 'ControlPath /tmp/cm-%r'"),
    "path in one word after a space": user(ssh_args=f"{STOCK} '-oControlPath /tmp/cm-%r'"),
    "path with spaces around": user(ssh_args=f"{STOCK} -o 'ControlPath = /tmp/cm-%r'"),
    "path in quotes": user(ssh_args=f"{STOCK} -o 'ControlPath=\"/tmp/cm-%r\"'"),
    "path with a space": user(ssh_args=f"{STOCK} -o 'ControlPath=\"/tmp/c m-%r\"'"),
    "path at home": user(ssh_args=f"{STOCK} -o ControlPath=~/.ssh/cm-%r"),
    "path in common": user(ssh_common_args="-o ControlPath=/tmp/cm-%r"),
    "path in extra": user(ssh_extra_args="-o ControlPath=/tmp/cm-%r"),
    "path without persist": user(ssh_args="-o ControlPath=/tmp/cm-%r"),
    "two paths": user(ssh_args=f"{STOCK} -o ControlPath=/tmp/first", ssh_common_args="-o ControlPath=/tmp/second"),
    "path with an apostrophe": user(ssh_args=shlex.join([*STOCK.split(), "-o", 'ControlPath="/tmp/it\'s-%r"'])),
    "path none": user(ssh_args=f"{STOCK} -o ControlPath=none"),
    "path None": user(ssh_args=f"{STOCK} -o ControlPath=None"),
    "S none": user(ssh_args=f"{STOCK} -S none"),
    "control_path": user(control_path="%(directory)s/mine-%%r"),
    "control_path by host": user(control_path="%(directory)s/%%h-%%p-%%r"),
    "control_path elsewhere": user(control_path="/tmp/cm-%%C"),
}


# ssh takes the last -S, and rather than -o ControlPath: ours could not win.
REFUSED: dict[str, Variables] = {
    "S": user(ssh_args=f"{STOCK} -S /tmp/cm-%r"),
    "S in one word": user(ssh_args=f"{STOCK} -S/tmp/cm-%r"),
    "S in common": user(ssh_common_args="-S /tmp/cm-%r"),
    "S without persist": user(ssh_args="-S /tmp/cm-%r"),
    "S after other letters": user(ssh_args=f"{STOCK} -4S /tmp/cm-%r"),
    "S and a path": user(ssh_args=f"{STOCK} -o ControlPath=/tmp/first -S /tmp/second"),
}


@pytest.mark.parametrize("variables", REFUSED.values(), ids=REFUSED)
def test_a_socket_that_would_win_over_ours_is_refused(variables: Variables) -> None:
    with pytest.raises(OptionError, match="write -o ControlPath= instead"):
        bound(variables)


WAYS: dict[str, Variables] = {
    "jump": user(ssh_args=f"{STOCK} -o ProxyJump=gate"),
    "jump in one word": user(ssh_args="-oproxyjump=gate"),
    "jump in common": user(ssh_common_args="-o ProxyJump=gate.example -o User=other"),
    "jump in extra": user(ssh_extra_args="-o 'ProxyJump gate'"),
    "jump in quotes": user(ssh_common_args="-o '\"ProxyJump\" = gate'"),
    "jump of sftp": user(sftp_extra_args="-o ProxyJump=gate"),
    "J": user(ssh_common_args="-J gate"),
    "J in one word": user(ssh_args=f"{STOCK} -Jgate"),
    "J after other letters": user(ssh_extra_args="-4AJ gate"),
    "J of scp": user(scp_extra_args="-J gate"),
    "command": user(ssh_common_args="-o ProxyCommand='ssh -W %h:%p gate'"),
    "command after none": user(ssh_args="-o ProxyCommand=none", ssh_common_args="-oProxyCommand='nc %h %p'"),
}


@pytest.mark.parametrize("variables", WAYS.values(), ids=WAYS)
def test_another_way_is_refused_on_demand_and_kept_through_a_connection(variables: Variables, home: Path) -> None:
    """ssh itself would say nothing, or for -J something that leads nowhere."""
    options = {name: variables.get(f"ansible_{name}") for name in SSH_OPTIONS}
    with pytest.raises(OptionError, match="cannot be kept with connect=on_demand"):
        check_kept(options, on_demand=True)
    check_kept(options)
    before, after = told(variables, home), told(bound(variables), home)
    assert [after.get(name) for name in ("proxyjump", "proxycommand")] == [
        before.get(name) for name in ("proxyjump", "proxycommand")
    ]


@pytest.mark.parametrize(
    "variables",
    [
        user(ssh_args=f"{STOCK} -o ProxyJump=none -o ProxyCommand=none"),
        user(ssh_common_args="-o User=ProxyJump -b ProxyJump=gate -i -J"),
        user(sftp_extra_args="-s -J", scp_extra_args="-S /usr/bin/ssh"),
    ],
)
def test_what_only_looks_like_another_way_is_not_refused(variables: Variables) -> None:
    check_kept({name: variables.get(f"ansible_{name}") for name in SSH_OPTIONS}, on_demand=True)


@pytest.mark.parametrize("path", ["/tmp/x #c", "/tmp/a b", "'/tmp/a b'", '"/tmp/x" y', '"/tmp/x', 'a"b'])
def test_a_path_whose_end_ssh_might_see_elsewhere_is_refused(path: str) -> None:
    with pytest.raises(OptionError, match="is not one path: write it in double quotes"):
        bound(user(ssh_args=shlex.join(["-o", f"ControlPath={path}"])))


@pytest.mark.parametrize("program", ["sftp", "scp"])
def test_a_socket_of_file_transfers_is_the_services_too(program: str, home: Path) -> None:
    """Where only its arguments have a path, Ansible gives it none of ours."""
    variables = bound(user(**{f"{program}_extra_args": "-o ControlPath=/tmp/cm-%r"}))
    words = command(variables, home, program)
    paths = [word for word in words if word.startswith("ControlPath=")]
    assert paths[0] == "ControlPath=/tmp/cm-%r+a2f44"
    assert_ours(told(variables, home))


@pytest.mark.parametrize("variables", USERS.values(), ids=USERS)
def test_the_host_key_and_the_control_socket_are_the_services(variables: Variables, home: Path) -> None:
    assert_ours(told(bound(variables), home))


@pytest.mark.parametrize("variables", USERS.values(), ids=USERS)
def test_a_configuration_file_does_not_change_that(variables: Variables, home: Path) -> None:
    config = "Host *\n  HostKeyAlias other\n  CheckHostIP yes\n  ControlMaster auto\n  ControlPath /tmp/cm-%h-%p\n"
    assert_ours(told(bound(variables), home, config))


@pytest.mark.parametrize("variables", USERS.values(), ids=USERS)
def test_what_the_user_set_otherwise_still_holds(variables: Variables, home: Path) -> None:
    before, after = told(variables, home), told(bound(variables), home)
    ours = ("hostkeyalias", "checkhostip", "controlpath")
    assert {k: v for k, v in after.items() if k not in ours} == {k: v for k, v in before.items() if k not in ours}
    # a socket where the user wants one, and none where not
    if before.get("controlpath", "none").lower() == "none":
        assert after.get("controlpath", "none").lower() == "none"


@pytest.mark.parametrize("name", [name for name in USERS if "none" not in name.lower() and "two" not in name])
def test_the_users_place_for_sockets_stays(name: str, home: Path) -> None:
    before, after = told(USERS[name], home), told(bound(USERS[name]), home)
    if "controlpath" not in before:
        return
    directory, _slash, _file = before["controlpath"].rpartition("/")
    assert after["controlpath"].startswith(f"{directory}/")


@pytest.mark.parametrize("variables", USERS.values(), ids=USERS)
def test_binding_twice_is_binding_once(variables: Variables) -> None:
    once = bound(variables)
    assert bound(once) == once
    assert bound(bound(once)) == once


@pytest.mark.parametrize("variables", USERS.values(), ids=USERS)
def test_another_service_takes_the_place_of_the_first(variables: Variables, home: Path) -> None:
    again = bound(bound(variables), OTHER_ALIAS)
    assert again == bound(variables, OTHER_ALIAS)
    assert_ours(told(again, home), OTHER_ALIAS)
    assert not any(ALIAS in word for word in command(again, home))


PROXY_COMMANDS = [None, "nc %h %p", "/opt/my python/python '/it'\"'\"'s' --profile '100%%' -o x", "'", "'\"'\"'"]


@pytest.mark.parametrize("name", ["nothing", "empty", "no control socket", "path", "path with a space", "control_path"])
@pytest.mark.parametrize("first", PROXY_COMMANDS)
@pytest.mark.parametrize("second", PROXY_COMMANDS)
def test_another_way_takes_the_place_of_the_first(name: str, first: str | None, second: str | None) -> None:
    variables = USERS[name]
    again = bound(bound(variables, OTHER_ALIAS, first), ALIAS, second)
    assert again == bound(variables, ALIAS, second)


@pytest.mark.parametrize("name", ["nothing", "empty", "path with a space", "control_path"])
def test_the_way_is_ours_whatever_a_configuration_file_has(name: str, home: Path) -> None:
    config = "Host *\n  ProxyCommand none\n  ProxyUseFdpass no\n  ProxyJump gate\n  HostKeyAlias mine\n  HostName one\n"
    said = told({**bound(USERS[name], ALIAS, "ours %%h"), "ansible_host": ALIAS}, home, config)
    assert said["proxycommand"] == "ours %%h"
    assert "proxyjump" not in said
    assert said["proxyusefdpass"] == "yes"
    assert said["hostkeyalias"] == said["hostname"] == ALIAS


@pytest.mark.parametrize("variables", USERS.values(), ids=USERS)
def test_on_demand_each_service_has_a_socket_of_its_own(variables: Variables, home: Path) -> None:
    paths = [
        told({**bound(variables, alias, "ours"), "ansible_host": alias}, home).get("controlpath", "none")
        for alias in (ALIAS, OTHER_ALIAS)
    ]
    assert paths[0] != paths[1] or paths[0].lower() == "none"


def test_on_demand_an_address_of_the_users_own_leads_to_no_other_socket(home: Path) -> None:
    variables = {**bound({}, ALIAS, "ours"), "ansible_host": ALIAS}
    own = {"ansible_host": "192.0.2.5", "ansible_port": 22}
    assert told({**variables, **own}, home)["controlpath"] == told(variables, home)["controlpath"]


def test_services_at_one_address_have_different_sockets(home: Path) -> None:
    assert len({told(bound({}, alias), home)["controlpath"] for alias in (ALIAS, OTHER_ALIAS)}) == 2


@pytest.mark.parametrize("name", ["nothing", "persist", "path", "control_path"])
def test_one_service_keeps_its_socket_when_its_address_changes(name: str, home: Path) -> None:
    first = told(bound(USERS[name]), home)["controlpath"]
    moved = {"ansible_host": "127.0.0.2", "ansible_port": 31181}
    assert told({**bound(USERS[name]), **moved}, home)["controlpath"] == first


def test_nothing_of_the_users_is_lost_from_the_arguments() -> None:
    text = "-o ProxyCommand='ssh -W %h:%p \"gate way\"' -i ~/.ssh/my\\ key"
    assert bound(user(ssh_args=text))["ansible_ssh_args"].endswith(text)


@pytest.mark.parametrize("option", ["ssh_common_args", "ssh_extra_args"])
def test_the_other_arguments_are_left_alone(option: str) -> None:
    assert set(bound_to(ALIAS, {option: "-o ProxyJump=gate"})) <= {"ansible_ssh_args", "ansible_control_path"}


def test_every_argument_is_one_word_to_a_shell() -> None:
    made = bound_to(ALIAS, {"ssh_args": "-o 'ControlPath=\"/tmp/c;m $x-%r\"'"})
    words = shlex.split(made["ansible_ssh_args"])
    assert words[:2] == ["-o", f"HostKeyAlias={ALIAS}"]
    assert 'ControlPath="/tmp/c;m $x-%r+a2f44"' in words


@pytest.mark.parametrize("option", ["ssh_args", "ssh_common_args", "ssh_extra_args"])
def test_arguments_with_an_open_quote_are_refused(option: str) -> None:
    with pytest.raises(OptionError, match=option):
        bound_to(ALIAS, {option: "-o 'ControlPath=/tmp/x"})


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("ssh_common_args", "-C -o ControlPath=/tmp/%C", True),
        ("ssh_extra_args", "-S /tmp/x", True),
        ("ssh_extra_args", "-CS/tmp/x", True),
        ("sftp_extra_args", "-o controlpath=/tmp/x", True),
        # To sftp and scp, it is a program.
        ("sftp_extra_args", "-S /usr/bin/ssh", False),
        ("scp_extra_args", "-S /usr/bin/ssh", False),
        ("ssh_common_args", "-S none -o ControlPath=none", False),
        ("ssh_common_args", "-o ControlMaster=auto -o ControlPersist=60s", False),
        ("ssh_common_args", "", False),
    ],
)
def test_a_control_socket_is_known_by_its_option(name: str, text: str, expected: bool) -> None:
    assert has_socket(name, text) is expected


@pytest.mark.parametrize(("level", "shown"), [("QUIET", "SILENT"), ("fatal", "FATAL")])
def test_on_demand_ssh_tells_why_a_host_is_unreachable(home: Path, level: str, shown: str) -> None:
    silent = user(ssh_common_args=f"-o LogLevel={level}")
    once = bound(silent, ALIAS, "ours %%h")
    assert told({**once, "ansible_host": ALIAS}, home)["loglevel"] == "ERROR"
    assert bound(once, ALIAS, "ours %%h") == once
    assert told(bound(silent), home)["loglevel"] == shown
    verbose = bound(user(ssh_common_args="-o LogLevel=VERBOSE"), ALIAS, "ours %%h")
    assert told({**verbose, "ansible_host": ALIAS}, home)["loglevel"] == "VERBOSE"


@pytest.mark.parametrize(
    ("text", "expected"), [("-q", True), ("-Cq", True), ("-o LogLevel=QUIET", False), ("-C", False)]
)
def test_what_silences_ssh_for_good_is_known(text: str, expected: bool) -> None:
    assert is_quiet({"ssh_args": text}) is expected
    assert not is_quiet({"sftp_extra_args": text, "scp_extra_args": text})
