# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whoever meets a mistake, in a task, a lookup, the inventory or SSH, reads the same sentence."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

import pytest
from ansible.errors import AnsibleError

from tests import COLLECTION

from .fleet_lab import KITCHEN, Fleet
from .tasks import CONNECTION, DEVICES, INFO, LOOKUP, connection, show

pytestmark = pytest.mark.one_core

PROGRAM = COLLECTION / "plugins" / "plugin_utils" / "ssh_proxy.py"
IGNORED = {"ignore_errors": True}
TASKS: list[dict[str, Any]] = [
    connection("one", KITCHEN, IGNORED),
    {"name": "several", CONNECTION: {"services": [KITCHEN]}, **IGNORED},
    {"name": "connections", INFO: {}, **IGNORED},
    {"name": "devices", DEVICES: {}, **IGNORED},
    {**show("lookup", f"lookup('{LOOKUP}', '{KITCHEN}', missing='open')"), **IGNORED},
]
MISTAKES = {
    "half a key": (
        {"R3_SECRET_ACCESS_KEY": ""},
        "Half an access key: environment variable R3_ACCESS_KEY_ID is set, but environment variable "
        "R3_SECRET_ACCESS_KEY is not; both must come from one source.",
    ),
    "no TLS": (
        {"R3_REST_URL": "http://api.example.com"},
        "rest_url='http://api.example.com' is not https: plain http is accepted for a loopback address only.",
    ),
    "CA certificates that are not there": (
        {
            "R3_REST_URL": "https://127.0.0.1:1",
            "R3_GRAPHQL_URL": "https://127.0.0.1:1",
            "REQUESTS_CA_BUNDLE": "/nowhere/ca.pem",
        },
        "REQUESTS_CA_BUNDLE=/nowhere/ca.pem cannot be used as CA certificates: No such file or directory.",
    ),
    "a registry that is no place": (
        {"REMOTEIT_REGISTRY": "redis:///0"},
        "registry='redis:///0' cannot be used: it names no host. Give a directory, or a URL such as "
        "redis://user@redis.example.com:6379/0?prefix=remoteit, or rediss:// for TLS.",
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_everybody_says_the_same(fleet: Fleet, mistake: str) -> None:
    environ, sentence = MISTAKES[mistake]
    told: dict[str, str] = {}
    run = fleet.lab.run_tasks(*TASKS, environ={**fleet.environment(), **environ})
    for item in run.results:
        told[item.task] = item.result["msg"]
    with pytest.raises(AnsibleError) as caught:
        fleet.listed({}, **environ)
    told["inventory"] = str(caught.value)
    environment = {**os.environ, **fleet.environment(), **environ}
    program = [sys.executable, str(PROGRAM), KITCHEN]
    ssh = subprocess.run(
        program, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    told["ssh"] = ssh.stderr.strip()
    assert len(told) == len(TASKS) + 2
    assert [who for who, message in told.items() if not message.endswith(sentence)] == []
