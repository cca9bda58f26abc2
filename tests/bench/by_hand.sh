#!/bin/sh
# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# by_hand.sh SERVICE_ID: open a connection as people do who have no collection, and print its address.

set -eu
url=$R3_REST_URL/device/connect
host=${url#*://}
host=${host%%/*}
path=/${url#*://*/}
data="{\"deviceaddress\":\"$1\",\"wait\":\"true\",\"hostip\":\"255.255.255.255\"}"
date=$(LC_ALL=C date -u '+%a, %d %b %Y %H:%M:%S GMT')
key=$(printf %s "$R3_SECRET_ACCESS_KEY" | base64 -d | od -An -tx1 | tr -d ' \n')
signature=$(
  printf '(request-target): post %s\nhost: %s\ndate: %s\ncontent-type: application/json\ncontent-length: %s' \
    "$path" "$host" "$date" "${#data}" |
    openssl dgst -sha256 -mac HMAC -macopt "hexkey:$key" -binary | base64
)
fields='(request-target) host date content-type content-length'
curl -fsS "$url" -d "$data" -H "Date: $date" -H 'Content-Type: application/json' \
  -H "DeveloperKey: $R3_DEVELOPER_API_KEY" \
  -H "Authorization: Signature keyId=\"$R3_ACCESS_KEY_ID\",algorithm=\"hmac-sha256\",headers=\"$fields\",signature=\"$signature\"" |
  sed -n 's/.*"proxy" *: *"\([^"]*\)".*/\1/p'
