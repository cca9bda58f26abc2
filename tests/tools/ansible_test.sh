#!/usr/bin/env bash
# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# ansible_test.sh VENV ARGUMENT...: run ansible-test of that environment on a copy of this checkout.

# shellcheck source=tests/tools/env.sh
. "$(dirname "$0")/env.sh"

venv=$(cd "$1" && pwd)
shift
work=$(mktemp -d "${TMPDIR:-/tmp}/remoteit-test.XXXXXX")
trap 'rm -rf "$work"' EXIT
# .venv comes second: shellcheck is there, and ansible-test only warns where it has none
PATH=$venv/bin:$root/.venv/bin:$(without_shims)
export PATH
unset ANSIBLE_COLLECTIONS_PATH PYENV_VERSION PYTHONPATH

pip_version=$("$venv/bin/python" -c 'if True:
    import pathlib, re, ansible_test
    source = pathlib.Path(ansible_test.__path__[0], "_internal/python_requirements.py").read_text()
    print(re.search(r"pip=.([0-9.]+)", source)[1].replace(".", "_"))')
cached=$HOME/.ansible/test/cache/get_pip_$pip_version.py
if [ ! -s "$cached" ]; then
  mkdir -p "$(dirname "$cached")"
  cp "$root/tests/tools/get_pip.py" "$cached"
fi

cd "$(stage "$work")"
ansible-test "$@" --color no 2>&1 | tee "$work/log"
# ansible-test passes when it finds nothing to do
if grep -E 'All targets skipped|Required program' "$work/log"; then
  echo "ansible-test left something out" >&2
  exit 1
fi
