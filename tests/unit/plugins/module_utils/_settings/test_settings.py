# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, get_args, get_origin, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

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


# -- URLs and the registry, wherever they come from --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("option", "variable"),
    [("rest_url", "R3_REST_URL"), ("graphql_url", "R3_GRAPHQL_URL"), ("registry", "REMOTEIT_REGISTRY")],
)
def test_an_address_that_cannot_be_used_is_refused_from_option_and_environment(option: str, variable: str) -> None:
    for text in ("ftp://x", "https://x:99999", "redis://"):
        message = refused({}, **{option: text})
        assert message.startswith(f"{option}={text!r} ")
        assert refused({variable: text}) == message


@pytest.mark.parametrize("name", ["rest_url", "graphql_url", "registry"])
@pytest.mark.parametrize("password", ["sesame", "ses@ame", "ses/ame", "ses\name", "sesame@[", ":"])
def test_a_password_in_a_url_is_refused_and_not_shown(name: str, password: str) -> None:
    shown = refused({}, **{name: f"https://user:{password}@api.remote.it/a"})
    assert "https://user:********@api.remote.it/a" in shown and "ses" not in shown


def test_a_registry_is_an_absolute_path_wherever_it_comes_from(home: Path) -> None:
    assert made(registry="~/r").registry == f"{home}/r"
    assert made({"REMOTEIT_REGISTRY": "~/r"}).registry == f"{home}/r"


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


def test_the_password_of_the_registry_comes_from_its_option_or_the_environment() -> None:
    environ = {"REMOTEIT_REGISTRY_PASSWORD": "theirs"}
    assert made(environ).registry_password == "theirs"
    assert made(environ, registry_password="ours").registry_password == "ours"
    assert made({"REMOTEIT_REGISTRY_PASSWORD": ""}).registry_password is None
    assert "theirs" not in repr(made(environ))


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


# -- through a pipe ---------------------------------------------------------------------------------------------------

# Paths and environment variables need not be text.
TEXT = st.text(st.characters(exclude_categories=()))
VALUES: dict[Any, st.SearchStrategy[Any]] = {
    str: TEXT,
    int: st.integers(),
    float: st.floats(allow_nan=False),
    bool: st.booleans(),
    bytes: st.binary(),
    type(None): st.none(),
}


def any_of(hint: Any) -> st.SearchStrategy[Any]:
    """Values of the type *hint*, whatever fields a named tuple has."""
    if hasattr(hint, "_fields"):
        return st.builds(hint, **{name: any_of(one) for name, one in get_type_hints(hint).items()})
    if get_origin(hint) is tuple:
        return st.lists(any_of(get_args(hint)[0])).map(tuple)
    return st.one_of([VALUES[one] for one in get_args(hint) or (hint,)])


@given(any_of(Settings))
def test_every_setting_survives_json(settings: Settings) -> None:
    read = Settings.from_record(json.loads(json.dumps(settings.as_record())))
    assert read == settings
    assert read.verify is settings.verify or isinstance(settings.verify, str)
