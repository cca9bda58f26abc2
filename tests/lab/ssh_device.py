# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An SSH device: a real SSH server on loopback with a home directory and a host key of its own."""

from __future__ import annotations

import contextlib
import getpass
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from .ports import has_started

_STARTUP_SECONDS = 20.0

_SSHD_CONFIG = """\
ListenAddress 127.0.0.1
Port {port}
HostKey {root}/host_key
PidFile {root}/sshd.pid
AuthorizedKeysFile {root}/authorized_keys
SetEnv HOME={home} DEVICE_NAME={name}
StrictModes no
UsePAM no
PasswordAuthentication no
KbdInteractiveAuthentication no
MaxStartups 200
Subsystem sftp internal-sftp
"""


class SshDevice:
    """Runs OpenSSH's sshd, or asyncssh where the machine has no sshd; both run as the current user.

    *root* is a directory of the device's own; *user_key* is the private key that may log in, made when missing.
    """

    def __init__(self, name: str, root: Path, user_key: Path) -> None:
        self.name = name
        self.root = root
        self.home = root / "home"
        self.user_key = user_key
        self.user = getpass.getuser()
        self.port = 0
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def host_key(self) -> str:
        """The public host key as known_hosts writes it: type and base64."""
        return " ".join((self.root / "host_key.pub").read_text().split()[:2])

    @property
    def server(self) -> str:
        """Which SSH server the device runs."""
        return "OpenSSH sshd" if _sshd() else "asyncssh"

    def __enter__(self) -> Self:
        self.home.mkdir(parents=True, exist_ok=True)
        for key in (self.root / "host_key", self.user_key):
            if not key.exists():
                subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True)
        shutil.copy(f"{self.user_key}.pub", self.root / "authorized_keys")
        if has_started(self._starts_on):
            return self
        raise RuntimeError(f"The SSH server of {self.name} did not start:\n{(self.root / 'log').read_text()}")

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """End the server; SSH connections that it has begun go on."""
        if self._process is not None:
            self._process.send_signal(signal.SIGTERM)
            self._process.wait(timeout=10)

    def start(self) -> None:
        """Start the server anew, on the port that it had before."""
        if not self._starts():
            raise RuntimeError(f"The SSH server of {self.name} did not come back:\n{(self.root / 'log').read_text()}")

    def restart(self, off: float) -> None:
        """Hang up on everybody, and be back on the same port after *off* seconds."""
        if self._process is not None:
            # What serves a connection is in a session of its own.
            subprocess.run(["pkill", "-KILL", "-P", str(self._process.pid)], check=False)
        self.stop()
        time.sleep(off)
        self.start()

    def _command(self) -> list[str]:
        sshd = _sshd()
        if sshd is None:
            server = Path(__file__).with_name("asyncssh_device.py")
            return [sys.executable, str(server), str(self.root), str(self.port), self.name]
        if os.geteuid() == 0:
            Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
        config = self.root / "sshd_config"
        config.write_text(_SSHD_CONFIG.format(port=self.port, root=self.root, home=self.home, name=self.name))
        return [sshd, "-D", "-e", "-f", str(config)]

    def _starts_on(self, port: int) -> bool:
        self.port = port
        return self._starts()

    def _starts(self) -> bool:
        """Start the server; false where it ends at once, as when another program has the port."""
        with (self.root / "log").open("wb") as log:
            self._process = subprocess.Popen(self._command(), stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        end = time.monotonic() + _STARTUP_SECONDS
        while self._process.poll() is None and time.monotonic() < end:
            if self._answers():
                return True
            time.sleep(0.02)
        return False

    def _answers(self) -> bool:
        """Whether it is this device that listens, told by its host key: another one's server may have the port."""
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=1):
            scan = subprocess.run(
                ["ssh-keyscan", "-T", "2", "-t", "ed25519", "-p", str(self.port), "127.0.0.1"],
                capture_output=True,
                text=True,
                check=False,
            )
            return self.host_key in scan.stdout
        return False


def _sshd() -> str | None:
    # sshd insists on being called by its full path, and /usr/sbin is not on everybody's PATH.
    return shutil.which("sshd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
