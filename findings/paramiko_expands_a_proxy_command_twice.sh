#!/usr/bin/env bash
# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# paramiko 5.1.0
#
# In the ProxyCommand of an SSH configuration, %% stands for one percent sign (ssh_config(5), TOKENS), and OpenSSH leaves a
# tilde within a word alone. paramiko's SSHConfig replaces the tokens one after the other in what has been replaced before,
# so that %%h becomes a percent sign with the host's name, of which %p is taken for the port; and each tilde becomes the
# home directory, wherever it stands.

set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q paramiko==5.1.0 2>/dev/null
cat >"$work/config" <<'END'
Host pi
  ProxyCommand /opt/proxy --name=100%%h --cache=a~b %h
END
output=$(HOME=/home/user "$work/venv/bin/python" - "$work/config" <<'END'
import sys
import paramiko

print(paramiko.SSHConfig.from_path(sys.argv[1]).lookup("pi")["proxycommand"])
END
)
echo "$output"
# OpenSSH starts: /opt/proxy --name=100%h --cache=a~b pi
[ "$output" = "/opt/proxy --name=10022i --cache=a/home/userb pi" ]
