# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
import requests
from hypothesis import example, given
from hypothesis import strategies as st

from ansible_collections.community.remoteit.plugins.module_utils._api.signature import signing_string
from ansible_collections.community.remoteit.plugins.module_utils._base.errors import OptionError
from ansible_collections.community.remoteit.plugins.module_utils._settings.urls import base_url

DEFAULT = "https://api.example.com/v1"


def refused(text: str, name: str = "rest_url") -> str:
    with pytest.raises(OptionError) as caught:
        base_url(name, text, DEFAULT)
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("https://api.remot3.it/apv/v27", "https://api.remot3.it/apv/v27"),
        ("https://api.remote.it/apv/v27/", "https://api.remote.it/apv/v27"),
        ("https://api.remote.it/apv/v27//", "https://api.remote.it/apv/v27"),
        ("https://API.Remote.IT/Apv", "https://api.remote.it/Apv"),
        ("HTTPS://api.remote.it/a", "https://api.remote.it/a"),
        ("https://api.remote.it:443/a", "https://api.remote.it/a"),
        ("https://api.remote.it:8443/a", "https://api.remote.it:8443/a"),
        ("https://api.remote.it:80/a", "https://api.remote.it:80/a"),
        ("https://api.remote.it", "https://api.remote.it"),
        ("https://api.remote.it/", "https://api.remote.it"),
        ("https://api.remote.it/a?", "https://api.remote.it/a"),
        ("https://api.remote.it/a#", "https://api.remote.it/a"),
        ("https://api.remote.it:/a", "https://api.remote.it/a"),
        ("https://203.0.113.7/a", "https://203.0.113.7/a"),
        ("https://[2001:DB8::1]/a", "https://[2001:db8::1]/a"),
        ("https://[2001:db8::1]:443/a", "https://[2001:db8::1]/a"),
        ("https://[2001:db8::1]:8443/a", "https://[2001:db8::1]:8443/a"),
        ("http://localhost/a", "http://localhost/a"),
        ("http://LOCALHOST:80/a", "http://localhost/a"),
        ("http://127.0.0.1:8123/a/", "http://127.0.0.1:8123/a"),
        ("http://127.1.2.3/a", "http://127.1.2.3/a"),
        ("http://[::1]:8123/a", "http://[::1]:8123/a"),
        ("http://[0:0:0:0:0:0:0:1]:8123/a", "http://[::1]:8123/a"),
        ("http://[0000::0001]/a", "http://[::1]/a"),
        ("https://[2001:0DB8:0:0:1:0:0:1]:443/a", "https://[2001:db8::1:0:0:1]/a"),
        ("http://[::FFFF:127.0.0.1]:8123/a", "http://127.0.0.1:8123/a"),
        ("https://[::ffff:cb00:7107]/a", "https://203.0.113.7/a"),
    ],
)
def test_a_url_has_one_form(text: str, normal: str) -> None:
    assert base_url("rest_url", text, DEFAULT) == normal
    # and that form is kept
    assert base_url("rest_url", normal, DEFAULT) == normal


@pytest.mark.parametrize(
    "text",
    [
        *(
            "api.remote.it",
            "api.remote.it/apv",
            "//api.remote.it/apv",
            "/apv/v27",
            "https://",
            "https:///apv",
            "https:apv",
        ),
        *("ftp://api.remote.it/a", "file:///etc/passwd", "ws://localhost/a", "javascript:alert(1)"),
        *("https://user@api.remote.it/a", "https://@api.remote.it/a"),
        *("https://api.remote.it/a?b=c", "https://api.remote.it/a#b", "https://api.remote.it?b"),
        *("https://api.remote.it:99999/a", "https://api.remote.it:x/a", "https://api.remote.it:-1/a"),
        *("https://[::1/a", "https://::1/a", "https://[zz]/a", "https://[1:2]/a", "https://[v1.a:b]/a"),
        *("https://[fe80::1%25eth0]/a", "https://[fe80::1%eth0]/a"),
    ],
)
@pytest.mark.parametrize("name", ["rest_url", "graphql_url"])
def test_what_is_no_base_url_is_refused(name: str, text: str) -> None:
    assert refused(text, name).startswith(f"{name}={text!r} ")


@pytest.mark.parametrize(
    "text",
    [
        *(
            "http://api.remote.it/a",
            "http://192.168.1.1/a",
            "http://0.0.0.0/a",
            "http://[2001:db8::1]/a",
            "http://[::]/a",
            "http://[::ffff:192.168.1.1]/a",
        ),
        *(
            "http://localhost.example.com/a",
            "http://127.0.0.1.example.com/a",
            "http://xlocalhost/a",
            "http://128.0.0.1/a",
        ),
    ],
)
def test_plain_http_is_for_loopback_only(text: str) -> None:
    assert "plain http is accepted for a loopback address only" in refused(text)


def test_brackets_are_for_ipv6_alone() -> None:
    assert "'https://[v1.x]/a' is not a URL" in refused("https://[v1.x]/a")


def test_a_zone_is_named_as_what_is_wrong() -> None:
    assert "has the zone of an IPv6 address" in refused("https://[fe80::1%25eth0]/a")


@given(st.one_of(st.text(), st.text(alphabet="ab:/@[]?#.1%\\ \n").map(lambda text: f"https://{text}")))
@example("https://a@[::1]:80/")
def test_any_text_is_a_normal_url_or_an_option_error(text: str) -> None:
    try:
        url = base_url("rest_url", text, DEFAULT)
    except OptionError:
        return
    assert base_url("rest_url", url, DEFAULT) == url
    assert not url.endswith("/")


@pytest.mark.parametrize(
    "text",
    [
        *("https://API.remote.it:443/apv/v27/", "https://api.remote.it:8443/a", "http://[::1]:8123/a"),
        *("http://127.0.0.1:80/a b", "https://[2001:DB8::1]:443/ä"),
    ],
)
def test_the_normal_form_is_what_http_clients_send_and_sign(text: str) -> None:
    url = base_url("rest_url", text, DEFAULT)
    request = requests.Request("POST", f"{url}/x", headers={"Date": "D", "Content-Type": "T"}, data=b"{}").prepare()
    assert request.url is not None
    host = request.url.split("/")[2]
    assert url.startswith(f"{request.url.partition('://')[0]}://{host}")
    assert f"host: {host}" in signing_string(request).split("\n")
