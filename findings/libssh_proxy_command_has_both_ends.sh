#!/usr/bin/env bash
# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# ansible-pylibssh 1.4.0 with libssh 0.12.0, on Linux
#
# libssh gives a ProxyCommand one socket as standard input and output, and lets it inherit the other end, its own, as well.
# So the command never sees the end of its input when the client is killed: it holds that open itself. OpenSSH closes its
# ends in the command.

set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q ansible-pylibssh==1.4.0 2>/dev/null
cat >"$work/command" <<'END'
#!/bin/sh
here=$(dirname "$0")
echo $$ >"$here/pid"
sed 's/^/heard: /' >>"$here/heard"
echo "the end" >>"$here/heard"
END
chmod +x "$work/command"
cat >"$work/client.py" <<'END'
import sys
from pylibsshext.session import Session

Session().connect(host="pi", user="user", proxycommand=sys.argv[1], timeout=60)
END
# What the command has heard 3 seconds after its client was killed.
heard() {
  rm -f "$work/pid" "$work/heard"
  "$@" 2>/dev/null &
  local client=$!
  until [ -s "$work/pid" ]; do sleep 0.1; done
  sleep 1
  kill -KILL "$client"
  wait "$client" 2>/dev/null || true
  sleep 3
  tail -1 "$work/heard"
  pkill -P "$(cat "$work/pid")" || true
}
openssh=$(heard ssh -F none -o ProxyCommand="$work/command" user@pi)
libssh=$(heard "$work/venv/bin/python" "$work/client.py" "$work/command")
echo "OpenSSH: $openssh; libssh: ${libssh:-nothing}"
[ "$openssh" = "the end" ]
[ "$libssh" != "the end" ]
