#!/usr/bin/env bash
# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# http-message-signatures 1.0.6 of npm
#
# Two components of one message follow two spellings of its URL: @path and @authority are those of the URL as the WHATWG
# parser writes it, with dots resolved and the host in lower case, and @target-uri is the text that the caller gave. Who
# verifies by a URL that a proxy or a framework has written anew finds @path unchanged and @target-uri another one.

set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-save --no-package-lock http-message-signatures@1.0.6
cat >derive.js <<'END'
const { httpbis } = require("http-message-signatures");
const message = { method: "GET", url: "https://API.example.com:443/v1/../v2", headers: {} };
const derived = ["@authority", "@path", "@target-uri"].map((name) => httpbis.deriveComponent(name, new Map(), message)[0]);
console.log(derived.join(" "));
END
output=$(node derive.js)
echo "$output"
[ "$output" = "api.example.com /v2 https://API.example.com:443/v1/../v2" ]
