# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An SSH server for machines without sshd: ``asyncssh_device.py ROOT PORT NAME``."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

import asyncssh


async def serve(root: Path, port: int, name: str) -> None:
    """Serve shells and sftp until the process is told to stop."""
    environment = {**os.environ, "HOME": str(root / "home"), "DEVICE_NAME": name}

    async def run(process: asyncssh.SSHServerProcess[bytes]) -> None:
        child = await asyncio.create_subprocess_exec(
            "/bin/sh",
            *(("-c", process.command) if process.command else ()),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env=environment,
            cwd=root / "home",
        )
        await process.redirect(stdin=child.stdin, stdout=child.stdout, stderr=child.stderr)
        status = await child.wait()
        await process.stdout.drain()
        process.exit(status)

    await asyncssh.create_server(
        asyncssh.SSHServer,
        "127.0.0.1",
        port,
        server_host_keys=[str(root / "host_key")],
        authorized_client_keys=str(root / "authorized_keys"),
        process_factory=run,
        sftp_factory=True,
        allow_scp=True,
        encoding=None,
    )
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]))
