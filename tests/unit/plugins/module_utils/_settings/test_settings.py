# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
import requests
from hypothesis import example, given
from hypothesis import strategies as st

from ansible_collections.community.remoteit.plugins.module_utils._api.signature import signing_string
from ansible_collections.community.remoteit.plugins.module_utils._base.errors import CredentialsError, OptionError
from ansible_collections.community.remoteit.plugins.module_utils._settings.settings import Settings
from tests.doubles.material import DEVELOPER_KEY, KEY, KEY_ID, SECRET

KEYS = {"access_key_id": KEY_ID, "secret_access_key": SECRET}


def made(environ: dict[str, str] | None = None, **options: Any) -> Settings:
    return Settings.from_options({**KEYS, **options}, environ or {})


def refused(environ: dict[str, str] | None = None, **options: Any) -> str:
    with pytest.raises(OptionError) as caught:
        made(environ, **options)
    return str(caught.value)


def test_defaults(home: Path) -> None:
    settings = made()
    assert (settings.api, settings.signature) == ("rest", "auto")
    assert settings.rest_url == "https://api.remote.it/apv/v27"
    assert settings.graphql_url == "https://api.remote.it/graphql/v1"
    assert settings.verify is True
    assert settings.request_timeout == 30
    assert settings.registry == f"{home}/.ansible/remoteit"
    assert (settings.credentials.key_id, settings.credentials.key) == (KEY_ID, KEY)


def test_options_win_over_the_environment_and_it_over_the_defaults() -> None:
    environ = {
        "R3_REST_URL": "https://env.example/rest",
        "R3_GRAPHQL_URL": "https://env.example/graphql",
        "REMOTEIT_REGISTRY": "/env",
    }
    settings = made(environ)
    assert settings.rest_url == "https://env.example/rest"
    assert settings.graphql_url == "https://env.example/graphql"
    assert settings.registry == "/env"
    options = {"rest_url": "https://o.example/r", "graphql_url": "https://o.example/g", "registry": "/option"}
    settings = made(environ, **options)
    assert settings.rest_url == "https://o.example/r"
    assert settings.graphql_url == "https://o.example/g"
    assert settings.registry == "/option"


def test_without_an_environment_the_process_has_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("R3_REST_URL", "https://process.example/rest")
    assert Settings.from_options(KEYS).rest_url == "https://process.example/rest"


def test_unset_options_fall_back() -> None:
    names = ("api", "signature", "rest_url", "graphql_url", "ca_path", "request_timeout", "registry", "validate_certs")
    assert made(**dict.fromkeys(names)) == made()


# -- URLs -------------------------------------------------------------------------------------------------------------


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
@pytest.mark.parametrize("name", ["rest_url", "graphql_url"])
def test_a_url_has_one_form(name: str, text: str, normal: str) -> None:
    assert getattr(made(**{name: text}), name) == normal
    # and that form is kept
    assert getattr(made(**{name: normal}), name) == normal


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
    assert refused(**{name: text}).startswith(f"{name}={text!r} ")


@pytest.mark.parametrize("name", ["rest_url", "graphql_url", "registry"])
@pytest.mark.parametrize("password", ["sesame", "ses@ame", "ses/ame", "ses\name", "sesame@[", ":"])
def test_a_password_in_a_url_is_refused_and_not_shown(name: str, password: str) -> None:
    shown = refused(**{name: f"https://user:{password}@api.remote.it/a"})
    assert "https://user:********@api.remote.it/a" in shown and "ses" not in shown


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
    assert "plain http is accepted for a loopback address only" in refused(rest_url=text)


def test_a_bad_url_of_the_environment_is_refused_as_well() -> None:
    assert "ftp://x" in refused({"R3_REST_URL": "ftp://x"})


def test_brackets_are_for_ipv6_alone() -> None:
    assert "'https://[v1.x]/a' is not a URL" in refused(graphql_url="https://[v1.x]/a")


def test_a_zone_is_named_as_what_is_wrong() -> None:
    assert "has the zone of an IPv6 address" in refused(graphql_url="https://[fe80::1%25eth0]/a")


@given(st.one_of(st.text(), st.text(alphabet="ab:/@[]?#.1%\\ \n").map(lambda text: f"https://{text}")))
@example("https://a@[::1]:80/")
def test_any_text_is_a_normal_url_or_an_option_error(text: str) -> None:
    try:
        url = made(rest_url=text).rest_url if text else ""
    except OptionError:
        return
    if not text:
        return
    assert made(rest_url=url).rest_url == url
    assert not url.endswith("/")


@pytest.mark.parametrize(
    "text",
    [
        *("https://API.remote.it:443/apv/v27/", "https://api.remote.it:8443/a", "http://[::1]:8123/a"),
        *("http://127.0.0.1:80/a b", "https://[2001:DB8::1]:443/ä"),
    ],
)
def test_the_normal_form_is_what_http_clients_send_and_sign(text: str) -> None:
    url = made(rest_url=text).rest_url
    request = requests.Request("POST", f"{url}/x", headers={"Date": "D", "Content-Type": "T"}, data=b"{}").prepare()
    assert request.url is not None
    host = request.url.split("/")[2]
    assert url.startswith(f"{request.url.partition('://')[0]}://{host}")
    assert f"host: {host}" in signing_string(request).split("\n")


# -- TLS --------------------------------------------------------------------------------------------------------------


def test_a_private_ca_is_a_path(home: Path) -> None:
    (home / "ca.pem").write_text("")
    assert made(ca_path="~/ca.pem").verify == f"{home}/ca.pem"
    assert made(ca_path=str(home)).verify == str(home)


def test_a_private_ca_that_does_not_exist_is_refused(home: Path) -> None:
    assert refused(ca_path="~/none.pem").startswith("ca_path=~/none.pem does not exist")


def test_verification_can_be_switched_off() -> None:
    assert made(validate_certs=False).verify is False
    assert made(validate_certs=False, ca_path="/none").verify is False
    assert made(validate_certs=True).verify is True


# -- times and places -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("value", [-1, -0.5, 0, 0.0, float("-inf")])
def test_a_request_timeout_that_is_no_time_is_refused(value: float) -> None:
    assert refused(request_timeout=value).startswith(f"request_timeout={value:g} is not a time")


def test_a_request_timeout_may_be_short() -> None:
    assert made(request_timeout=0.25).request_timeout == 0.25


@pytest.mark.parametrize("value", ["a\0b", "a\ud800b"])
def test_a_registry_that_is_no_path_is_refused(value: str) -> None:
    assert refused(registry=value) == f"registry={value!r} is not a directory: give the path of one."
    assert refused({"REMOTEIT_REGISTRY": value})


@pytest.mark.parametrize(
    "value",
    [
        "redis://redis.example.com",
        "redis://runner@redis.example.com:6380/3?prefix=team-a",
        "rediss://[::1]:6379/0",
        f"rediss://localhost?ssl_ca_certs={__file__}&ssl_certfile={__file__}&ssl_keyfile={__file__}",
    ],
)
def test_a_registry_may_be_in_redis(value: str) -> None:
    assert made(registry=value).registry == value
    assert made({"REMOTEIT_REGISTRY": value}).registry == value


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("https://example.com", "a directory, redis:// or rediss:// is expected"),
        ("file:///tmp/registry", "a directory, redis:// or rediss:// is expected"),
        ("redis://", "it names no host"),
        ("redis://-oProxyCommand=id", "it names no host"),
        ("redis://localhost/zero", "'zero' is not the number of a database"),
        ("redis://localhost/0/1", "'0/1' is not the number of a database"),
        ("redis://localhost/\u0661", "'\u0661' is not the number of a database"),
        ("redis://localhost:70000", "Port out of range 0-65535"),
        ("redis://localhost?prefix=", "the prefix is empty or not printable"),
        ("redis://localhost?prefix=a%0Ab", "the prefix is empty or not printable"),
        ("redis://localhost?timeout=1", "'timeout' is not an option of redis://"),
        ("redis://localhost?ssl_ca_certs=/etc/passwd", "'ssl_ca_certs' is not an option of redis://"),
        ("rediss://localhost?ssl_ca_certs=/no/such", "the file of ssl_ca_certs does not exist"),
        ("redis://localhost#0", "it has a fragment"),
    ],
)
def test_a_url_that_is_not_of_redis_is_refused(value: str, reason: str) -> None:
    assert refused(registry=value) == (
        f"registry={value!r} cannot be used: {reason}. Give a directory, or a URL such as "
        "redis://user@redis.example.com:6379/0?prefix=remoteit, or rediss:// for TLS."
    )
    assert refused({"REMOTEIT_REGISTRY": value})


def test_a_password_in_the_registry_is_refused_and_not_shown() -> None:
    message = refused(registry="redis://runner:s3cret@localhost/0")
    assert message.startswith("registry='redis://runner:********@localhost/0' cannot be used: a password is shown to")
    assert "s3cret" not in message


def test_the_password_of_the_registry_comes_from_its_option_or_the_environment() -> None:
    environ = {"REMOTEIT_REGISTRY_PASSWORD": "theirs"}
    assert made(environ).registry_password == "theirs"
    assert made(environ, registry_password="ours").registry_password == "ours"
    assert made({"REMOTEIT_REGISTRY_PASSWORD": ""}).registry_password is None
    assert "theirs" not in repr(made(environ))


def test_a_tilde_in_the_registry_is_home(home: Path) -> None:
    assert made(registry="~/r").registry == os.path.join(home, "r")
    assert made({"REMOTEIT_REGISTRY": "~/r"}).registry == os.path.join(home, "r")


@pytest.mark.parametrize("given", ["r", "./r/", "s/../r"])
def test_a_registry_is_the_same_wherever_a_process_goes(
    given: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert made(registry=given).registry == str(tmp_path / "r")


@pytest.mark.parametrize("given", ["~nobody-has-this-name/r", "~nobody-has-this-name"])
def test_a_registry_in_an_unknown_home_is_refused(given: str) -> None:
    assert refused(registry=given) == (
        f"registry={given} is below a home directory that is not known: give the whole path, or set HOME."
    )


# -- the developer key ------------------------------------------------------------------------------------------------


def test_the_developer_key_is_needed_by_rest_only_when_it_is_used() -> None:
    assert made(developer_key=DEVELOPER_KEY).require_developer_key() == DEVELOPER_KEY
    with pytest.raises(CredentialsError) as caught:
        made().require_developer_key()
    for way in ("developer_key", "R3_DEVELOPER_API_KEY", "profile", "api=graphql"):
        assert way in str(caught.value)


@pytest.mark.parametrize("value", ["", None])
def test_an_empty_developer_key_is_none(value: str | None) -> None:
    environ = {} if value is None else {"R3_DEVELOPER_API_KEY": value}
    assert made(environ, developer_key=value).credentials.developer_key is None


def test_no_secret_is_in_the_representation() -> None:
    shown = repr(made(developer_key=DEVELOPER_KEY))
    assert SECRET not in shown and KEY.decode() not in shown and DEVELOPER_KEY not in shown
