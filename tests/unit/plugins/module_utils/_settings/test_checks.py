# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
import yaml

from ansible_collections.community.remoteit.plugins.module_utils._base.errors import OptionError
from ansible_collections.community.remoteit.plugins.module_utils._settings.checks import (
    check_any_given,
    checked_concurrency,
    checked_connection_id,
    checked_deadline,
    checked_listed_id,
    checked_seconds,
    checked_service_id,
    checked_wait,
)
from tests.doubles.material import CONNECTION_ID, SERVICE


def test_a_service_id_becomes_canonical() -> None:
    assert checked_service_id("8a:00:00:00:01:8e:ed:0f") == "8A:00:00:00:01:8E:ED:0F"


@pytest.mark.parametrize("text", ["", "8A:00", f"{SERVICE}:09", f"{SERVICE}\n", "my device", "ssh"])
def test_a_bad_service_id_is_an_option_error_that_says_where_to_look(text: str) -> None:
    with pytest.raises(OptionError) as caught:
        checked_service_id(text)
    assert str(caught.value).startswith(f"service_id={text!r} is not a service id")
    assert "remote.it application" in str(caught.value)


@pytest.mark.parametrize(
    "id_", ["80:00:00:00:01:02:03:04", "10:59:00:00:00:00:00:59", "99:00:00:00:00:00:00:00", "99:59:59:59:59:59:59:59"]
)
def test_what_yaml_made_of_an_id_without_quotes_is_told_with_the_id(id_: str) -> None:
    number = yaml.safe_load(id_)
    assert isinstance(number, int)
    with pytest.raises(OptionError, match=f'write "{id_}", with the quotes'):
        checked_service_id(str(number))


@pytest.mark.parametrize("text", ["0", "7", "27993599999999", "279936000000000", "1" * 5000, "-223948800216002"])
def test_a_number_that_is_no_id_is_no_id_without_quotes(text: str) -> None:
    with pytest.raises(OptionError, match="eight hex octets"):
        checked_service_id(text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("80-00-00-00-01-02-03-0a", ": write 80:00:00:00:01:02:03:0A."),
        ("80000000010203ff", ": write 80:00:00:00:01:02:03:FF."),
        ("remoteit-80000000010203ff", ": write 80:00:00:00:01:02:03:FF."),
        (CONNECTION_ID, "it is the id of a connection: give connection.service_id"),
        ("pi-kitchen", "it seems to be a name"),
        ("Küche", "it seems to be a name"),
        ("80:00:00:00:00:00:90:0l", "eight hex octets such as"),
    ],
)
def test_what_it_seems_to_be_instead_of_a_service_id_is_told(text: str, said: str) -> None:
    with pytest.raises(OptionError) as caught:
        checked_service_id(text)
    assert said in str(caught.value)


def test_an_id_in_a_list_becomes_canonical() -> None:
    assert checked_listed_id("device_ids", "8a:00:00:00:01:8e:ed:0f") == "8A:00:00:00:01:8E:ED:0F"


@pytest.mark.parametrize("text", ["", "8A:00", f"{SERVICE}\n", "pi-kitchen", CONNECTION_ID, "7"])
def test_a_bad_id_in_a_list_is_an_option_error_that_names_the_list(text: str) -> None:
    with pytest.raises(OptionError) as caught:
        checked_listed_id("device_ids", text)
    assert str(caught.value).startswith(f"device_ids={text!r} is not an id: eight hex octets such as ")


def test_what_yaml_made_of_an_id_in_a_list_is_told_with_the_id() -> None:
    number = yaml.safe_load("80:00:00:00:01:02:03:04")
    with pytest.raises(OptionError) as caught:
        checked_listed_id("service_ids", str(number))
    assert str(caught.value) == (
        f"service_ids: YAML takes the id 80:00:00:00:01:02:03:04 for the number {number}: write "
        '"80:00:00:00:01:02:03:04", with the quotes.'
    )


def test_the_id_of_a_service_is_none_of_a_connection() -> None:
    with pytest.raises(OptionError, match="is the id of a service or device, not of a connection"):
        checked_connection_id(SERVICE.lower())


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


def test_a_time_to_wait_may_be_the_least_but_not_less() -> None:
    assert checked_wait("delay", 0.0) == 0.0
    assert checked_wait("interval", 10.5, 10) == 10.5
    with pytest.raises(OptionError, match=r"^interval=9\.5 is not a time to wait: give seconds, 10 or more\.$"):
        checked_wait("interval", 9.5, 10)


@pytest.mark.parametrize("value", [-1, -0.1, float("nan"), float("inf"), float("-inf")])
def test_a_time_to_wait_that_is_none_is_an_option_error(value: float) -> None:
    with pytest.raises(OptionError, match="is not a time to wait: give seconds, 0 or more"):
        checked_wait("timeout", value)


@pytest.mark.parametrize("concurrency", [0, -1])
def test_none_at_a_time_is_refused(concurrency: int) -> None:
    with pytest.raises(OptionError, match=f"concurrency={concurrency} would open nothing: give 1 or more"):
        checked_concurrency(concurrency)
    assert checked_concurrency(1) == 1


def test_what_has_no_value_is_not_given() -> None:
    check_any_given({"a": None, "b": ""}, ("a", "b"))
    with pytest.raises(OptionError, match="none of a, b has a value: give one of them"):
        check_any_given({"a": None, "b": None}, ("a", "b"))
