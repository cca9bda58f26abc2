# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The command line of the ProxyCommand."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ansible_collections.community.remoteit.plugins.module_utils._base.errors import OptionError
from ansible_collections.community.remoteit.plugins.module_utils._settings.settings import SECRETS
from ansible_collections.community.remoteit.plugins.module_utils._ssh.arguments import OPTIONS, parse, write
from ansible_collections.community.remoteit.plugins.module_utils._tasks.argspec import api_argument_spec
from ansible_collections.community.remoteit.plugins.module_utils._tasks.connection import argument_spec
from tests.doubles.proxy_options import options

SERVICE = "80:00:00:00:01:00:00:01"


def test_a_service_is_all_that_is_needed() -> None:
    assert parse([SERVICE], "/") == {"service_id": SERVICE, "timeout": 60.0}


def test_options_may_stand_on_both_sides() -> None:
    assert parse(["--api=graphql", SERVICE, "--timeout", "5", "--no-validate-certs"], "/") == {
        "service_id": SERVICE,
        "timeout": 5.0,
        "api": "graphql",
        "validate_certs": False,
    }


@given(options(st.characters()))
@example({"profile": "--api=soap", "credentials_file": "/a=b", "registry": "/-", "validate_certs": False, "timeout": 1})
def test_what_is_written_is_read(given: dict[str, Any]) -> None:
    assert parse(write(SERVICE, given), "/") == {"timeout": 60, **given, "service_id": SERVICE}


def test_what_is_not_set_and_what_is_no_option_of_it_is_not_written() -> None:
    assert write(SERVICE, {**dict.fromkeys(OPTIONS), "validate_certs": True, "profile": ""}) == [SERVICE]
    assert write(SERVICE, {"missing": "open", "secret_access_key": "x"}) == [SERVICE]


def test_each_option_that_tells_how_remote_it_is_reached_is_among_them_or_a_key() -> None:
    keys = {"access_key_id", *SECRETS}
    assert not keys & OPTIONS.keys()
    own = {"access", "client_ip", "timeout", "fdpass"}
    assert api_argument_spec().keys() | own == OPTIONS.keys() | keys


def test_choices_are_those_of_a_task() -> None:
    spec = argument_spec()
    assert {name: tuple(spec.get(name, {}).get("choices", ())) for name in OPTIONS} == {
        name: option.choices for name, option in OPTIONS.items()
    }


@pytest.mark.parametrize(
    ("word", "read"),
    [
        ("--registry=here", "/where/ssh/runs/here"),
        ("--registry=../here", "/where/ssh/runs/../here"),
        ("--registry=/there", "/there"),
        ("--registry=~/there", "~/there"),
        ("--registry=redis://localhost/0", "redis://localhost/0"),
        ("--credentials-file=here", "/where/ssh/runs/here"),
        ("--ca-path=here", "/where/ssh/runs/here"),
    ],
)
def test_a_relative_path_begins_where_ssh_runs(word: str, read: str) -> None:
    (found,) = [
        value for name, value in parse([word, SERVICE], "/where/ssh/runs").items() if name in word.replace("-", "_")
    ]
    assert found == read


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ([], "it takes one service id, not 0"),
        ([SERVICE, SERVICE], "it takes one service id, not 2"),
        (["--secret-access-key=x", SERVICE], "option --secret-access-key not recognized"),
        (["--no-validate-certs=no", SERVICE], "option --no-validate-certs must not have an argument"),
        ([SERVICE, "--api"], "option --api requires argument"),
        (["--api=soap", SERVICE], "--api='soap' is none of rest, graphql"),
        (["--signature=none", SERVICE], "--signature='none' is none of auto, cavage, rfc9421"),
        (["--access=all", SERVICE], "--access='all' is none of latching, restricted, public"),
        (["--timeout=soon", SERVICE], "--timeout='soon' is not a number of seconds"),
    ],
)
def test_anything_else_is_named_with_what_there_is(arguments: list[str], reason: str) -> None:
    with pytest.raises(OptionError) as caught:
        parse(arguments, "/")
    assert str(caught.value).startswith(f"the ProxyCommand of community.remoteit cannot be run so: {reason}. Give it ")
    assert "--access" in str(caught.value)
