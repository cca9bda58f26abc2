#!/usr/bin/env bash
# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# pins.sh: write the pinned versions anew. With --upgrade, newer ones.

# shellcheck source=tests/tools/env.sh
. "$(dirname "$0")/env.sh"

cd "$root/tests/requirements"
for name in test lint importer; do
  "${UV:-$root/.venv/bin/uv}" pip compile -q --universal --python-version 3.11 --no-emit-index-url --no-header --no-annotate "$@" "$name.in" -o "$name.txt"
done
