#!/usr/bin/env bash
# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# asyncssh 2.24.1
#
# OpenSSH leaves the standard error of a ProxyCommand to the terminal. asyncssh takes what its proxy_command writes there for
# what the server says: one line of text in the middle of a session ends that with a ProtocolError. A line before the server's
# version is skipped, as any text there.

set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q asyncssh==2.24.1 2>/dev/null
cat >"$work/relay.py" <<'END'
import os, socket, sys, threading

port, when = int(sys.argv[1]), sys.argv[2]

def note(now):
    if when == now:
        os.write(2, b"a note for the user\n")

def up():
    while data := os.read(0, 1 << 16):
        link.sendall(data)

note("before")
link = socket.create_connection(("127.0.0.1", port))
threading.Thread(target=up, daemon=True).start()
os.write(1, link.recv(1 << 16))
note("after")
while data := link.recv(1 << 16):
    os.write(1, data)
END
cat >"$work/session.py" <<'END'
import asyncio, sys
import asyncssh

async def greet(process):
    process.stdout.write("hello")
    process.exit(0)

async def main():
    host, user = (asyncssh.generate_private_key("ssh-ed25519") for _key in range(2))
    known = asyncssh.import_authorized_keys(user.export_public_key().decode())
    server = await asyncssh.listen(
        "127.0.0.1", 0, server_host_keys=[host], authorized_client_keys=known, process_factory=greet
    )
    for when in ("never", "before", "after"):
        relay = [sys.executable, sys.argv[1], str(server.get_port()), when]
        options = {"config": None, "known_hosts": None, "username": "user", "client_keys": [user]}
        try:
            async with asyncssh.connect("pi", proxy_command=relay, **options) as connection:
                said = (await connection.run("greet")).stdout
        except asyncssh.Error as error:
            said = type(error).__name__
        print(when, said)

asyncio.run(main())
END
output=$(timeout 60 "$work/venv/bin/python" "$work/session.py" "$work/relay.py")
echo "$output"
[ "$output" = $'never hello\nbefore hello\nafter ProtocolError' ]
