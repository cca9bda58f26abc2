# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The libraries, in the versions that are installed from their registries, and how each one is started."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

from tests.conftest import ROOT

_PROGRAMS = Path(__file__).parent
_INSTALLED = ROOT / ".venv" / "clients"


class Library(NamedTuple):
    """One version of a library of the *registry* npm or PyPI, and the *dialect* that it verifies."""

    registry: str
    name: str
    version: str
    dialect: str

    def __str__(self) -> str:
        return f"{self.registry} {self.name} {self.version}"

    @property
    def directory(self) -> Path:
        """Where it is installed, with all that it needs."""
        return _INSTALLED / f"{self.registry}-{self.name}-{self.version}"

    def install(self) -> None:
        """Take it from its registry, unless it is here. Raises subprocess.CalledProcessError, SystemExit."""
        if self.directory.exists():
            return
        # under another name until it is complete
        target = f"{self.directory}.part"
        if self.registry == "npm":
            if shutil.which("npm") is None:
                raise SystemExit("npm and node are needed; on Debian and Ubuntu: apt-get install nodejs npm")
            command = ["npm", "install", "--silent", "--no-save", "--no-package-lock", "--prefix", target]
            command += [f"{self.name}@{self.version}"]
        else:
            command = [str(Path(sys.executable).with_name("uv")), "pip", "install", "--quiet", "--system-certs"]
            command += ["--python", sys.executable, "--target", target, f"{self.name}=={self.version}"]
        subprocess.run(command, check=True)
        Path(target).rename(self.directory)

    def start(self, pem: Path, key_id: str, key: bytes) -> subprocess.Popen[str]:
        """A server that verifies with it; the first line that it prints is ``{"http": port, "https": port}``."""
        program = f"{self.registry}_{self.name.replace('-', '_')}".lower()
        if self.registry == "npm":
            command = ["node", str(_PROGRAMS / f"{program}.js")]
            environment = {"NODE_PATH": str(self.directory / "node_modules")}
        else:
            command = [sys.executable, str(_PROGRAMS / f"{program}.py")]
            environment = {"PYTHONPATH": str(self.directory)}
        return subprocess.Popen(
            [*command, str(pem), key_id, key.hex()],
            env={**os.environ, **environment},
            stdout=subprocess.PIPE,
            text=True,
        )


LIBRARIES = (
    Library("npm", "http-signature", "1.4.0", "cavage"),
    Library("npm", "http-message-signatures", "1.0.6", "rfc9421"),
    # what remote.it's page on Python leads to, and the newest
    Library("PyPI", "http-message-signatures", "0.4.4", "rfc9421"),
    Library("PyPI", "http-message-signatures", "3.0.0", "rfc9421"),
)
