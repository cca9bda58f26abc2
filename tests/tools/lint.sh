#!/usr/bin/env bash
# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# lint.sh: everything that reads the sources without running them, but for ansible-test.

# shellcheck source=tests/tools/env.sh
. "$(dirname "$0")/env.sh"

cd "$root"
PATH=$root/.venv/bin:$(without_shims)
export PATH ANSIBLE_COLLECTIONS_PATH=$root/.venv/tree

failed=""
check() {
  local start=$SECONDS name=$1
  shift
  if "$@"; then
    echo "lint: $name ok ($((SECONDS - start)) s)"
  else
    echo "lint: $name FAILED"
    failed="$failed $name,"
  fi
}

shell_scripts() { git ls-files -z --cached --others --exclude-standard -- .ci/run '*.sh' | xargs -0 shellcheck -x; }

check "ruff check" ruff check -q --output-format concise
check "ruff format" ruff format -q --check
check mypy env MYPYPATH=.venv/tree mypy --no-error-summary .venv/tree/ansible_collections/community/remoteit/plugins tests
check codespell codespell
check reuse reuse lint -q
check yamllint yamllint --strict .
check shellcheck shell_scripts
check antsibull-changelog antsibull-changelog lint
check antsibull-docs antsibull-docs lint-collection-docs --plugin-docs --validate-collection-refs=all --skip-rstcheck .
check ansible-lint ansible-lint -q

if [ -n "$failed" ]; then
  echo "lint:${failed%,} found something" >&2
  exit 1
fi
