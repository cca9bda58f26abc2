# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""URLs of every shape that a request of the collection may be sent to, and more."""

from __future__ import annotations

_PATH = "/apv/v27/device/connect"

_HOSTS = (
    "https://api.remote.it",
    "https://API.Remote.IT",
    "https://api.remote.it:443",
    "https://api.remote.it:8443",
    "https://api.remote.it:80",
    "https://api.remote.it:1",
    "https://api.remote.it:65535",
    "http://localhost:80",
    "http://localhost:443",
    "https://a",
    "https://a-b.c--d.example",
    f"https://{'x' * 63}.example",
    "https://xn--bcher-kva.example",
    "https://bücher.example",
    "https://localhost",
    "http://localhost:8123",
    "https://127.0.0.1",
    "https://127.0.0.1:443",
    "http://127.0.0.1:8123",
    "https://[::1]",
    "https://[::1]:443",
    "http://[::1]:8123",
    "https://[2001:db8::1]:8443",
    "https://[2001:DB8:0:0:0:0:0:1]",
    "https://[::ffff:192.0.2.1]",
    "https://user:word@api.remote.it",
)

_TARGETS = (
    "",
    "/",
    "/graphql/v1",
    "/graphql/v1/",
    "/a//b",
    "/a/./b",
    "/a/../b",
    "/..",
    "/a.b/...",
    "/a b",
    "/a%20b",
    "/a+b",
    "/a%2Fb",
    "/a%2fb",
    "/%7Ea",
    "/~a",
    "/a;b=c,d",
    "/a@b:c",
    "/a!$&'()*b",
    "/a|b",
    "/a[b]{c}",
    '/a"b<c>',
    "/a\\b^c`d",
    "/a%zz",
    "/%C3%BC",
    "/ü",
    "/日本",
    f"/{'a' * 2000}",
    "?a=b",
    "/?",
    "/a?b",
    "/a?b=",
    "/a?=b",
    "/a?cache=false&state=active",
    "/a?b=c&b=d",
    "/a?b=c+d",
    "/a?b=c d",
    "/a?b=c%20d",
    "/a?b=/c?d",
    "/a?b[]=c",
    "/a?b=ü",
    "/a?b=%C3%BC",
    "/a?b='c'",
    "/a?b=c#d",
    "/a#b",
)

URLS = (*(host + _PATH for host in _HOSTS), *(f"https://api.remote.it{target}" for target in _TARGETS))
