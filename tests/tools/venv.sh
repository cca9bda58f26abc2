#!/usr/bin/env bash
# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# venv.sh DIR PYTHON PIP-ARGUMENT...: make or refresh a virtual environment.

# shellcheck source=tests/tools/env.sh
. "$(dirname "$0")/env.sh"

dir=$1
python=${2:-$(default_python)}
shift 2

"$python" -c 'import ensurepip, venv' || {
  echo "$python has no venv module; on Debian and Ubuntu: apt-get install python3-venv" >&2
  exit 1
}
[ -x "$dir/bin/pip" ] || "$python" -m venv "$dir"

uv=$root/.venv/bin/uv
[ -x "$uv" ] || "$dir/bin/pip" install -q "$(grep -o '^uv==[0-9.]*' "$root/tests/requirements/lint.txt")" || true
# uv needs a tenth of pip's time, but knows nothing of pip's configuration
if ! "$uv" pip install -q --system-certs --python "$dir/bin/python" "$@"; then
  echo "uv could not; pip will try" >&2
  "$dir/bin/pip" install -q "$@"
fi

# what needs a collection path finds this checkout there
mkdir -p "$dir/tree/ansible_collections/community"
ln -sfn "$root" "$dir/tree/ansible_collections/community/remoteit"
