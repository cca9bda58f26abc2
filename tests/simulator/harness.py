# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A simulator in a process of its own, for tests. Needs the standard library only."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

from .admin_client import AdminClient

ROOT = Path(__file__).resolve().parents[2]
_READY = re.compile(r"remote\.it simulator ready: rest=(\S+) graphql=(\S+) admin=(\S+)\n")
_START_SECONDS = 30.0
_STOP_SECONDS = 10.0


class Simulator(AdminClient):
    """Context manager around ``python -m tests.simulator``.

    :param config: a configuration file, or its content.
    :param python: the interpreter to run it with.
    """

    def __init__(self, config: Mapping[str, Any] | Path, python: str = sys.executable) -> None:
        self._directory = tempfile.TemporaryDirectory(prefix="simulator-")
        self._config = config.resolve() if isinstance(config, Path) else self._write(config)
        self._python = python
        self._process: subprocess.Popen[str] | None = None

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
