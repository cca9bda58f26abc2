# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What reaches the program after Ansible, ssh and a shell had their hands on its command line."""

from __future__ import annotations

import itertools
import json
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ansible_collections.community.remoteit.plugins.module_utils._base.errors import OptionError
from ansible_collections.community.remoteit.plugins.module_utils._model.ids import host_key_alias
from ansible_collections.community.remoteit.plugins.module_utils._ssh.arguments import parse
from ansible_collections.community.remoteit.plugins.plugin_utils._ssh import on_demand as ssh_on_demand
from ansible_collections.community.remoteit.plugins.plugin_utils._ssh.on_demand import host_variables, proxy_command
from tests.doubles import proxy_options
from tests.doubles.loopback import PATIENCE
from tests.doubles.material import DEVELOPER_KEY, KEY_ID, SECRET, SERVICE
from tests.unit.plugins.plugin_utils._ssh.test_binding import STOCK, command

VALUES = [
    *("plain", "two words", "  blanks around  ", "", "'", '"', "it's", "a'b\"c'", "\\", "a\\b", "\\'", "tail\\"),
    *("%", "%%", "%h", "100%", "%d/%r", "$HOME", "${HOME}", "`id`", "$(id)", "~", "~/x", "*", "?", "[a]", "{a,b}"),
    *("a;b", "a|b", "a&b", "a>b", "a<b", "(a)", "!a", "#a", "a#b", "=a", "a=b", "{{ a }}", "{% a %}", "{# a"),
    *("k\u00fcche", "\u65e5\u672c", "\U0001f511", "-o ProxyCommand=id", "-x", "' -o ProxyCommand=id '"),
]


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Where the program writes its arguments, which is here another one, beside whose name nothing differs."""
    directory = tmp_path / "it's a 100% $HOME"
    directory.mkdir()
    program = directory / "ssh_proxy.py"
    program.write_text(
        "import json, sys\nwith open(__file__ + '.json', 'w') as file:\n    json.dump(sys.argv[1:], file)\n"
    )
    monkeypatch.setattr(ssh_on_demand, "_PROGRAM", str(program))
    monkeypatch.setenv("SHELL", "/bin/sh")
    return directory / "ssh_proxy.py.json"


def run(words: list[str]) -> None:
    done = subprocess.run(
        words, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=PATIENCE, check=False
    )
    assert done.returncode == 255, done.stderr


# ssh runs the command by the user's shell.
SHELLS = [path for path in map(shutil.which, ("sh", "bash", "dash", "mksh", "zsh", "fish", "tcsh")) if path]
# Where the program's own arguments begin.
BEGIN = 5
NAMES = ("profile", "credentials_file", "rest_url", "graphql_url", "ca_path", "registry")
GROUPS = [VALUES[start : start + len(NAMES)] for start in range(0, len(VALUES), len(NAMES))]


def options(values: list[str]) -> dict[str, Any]:
    return dict(zip(NAMES, values, strict=False))


PATHS = ("credentials_file", "ca_path", "registry")


def word(name: str, value: Any) -> str:
    text = os.path.abspath(os.path.expanduser(value)) if name in PATHS else str(value)
    return f"--{name.replace('_', '-')}={text}"


def expected(values: list[str]) -> list[str]:
    return [*(word(name, value) for name, value in zip(NAMES, values, strict=False) if value), SERVICE]


@pytest.mark.parametrize("values", GROUPS)
def test_every_option_survives_ansible_ssh_and_the_shell(values: list[str], said: Path, home: Path) -> None:
    words = command(host_variables(SERVICE, options(values), {"ssh_args": "-C"}), home)
    words[1:1] = ["-F", "none"]
    run(words)
    assert json.loads(said.read_text()) == expected(values)


@pytest.mark.parametrize("values", GROUPS)
def test_every_option_survives_a_configuration_file(values: list[str], said: Path, home: Path) -> None:
    config = home / "ssh_config"
    config.write_text(f"Host pi\n  ProxyCommand {proxy_command(SERVICE, options(values))}\n")
    run(["ssh", "-F", str(config), "pi"])
    assert json.loads(said.read_text()) == expected(values)


def test_ssh_finds_no_quote_open_however_they_are_mixed(home: Path) -> None:
    config = home / "ssh_config"
    mixed = ["".join(letters) for letters in itertools.product("\\'\"# $", repeat=3)]
    commands = [proxy_command(SERVICE, {"profile": value}) for value in mixed]
    assert [shlex.split(made)[BEGIN] for made in commands] == [f"--profile={value}" for value in mixed]
    config.write_text("".join(f"Host {index}\n  ProxyCommand {made}\n" for index, made in enumerate(commands)))
    words = ["ssh", "-G", "-F", str(config), "0"]
    done = subprocess.run(words, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert done.returncode == 0, done.stderr


@given(proxy_options.options(st.characters().filter(str.isprintable)))
@example({"profile": "it's 100% !a \\ %%h"})
def test_what_the_program_reads_is_what_was_given(given: dict[str, Any]) -> None:
    # As a shell does after OpenSSH.
    words = shlex.split(proxy_command(SERVICE, given).replace("%%", "%"))[BEGIN:]
    assert parse(words, "/") == {"timeout": 60, **given, "service_id": SERVICE}


@pytest.mark.parametrize("shell", SHELLS)
def test_the_users_shell_may_be_another_one(
    shell: str, said: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHELL", shell)
    values = ["it's $HOME `id` 100%", '!a "b" *']
    words = command(host_variables(SERVICE, options(values), {"ssh_args": "-C"}), home)
    words[1:1] = ["-F", "none"]
    run(words)
    assert json.loads(said.read_text()) == expected(values)


@pytest.mark.parametrize("value", ["a\nb", "a\rb", "a\0b", "\x1b[31m", "\t", "\x7f", "a\u2028b", "\u202e", "\udcff"])
def test_what_a_configuration_file_cannot_hold_is_refused(value: str) -> None:
    with pytest.raises(OptionError, match="leave control characters out of the options") as caught:
        proxy_command(SERVICE, {"profile": value})
    assert str(caught.value).isprintable()


def test_all_options_are_passed_on_and_only_those_that_are_set() -> None:
    given = {
        "profile": "p",
        "credentials_file": "c",
        "api": "graphql",
        "signature": "cavage",
        "rest_url": "https://r",
        "graphql_url": "https://g",
        "ca_path": "a",
        "request_timeout": 12.5,
        "registry": "r",
        "access": "restricted",
        "client_ip": "203.0.113.7",
        "validate_certs": False,
    }
    words = shlex.split(proxy_command(SERVICE, given))[BEGIN:]
    del given["validate_certs"]
    assert words == [*(word(name, value) for name, value in given.items()), "--no-validate-certs", SERVICE]
    assert shlex.split(proxy_command(SERVICE, dict.fromkeys(given)))[BEGIN:] == [SERVICE]
    assert shlex.split(proxy_command(SERVICE, {"validate_certs": True}))[BEGIN:] == [SERVICE]


def test_no_key_is_on_the_command_line(home: Path) -> None:
    keys = {"access_key_id": KEY_ID, "secret_access_key": SECRET, "developer_key": DEVELOPER_KEY}
    variables = host_variables(SERVICE, keys, {"ssh_args": STOCK})
    assert not [key for key in keys.values() if key in repr(variables) or key in repr(command(variables, home))]


def test_the_host_is_the_service_whatever_its_address() -> None:
    variables = host_variables(SERVICE, {}, {"ssh_args": STOCK})
    assert variables["ansible_host"] == host_key_alias(SERVICE)
    assert "ansible_port" not in variables


@pytest.mark.parametrize("ssh_args", [STOCK, "-C"])
@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("missing", ["program", "python"])
def test_on_a_machine_without_the_program_ssh_says_so(
    shell: str, missing: str, ssh_args: str, said: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHELL", shell)
    if missing == "program":
        said.with_name("ssh_proxy.py").unlink()
    else:
        monkeypatch.setattr(sys, "executable", "/no such/python")
    words = command(host_variables(SERVICE, {}, {"ssh_args": ssh_args}), home)
    done = subprocess.run(
        ["ssh", "-F", "none", *words[1:]], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    assert "remote.it: Python or collection not found: make the inventory or ssh_config where SSH runs\n" in done.stderr
    assert not said.exists()
