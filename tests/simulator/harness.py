# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A simulator in a process of its own, for tests. Needs the standard library only."""

from __future__ import annotations

import json
import re
import ssl
import subprocess
import sys
import tempfile
import threading
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
_READY = re.compile(r"remote\.it simulator ready: rest=(\S+) graphql=(\S+) admin=(\S+)\n")
_START_SECONDS = 30.0
_STOP_SECONDS = 10.0


class Simulator:
    """Context manager around ``python -m tests.simulator``.

    :param config: a configuration file, or its content.
    :param python: the interpreter to run it with.
    """

    def __init__(self, config: Mapping[str, Any] | Path, python: str = sys.executable) -> None:
        self._directory = tempfile.TemporaryDirectory(prefix="simulator-")
        self._config = config if isinstance(config, Path) else self._write(config)
        self._python = python
        self._process: subprocess.Popen[str] | None = None
        self.rest_url = self.graphql_url = self.admin_url = ""

    def _write(self, config: Mapping[str, Any]) -> Path:
        # JSON is YAML.
        path = Path(self._directory.name) / "simulator.yml"
        path.write_text(json.dumps(config), encoding="utf-8")
        return path

    def __enter__(self) -> Simulator:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Start the process and wait until it is ready.

        :raises RuntimeError: it does not come up; the text is what it wrote.
        """
        command = [self._python, "-m", "tests.simulator", str(self._config)]
        log = Path(self._directory.name) / "stderr"
        with log.open("w", encoding="utf-8") as errors:
            process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=errors, text=True)
        self._process = process
        watchdog = threading.Timer(_START_SECONDS, process.kill)
        watchdog.start()
        assert process.stdout is not None
        line = process.stdout.readline()
        watchdog.cancel()
        ready = _READY.fullmatch(line)
        if ready is None:
            process.kill()
            process.wait()
            raise RuntimeError(f"simulator did not start: {line}{log.read_text(encoding='utf-8')}")
        self.rest_url, self.graphql_url, self.admin_url = ready.groups()

    def stop(self) -> int:
        """End the process and return its exit code."""
        assert self._process is not None
        self._process.terminate()
        try:
            code = self._process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            code = self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()
        self._directory.cleanup()
        return code

    def state(self) -> dict[str, Any]:
        """Return what is open."""
        return self._admin("state")

    def calls(self, wire: str | None = None, operation: str | None = None) -> list[dict[str, Any]]:
        """Return the API requests so far, in order; only those of a wire or an operation when given."""
        calls: list[dict[str, Any]] = self._admin("calls")["calls"]
        return [call for call in calls if wire in (None, call["wire"]) and operation in (None, call["operation"])]

    def set_fault(self, *faults: Mapping[str, Any]) -> None:
        """Switch these faults on and all others off."""
        self._admin("faults", {"faults": [dict(fault) for fault in faults]})

    def update(self, id_: str, **changes: Any) -> None:
        """Change a device or a service."""
        self._admin("device", {"id": id_, **changes})

    def close(self, id_: str) -> bool:
        """Close a connection as if someone else had; return whether it was open."""
        closed: bool = self._admin("close", {"id": id_})["closed"]
        return closed

    def advance(self, seconds: float) -> None:
        """Let simulated time pass."""
        self._admin("advance", {"seconds": seconds})

    def reset(self) -> None:
        """Go back to what the configuration says."""
        self._admin("reset", {})

    def _admin(self, path: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.admin_url}/{path}", data, {"Content-Type": "application/json"})
        # The simulator's certificate is nobody's; proxies of the environment must not see loopback.
        handlers = [urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=_trusting())]
        with urllib.request.build_opener(*handlers).open(request, timeout=_STOP_SECONDS) as response:
            answer: dict[str, Any] = json.load(response)
            return answer


def _trusting() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context
