# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import shlex
import subprocess

import pytest

from ansible_collections.community.remoteit.plugins.module_utils._base.errors import OptionError
from ansible_collections.community.remoteit.plugins.module_utils._ssh.parent import check, told_in_time
from ansible_collections.community.remoteit.plugins.module_utils._ssh.words import (
    SFTP,
    SSH,
    options_of,
    tells_hosts_apart,
)

pytestmark = pytest.mark.one_core

OURS = "-o HostKeyAlias=remoteit-8000000001020304 -o ProxyCommand=ours"


def read(text: str) -> list[tuple[str, str]]:
    return list(options_of(shlex.split(text)))


def test_options_are_read_as_ssh_reads_them() -> None:
    text = (
        "-4vJ gate -oPort=1 -o 'Control-Path' -o 'User  pi' -o '\"ProxyJump\" = a,b ' -p2 -S none -o PORT=3 host -- x"
    )
    assert read(text) == [
        *(("-4", ""), ("-v", ""), ("-J", "gate"), ("port", "1"), ("-o", "Control-Path"), ("user", "pi")),
        *(("proxyjump", "a,b"), ("-p", "2"), ("-S", "none"), ("port", "3"), ("", "host"), ("", "--"), ("", "x")),
    ]
    assert list(options_of(["-p", "-J", "gate"], SFTP)) == [("-p", ""), ("-J", "gate")]
    assert read("-o") == [("-o", "")]


def test_the_letters_with_a_value_are_those_of_ssh() -> None:
    """ssh says which letters it knows; one with a value complains where the value is missing."""
    for letter in SSH.replace("P", ""):
        done = subprocess.run(["ssh", f"-{letter}"], capture_output=True, text=True, check=False)
        assert f"option requires an argument -- {letter}" in done.stderr


@pytest.mark.parametrize("path", ["none", '"None"', "/tmp/%C", "/tmp/%h-%r", "~/%n", '"/tmp/a b/%k"'])
def test_a_path_with_the_host_in_it_tells_hosts_apart(path: str) -> None:
    assert tells_hosts_apart(path)


@pytest.mark.parametrize(
    "path", ["/tmp/%r-%p", "/tmp/%%h", "/tmp/cm", "/tmp/%%%%C", "/t/0123456789", "/t/%r+a2f44", "%l%L%i%u%d"]
)
def test_a_path_without_does_not(path: str) -> None:
    assert not tells_hosts_apart(path)


@pytest.mark.parametrize(
    "text",
    [
        f"{OURS} -o ProxyCommand=none -o ProxyJump=none -S none",
        f"{OURS} -o ControlPath=/tmp/%C -o ControlPath=/tmp/common",
        f"{OURS} -o ControlPath=none",
        f'{OURS} -o ControlPath="/home/pi/.ansible/cp/0123456789"',
        f"{OURS} -o ControlPath=/tmp/%r+a2f44",
        # by hand, for one host
        "-o ProxyCommand=ours -S /tmp/here",
        "-o HostKeyAlias=mine -o ProxyCommand=ours -o ControlPath=/tmp/here",
        "-o HostKeyAlias=remoteit-8000000001020304 -S /tmp/here",
        "",
    ],
)
def test_what_ssh_keeps_is_not_refused(text: str) -> None:
    check(read(text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"-v {OURS} -o ProxyJump=gate", "-o ProxyJump= among"),
        (f"{OURS} -oproxycommand='nc gate'", "-o ProxyCommand= among"),
        (f"{OURS} -o HostKeyAlias=mine -o ProxyJump=gate", "-o ProxyJump= among"),
        (f"{OURS} -4S/tmp/common", "with -S among"),
        (f"{OURS} -o ControlPath=/tmp/%r+a2f45", "one control socket"),
        (f"{OURS} -o ControlPath=/tmp/0123456789a", "one control socket"),
        (f"{OURS} -o ControlPath=/tmp/%r", "ControlPath=/tmp/%r among the SSH arguments is one control socket"),
    ],
)
def test_what_ssh_drops_or_shares_is_refused(text: str, expected: str) -> None:
    with pytest.raises(OptionError, match=expected):
        check(read(text))


@pytest.mark.parametrize("waits", ["none", "0", "1", "1m", ""])
def test_where_there_is_no_time_to_tell_nothing_is_told(waits: str, capfd: pytest.CaptureFixture[str]) -> None:
    with told_in_time([("connecttimeout", waits)]):
        pass
    assert capfd.readouterr() == ("", "")
