#!/usr/bin/env bash
# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# others.sh VENV: put below VENV/others the collections ansible.posix, which has synchronize, and hetzner.hcloud, which
# the benchmark of inventories compares with. The package index has them as parts of the ansible package; what else is in
# there is not installed.

# shellcheck source=tests/tools/env.sh
. "$(dirname "$0")/env.sh"

venv=$(cd "$1" && pwd)
if [ -d "$venv/others" ]; then exit; fi
work=$(mktemp -d "${TMPDIR:-/tmp}/remoteit-others.XXXXXX")
trap 'rm -rf "$work"' EXIT

"$venv/bin/python" -m pip download -q --disable-pip-version-check --no-deps --dest "$work" ansible==12.3.0
"$venv/bin/python" - "$work"/ansible-*.whl "$venv/others" <<'EOF'
import sys
import zipfile

wheel = zipfile.ZipFile(sys.argv[1])
wanted = ("ansible_collections/ansible/posix/", "ansible_collections/hetzner/hcloud/")
names = [name for name in wheel.namelist() if name.startswith(wanted)]
wheel.extractall(sys.argv[2], names)
EOF
