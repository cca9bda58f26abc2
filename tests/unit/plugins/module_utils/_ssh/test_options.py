# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import shlex
import subprocess

import pytest

from ansible_collections.community.remoteit.plugins.module_utils._ssh.options import (
    SFTP,
    SSH,
    options_of,
    tells_hosts_apart,
)

pytestmark = pytest.mark.one_core


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
