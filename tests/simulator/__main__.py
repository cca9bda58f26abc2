# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""``python -m tests.simulator CONFIG.yml [--port N]``: run a simulator until SIGTERM or SIGINT."""

from __future__ import annotations

import argparse
import asyncio
import dataclasses
import signal
import sys
from pathlib import Path

from .config.file import load
from .config.reader import ConfigError
from .config.settings import Settings
from .server import Server


async def _serve(settings: Settings) -> None:
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    server = Server(settings)
    try:
        await server.start()
        print(server.ready_line, flush=True)
        await stopped.wait()
    finally:
        await server.stop()


def main(arguments: list[str]) -> int:
    """Run the command and return its exit code: 0 stopped by a signal, 2 it cannot run."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulator", description="A double of remote.it on loopback.")
    parser.add_argument("config", type=Path, help="configuration file, see example.yml")
    parser.add_argument("--port", type=int, help="port to listen on, instead of the configured one; 0: any free one")
    options = parser.parse_args(arguments)
    try:
        settings = load(options.config)
        if options.port is not None:
            settings = dataclasses.replace(settings, port=options.port)
        asyncio.run(_serve(settings))
    except (ConfigError, OSError) as error:
        print(f"simulator: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
