#!/usr/bin/env bash
# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# ansible-core 2.19.14 with tomli-w 1.2.0
#
# ansible-inventory writes an inventory as JSON and YAML whatever its variables hold. As TOML, which has no null, one
# variable that is null ends the command as an unexpected exception, although everything else could be written.

set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q ansible-core==2.19.14 tomli-w==1.2.0 2>/dev/null
cat >"$work/hosts.yml" <<'END'
all:
  hosts:
    pi:
      rack: 7
      owner: null
END
list() { "$work/venv/bin/ansible-inventory" -i "$work/hosts.yml" --list "$@" 2>&1; }
list --yaml | grep -q 'owner: null'
if output=$(list --toml); then
  echo "no failure any more: $output"
  exit 1
fi
printf '%s\n' "$output"
grep -q "Unexpected Exception" <<<"$output"
grep -q "NoneType" <<<"$output"
echo "seen: a null variable ends ansible-inventory --toml"
