# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""SSH goes to the address of the connection, as ssh itself tells, whatever address the user's own variables have."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest
from ansible.playbook.play_context import PlayContext
from ansible.plugins.loader import connection_loader

from ansible_collections.community.remoteit.plugins.plugin_utils._ssh.host_variables import (
    configured_ssh_options,
    ssh_variables,
)
from tests.doubles.material import OTHER_SERVICE, SERVICE

CONNECTION = {"service_id": SERVICE, "host": "proxy18.rt3.io", "port": 38575}
OTHER = {"service_id": OTHER_SERVICE, "host": "proxy19.rt3.io", "port": 31181}


def told(variables: dict[str, Any], home: Path) -> dict[str, str]:
    """What ssh -G says that it would do with the arguments that Ansible's ssh plugin makes of *variables*."""
    plugin = connection_loader.get("ssh", PlayContext(), "/dev/null")
    plugin.set_options(var_options={"ansible_control_path_dir": str(home / "cp"), **variables})
    plugin.host, plugin.port, plugin.user = plugin.get_option("host"), plugin.get_option("port"), "pi"
    words = [word.decode() for word in plugin._build_command(b"ssh", "ssh", plugin.host.encode())]
    words[1:1] = ["-G", "-F", "none"]
    done = subprocess.run(words, capture_output=True, text=True, timeout=30, stdin=subprocess.DEVNULL, check=True)
    pairs = [line.partition(" ") for line in done.stdout.splitlines()]
    return {name: value for name, _space, value in pairs}


@pytest.mark.parametrize(
    "users",
    [
        {"ansible_host": "192.0.2.1", "ansible_port": 22},
        {"ansible_ssh_host": "192.0.2.1", "ansible_ssh_port": 22},
        {"ansible_host": "pi-kitchen.example", "ansible_port": 2222, "ansible_ssh_common_args": "-o Port=23"},
    ],
)
def test_the_users_address_has_no_effect(users: dict[str, Any], tmp_path: Path) -> None:
    said = told({**ssh_variables(CONNECTION, {}, configured_ssh_options({})), **users}, tmp_path)
    assert (said["hostname"], said["port"]) == ("proxy18.rt3.io", "38575")


def test_the_next_connection_takes_the_place_of_the_last(tmp_path: Path) -> None:
    first = ssh_variables(CONNECTION, {}, configured_ssh_options({}))
    again = ssh_variables(OTHER, first, configured_ssh_options(first))
    assert again == ssh_variables(OTHER, {}, configured_ssh_options({}))
    said = told(again, tmp_path)
    assert (said["hostname"], said["port"]) == ("proxy19.rt3.io", "31181")
