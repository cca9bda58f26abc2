#!/usr/bin/env bash
# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# release.sh VERSION: version, changelog, commit, tag and artefact. It pushes and publishes nothing.

# shellcheck source=tests/tools/env.sh
. "$(dirname "$0")/env.sh"

cd "$root"
PATH=$root/.venv/bin:$PATH
version=${1:-}
current=$(sed -n 's/^version: //p' galaxy.yml)
refuse() {
  echo "release: $*" >&2
  exit 2
}

[[ $version =~ ^[0-9]+\.[0-9]+\.[0-9]+$ ]] || refuse "VERSION='$version' is not a version: give one such as 1.2.0."
[ -z "$(git status --porcelain)" ] || refuse "there are changes that are not committed: commit them, or put them aside."
if git rev-parse -q --verify "refs/tags/$version" >/dev/null; then
  refuse "VERSION=$version is tagged already: give a later one."
fi
[ "$(printf '%s\n' "$current" "$version" | sort -V | tail -1)" = "$version" ] ||
  refuse "VERSION=$version is before $current, the last one: give a later one."
ls changelogs/fragments/*.yml >/dev/null 2>&1 || refuse "changelogs/fragments is empty: there is nothing to release."

# Nothing was there that is not committed, so nothing is lost.
trap 'git reset -q --hard; git clean -fdq -- changelogs CHANGELOG.md' ERR
sed -i "s/^version: .*/version: $version/" galaxy.yml
antsibull-changelog release --version "$version"
antsibull-changelog lint-changelog-yaml --no-semantic-versioning changelogs/changelog.yaml
tests/tools/package.sh .venv "$root"
git add -A
git commit -q -m "Release $version"
trap - ERR
# The section of this version, without what Markdown needs.
awk -v title="## v$version" '{ gsub(/\\/, "") } /^## / { on = ($0 == title) } on && !/^<a id/' CHANGELOG.md |
  git tag -a "$version" --cleanup=verbatim -F -

artefact=community-remoteit-$version.tar.gz

cat <<END

$artefact and the tag $version are ready. To publish them:

  git push origin HEAD $version
  .venv/bin/ansible-galaxy collection publish $artefact
END
