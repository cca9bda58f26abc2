# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.community.remoteit.plugins.module_utils._argspec import api_argument_spec
from ansible_collections.community.remoteit.plugins.module_utils._errors import OptionError
from ansible_collections.community.remoteit.plugins.module_utils._options import (
    checked_connection_id,
    checked_deadline,
    checked_seconds,
    checked_service_id,
)
from tests.unit.plugins.material import CONNECTION_ID, SERVICE


def test_a_service_id_becomes_canonical() -> None:
    assert checked_service_id("8a:00:00:00:01:8e:ed:0f") == "8A:00:00:00:01:8E:ED:0F"


@pytest.mark.parametrize("text", ["", "8A:00", f"{SERVICE}:09", f"{SERVICE}\n", "my device", "80-00-00-00-01-02-03-04"])
def test_a_bad_service_id_is_an_option_error_that_says_where_to_look(text: str) -> None:
    with pytest.raises(OptionError) as caught:
        checked_service_id(text)
    assert str(caught.value).startswith(f"service_id={text!r} is not a service id")
    assert "remote.it application" in str(caught.value)


def test_a_connection_id_stays_as_it_is() -> None:
    assert checked_connection_id(CONNECTION_ID) == CONNECTION_ID
    assert checked_connection_id(CONNECTION_ID.lower()) == CONNECTION_ID.lower()


@pytest.mark.parametrize("text", ["", " ", "-x", "a b", 'a"', "a\n", "x" * 129, "ä", "a/b"])
def test_a_bad_connection_id_is_an_option_error(text: str) -> None:
    with pytest.raises(OptionError) as caught:
        checked_connection_id(text)
    assert str(caught.value).startswith(f"connection_id={text!r} ")


def test_a_time_limit_starts_now() -> None:
    deadline = checked_deadline(600)
    assert deadline.seconds == 600
    assert 500 < deadline.remaining() <= 600


@pytest.mark.parametrize("timeout", [0, 0.0, -1, -0.5, float("-inf")])
def test_a_time_limit_that_is_none_is_an_option_error(timeout: float) -> None:
    with pytest.raises(OptionError, match=r"timeout=.* is not a time: give seconds greater than 0"):
        checked_deadline(timeout)


def test_seconds_may_be_zero_but_not_negative() -> None:
    assert checked_seconds("min_remaining", 0) == 0
    assert checked_seconds("min_remaining", 7) == 7
    with pytest.raises(OptionError, match="min_remaining=-1 is negative"):
        checked_seconds("min_remaining", -1)


def test_secrets_are_hidden_from_logs_and_an_id_is_not() -> None:
    hidden = {name for name, option in api_argument_spec().items() if option.get("no_log")}
    assert hidden == {"secret_access_key", "developer_key", "registry_password"}
    # it stands in messages, which no_log would blank out
    assert api_argument_spec()["access_key_id"]["no_log"] is False
