# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# shellcheck shell=bash
# Sourced by the scripts beside it.

set -Eeuo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)

suitable() { "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))' 2>/dev/null; }

# The interpreter for .venv: what PYTHON or the user's python3 says, else the newest one that will do.
default_python() {
  local name
  for name in ${PYTHON:-python3 python3.13 python3.12 python3.11 python3.14}; do
    if suitable "$name"; then
      "$name" -c 'import sys; print(sys.executable)'
      return
    fi
  done
  echo "No Python 3.11 to 3.14 found; name one with: make PYTHON=/path/to/python3" >&2
  return 1
}

# pyenv's shims exit with 127 for versions that are not selected: ansible-test and uv take them for real ones.
without_shims() {
  local dir found=""
  for dir in "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3.1[1-9].*/bin; do
    if [ -x "$dir/python3" ]; then found="$dir:$found"; fi
  done
  printf '%s%s' "$found" "$(tr : '\n' <<<"$PATH" | grep -v '/shims/*$' | paste -s -d : -)"
}

# A copy of what git knows, where ansible-test wants it: no symlink, and no other git tree around it,
# because below an ignored directory it would skip everything and still pass.
stage() {
  local dest=$1/ansible_collections/community/remoteit
  mkdir -p "$dest"
  (cd "$root" && git ls-files -z --cached --others --exclude-standard --deduplicate |
    while IFS= read -r -d '' file; do
      if [ -e "$file" ] || [ -L "$file" ]; then
        mkdir -p "$dest/$(dirname "$file")"
        cp -P "$file" "$dest/$file"
      fi
    done)
  git -C "$dest" init -q
  git -C "$dest" add -A
  printf '%s\n' "$dest"
}
