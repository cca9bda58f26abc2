# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whoever meets a mistake, in a task, a lookup, the inventory or SSH, reads the same sentence."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from ansible.errors import AnsibleError

from tests import COLLECTION

from .fleet_lab import KITCHEN, Fleet
from .tasks import CONNECTION, DEVICES, INFO, LOOKUP, connection, device, events, show, wait

pytestmark = pytest.mark.one_core

PROGRAM = COLLECTION / "plugins" / "plugin_utils" / "ssh_proxy.py"
IGNORED = {"ignore_errors": True}
TASKS: list[dict[str, Any]] = [
    connection("one", KITCHEN, IGNORED),
    {"name": "several", CONNECTION: {"services": [KITCHEN]}, **IGNORED},
    {"name": "connections", INFO: {}, **IGNORED},
    {"name": "devices", DEVICES: {}, **IGNORED},
    wait("wait", IGNORED, devices=["pi"]),
    device("device", IGNORED, device="pi"),
    events("events", IGNORED),
    {**show("lookup", f"lookup('{LOOKUP}', '{KITCHEN}', missing='open')"), **IGNORED},
]
MISTAKES: dict[str, tuple[dict[str, Any], str]] = {
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


# A module that is found before the real one, the library that cannot be used for it, and how that is told.
BROKEN = {
    "a part of it cannot be loaded": (
        ("requests", "raise OSError('libfast.so.3: cannot open shared object file')"),
        ("requests>=2.34.2,<3", "OSError: libfast.so.3: cannot open shared object file"),
    ),
    "what it needs is too old": (
        ("http_message_signatures", "class HTTPMessageSigner: ..."),
        ("requests-http-signature>=2.0.0,<3", "ImportError: cannot import name 'HTTPMessageVerifier' from "),
    ),
    "it is damaged": (
        ("hiredis", "import os\nos.no_such_thing"),
        ("hiredis>=3.0,<4", "AttributeError: module 'os' has no attribute 'no_such_thing'"),
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_everybody_says_the_same(fleet: Fleet, mistake: str) -> None:
    environ, sentence = MISTAKES[mistake]
    told = told_by_tasks_and_ssh(fleet, environ)
    with pytest.raises(AnsibleError) as caught:
        fleet.listed({}, **environ)
    told["inventory"] = str(caught.value)
    assert len(told) == len(TASKS) + 2
    assert [who for who, message in told.items() if not message.endswith(sentence)] == []


@pytest.mark.parametrize("breakage", BROKEN)
def test_everybody_names_a_library_that_is_broken_and_the_cause(fleet: Fleet, tmp_path: Path, breakage: str) -> None:
    (module, source), (library, cause) = BROKEN[breakage]
    (tmp_path / f"{module}.py").write_text(source)
    environ = {"PYTHONPATH": str(tmp_path)}
    if module == "hiredis":
        environ["REMOTEIT_REGISTRY"] = "redis://127.0.0.1:1"
    told = told_by_tasks_and_ssh(fleet, environ)
    # a registry is no matter of the list of devices, nor is the inventory in this process the one to be shown
    if module == "hiredis":
        del told["devices"], told["wait"]
        del told["events"]
    listing = fleet.show({"connect": "existing"}, environ=environ)
    told["inventory"] = " ".join(listing.errors.split())
    said = f"The Python library {library} cannot be used by {sys.executable} ({cause}"
    assert [who for who, message in told.items() if said not in message] == []
    assert "Traceback" not in listing.errors
    assert fleet.lab.open_connections() == []


def told_by_tasks_and_ssh(fleet: Fleet, environ: dict[str, str]) -> dict[str, str]:
    """What each task says with *environ*, and the ProxyCommand."""
    environ = {**fleet.environment(), **environ}
    run = fleet.lab.run_tasks(*TASKS, environ=environ)
    assert "Traceback" not in run.output
    program = [sys.executable, str(PROGRAM), KITCHEN]
    ssh = subprocess.run(
        program, env={**os.environ, **environ}, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    return {**{item.task: str(item.result.get("msg")) for item in run.results}, "ssh": ssh.stderr.strip()}
