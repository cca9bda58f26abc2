#!/usr/bin/env bash
# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# package.sh VENV [DIRECTORY]: build the artefact, check it as Galaxy would, install it, read the documentation of all it
# holds, and leave it in DIRECTORY.

# shellcheck source=tests/tools/env.sh
. "$(dirname "$0")/env.sh"

venv=$(cd "$1" && pwd)
work=$(mktemp -d "${TMPDIR:-/tmp}/remoteit-package.XXXXXX")
trap 'rm -rf "$work"' EXIT
PATH=$(without_shims)
unset ANSIBLE_COLLECTIONS_PATH PYTHONPATH

"$root/tests/tools/venv.sh" "$work/importer" "$venv/bin/python" -r "$root/tests/requirements/importer.txt"
tree=$(stage "$work/tree")

cd "$work"
PATH=$venv/bin:$root/.venv/bin:$PATH
ansible-galaxy collection build --output-path "$work" "$tree"
tarball=$(ls "$work"/community-remoteit-*.tar.gz)
if tar -tzf "$tarball" | grep -vx -e tests/ -e tests/config.yml | grep -E '(^|/)\.|^(tests/|changelogs/fragments|Makefile|pyproject)'; then
  echo "the artefact holds more than users need" >&2
  exit 1
fi

PATH=$work/importer/bin:$PATH python -m galaxy_importer.main "$tarball" 2>&1 | tee importer.log
if grep -E '^(ERROR|WARNING)' importer.log; then exit 1; fi

ansible-galaxy collection install --offline -p "$work/installed" "$tarball"
export ANSIBLE_COLLECTIONS_PATH=$work/installed
documented=0
for type in module lookup inventory connection callback filter test become strategy vars role; do
  for name in $(ansible-doc -t "$type" --list community.remoteit 2>/dev/null | awk '/^community\.remoteit\./ {sub(/:$/, "", $1); print $1}'); do
    ansible-doc -t "$type" "$name" >/dev/null
    echo "documented: $type $name"
    documented=$((documented + 1))
  done
done
[ "$documented" -gt 0 ]

# What the README shows works with what was installed, and not with an ansible-core that is too old for it.
(
  cd "$root"
  TESTED_COLLECTION=$work/installed/ansible_collections/community/remoteit \
    "$venv/bin/python" -m pytest -q -p no:cacheprovider tests/functional/test_examples.py -k README.md
)
"$root/tests/tools/venv.sh" "$work/older" "$venv/bin/python" "ansible-core==2.18.*" requests
if ANSIBLE_COLLECTIONS_ON_ANSIBLE_VERSION_MISMATCH=error \
  "$work/older/bin/ansible" localhost -m community.remoteit.remoteit_connection_info >older.log 2>&1 ||
  ! grep -q "community.remoteit does not support Ansible version 2.18" older.log; then
  cat older.log >&2
  echo "ansible-core 2.18 should have refused the collection" >&2
  exit 1
fi
ansible-builder introspect "$work/installed"
if [ -n "${2:-}" ]; then cp "$tarball" "$2"; fi
