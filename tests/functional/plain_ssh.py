# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""ssh and its friends without Ansible, as a person uses them to reach the lab's devices on demand."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests import COLLECTION
from tests.lab.lab import Lab

PROGRAM = COLLECTION / "plugins" / "plugin_utils" / "ssh_proxy.py"


def ssh_settings(lab: Lab, service: str, python: str = sys.executable, fdpass: bool = False) -> dict[str, str]:
    """What a person would write into ~/.ssh/config to reach the service, with *fdpass* by a socket instead of streams."""
    return {
        "ProxyCommand": f"{python} {PROGRAM} {service}",
        "ProxyUseFdpass": "yes" if fdpass else "no",
        "HostKeyAlias": f"remoteit-{service.replace(':', '').lower()}",
        **common_settings(lab),
    }


def common_settings(lab: Lab) -> dict[str, str]:
    """What is the same for all devices of the lab, however they are reached."""
    return {
        "User": lab.devices[0].user,
        "IdentityFile": str(lab.devices[0].user_key),
        "IdentitiesOnly": "yes",
        "UserKnownHostsFile": str(lab.root / "known_hosts"),
        "StrictHostKeyChecking": "yes",
        "BatchMode": "yes",
    }


def ssh_options(lab: Lab, service: str, python: str = sys.executable, fdpass: bool = False) -> list[str]:
    """The same on the command line."""
    settings = ssh_settings(lab, service, python, fdpass)
    return ["-F", "none", *(word for name, value in settings.items() for word in ("-o", f"{name}={value}"))]


def run_tool(lab: Lab, *command: str | Path, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run *command* where the collection's variables are set."""
    words = [str(word) for word in command]
    environment = {**os.environ, **lab.environment(), **environ}
    return subprocess.run(words, env=environment, capture_output=True, text=True, timeout=60, check=False)
