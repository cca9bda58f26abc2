#!/usr/bin/env bash
# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# pylint 3.3.7 with astroid 3.3.10, the versions of ansible-test of ansible-core 2.19
#
# Collections keep private code in directories without __init__.py below module_utils. pylint takes a file there that is
# called http.py for the package http of the standard library: it reports two unused imports, on lines where the file has
# none. The same file under another name is clean.

set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q pylint==3.3.7 astroid==3.3.10 2>/dev/null
mkdir -p "$work/module_utils/_api"
cd "$work/module_utils"
printf 'import json\n\n\ndef read(text):\n    return json.loads(text)\n' >_api/http.py
cp _api/http.py _api/http_exchange.py
check() { "$work/venv/bin/pylint" --disable=all --enable=unused-import --score=no "$1"; }
output=$(check _api/http.py || true)
printf '%s\n' "$output"
grep -qF "_api/http.py:2:0: W0611: Unused IntEnum imported from enum" <<<"$output"
grep -qF "_api/http.py:3:0: W0611: Unused namedtuple imported from collections" <<<"$output"
check _api/http_exchange.py
