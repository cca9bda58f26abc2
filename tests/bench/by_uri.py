# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Signed requests to remote.it as people write them with ansible.builtin.uri, Jinja and openssl."""

from __future__ import annotations

from typing import Any

_DATE = "{{ lookup('pipe', \"LC_ALL=C date -u '+%a, %d %b %Y %H:%M:%S GMT'\") }}"
_SIGN = (
    "printf '(request-target): post %s\\nhost: %s\\ndate: %s\\ncontent-type: application/json\\ncontent-length: %s' "
    '"$path" "$host" "{{ date }}" {{ body | length }} | openssl dgst -sha256 -mac HMAC -macopt "hexkey:$key" -binary | '
    "base64 -w0"
)


def signed_post(url: str, body: str, register: str, failed_when: str) -> list[dict[str, Any]]:
    """The tasks that post *body* to *url*, which is an expression for Jinja, as *register*."""
    variable, _slash, path = url.partition("/")
    signature = (
        f"{{{{ lookup('pipe', 'url=${variable}{_slash}{path}; host=${{url#*://}}; host=${{host%%/*}}; path=/${{url#*://*/}}; "
        'key=$(printf %s "$R3_SECRET_ACCESS_KEY" | base64 -d | od -An -tx1 | tr -d " \\n"); '
        "' ~ sign) }}"
    )
    post = {
        "url": f"{{{{ lookup('env', '{variable}') }}}}{_slash}{path}",
        "method": "POST",
        "body": "{{ body }}",
        "body_format": "raw",
        "return_content": True,
        "headers": {
            "Date": "{{ date }}",
            "Content-Type": "application/json",
            "DeveloperKey": "{{ lookup('env', 'R3_DEVELOPER_API_KEY') }}",
            "Authorization": (
                "Signature keyId=\"{{ lookup('env', 'R3_ACCESS_KEY_ID') }}\",algorithm=\"hmac-sha256\","
                'headers="(request-target) host date content-type content-length",signature="{{ signature }}"'
            ),
        },
    }
    return [
        {"name": "What to ask", "ansible.builtin.set_fact": {"body": body, "date": _DATE}},
        {"name": "Sign it", "ansible.builtin.set_fact": {"signature": signature}, "vars": {"sign": _SIGN}},
        {"name": "Ask", "ansible.builtin.uri": post, "register": register, "failed_when": failed_when},
    ]
