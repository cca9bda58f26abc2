# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Our ProxyCommand, and that of release 1.0.0, beside which it is measured."""

from __future__ import annotations

import subprocess
import sys
import tarfile
from pathlib import Path

from .collections import ROOT

# Release 1.0.0.
_BEFORE = "30cd96b"


def our_command(service_id: str) -> str:
    """What the inventory writes; it passes ssh a socket (ProxyUseFdpass)."""
    assert ROOT.exists(), "importing it makes the collection importable"
    from ansible_collections.community.remoteit.plugins.plugin_utils._ssh.on_demand import proxy_command

    return proxy_command(service_id, {})


def former_plugins(root: Path) -> Path | None:
    """The plugins of the release, unpacked below *root*; None where the history of the repository does not have it."""
    archive = root / "release.tar"
    command = ["git", "-C", str(ROOT), "archive", "-o", str(archive), _BEFORE, "plugins"]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        return None
    with tarfile.open(archive) as packed:
        packed.extractall(root / "release", filter="data")
    return root / "release" / "plugins"


def former_command(plugins: Path, service_id: str) -> str:
    """What the inventory wrote; ssh talks through its standard input and output."""
    return f"{sys.executable} {plugins}/plugin_utils/ssh_proxy.py {service_id}"
