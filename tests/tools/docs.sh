#!/usr/bin/env bash
# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# docs.sh VENV DIRECTORY: the documentation as a site. Warnings are errors.

# shellcheck source=tests/tools/env.sh
. "$(dirname "$0")/env.sh"

cd "$root"
venv=$(cd "$1" && pwd)
work=$(mktemp -d "${TMPDIR:-/tmp}/remoteit-docs.XXXXXX")
trap 'rm -rf "$work"' EXIT
export PATH=$venv/bin:$PATH ANSIBLE_COLLECTIONS_PATH=$venv/tree

# antsibull-docs wants a directory that only its owner can write to
mkdir -m 700 "$work/rst"
antsibull-docs collection --use-current --squash-hierarchy --fail-on-error --dest-dir "$work/rst" community.remoteit
# where the guides look for them, as seen from docs/docsite/rst
cp -r docs/images "$work/images"
mkdir -p "$2"
TMPDIR=$work sphinx-build -q -W --keep-going -c docs/site "$work/rst" "$2"
echo "$2/index.html"
