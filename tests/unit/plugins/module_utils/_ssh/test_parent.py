# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What ssh was told besides, and what of it would lead elsewhere."""

from __future__ import annotations

import shlex

import pytest

from ansible_collections.community.remoteit.plugins.module_utils._base.errors import OptionError
from ansible_collections.community.remoteit.plugins.module_utils._ssh.options import options_of
from ansible_collections.community.remoteit.plugins.module_utils._ssh.parent import (
    check_options,
    options_in,
    seconds_to_wait,
    too_slow,
)

pytestmark = pytest.mark.one_core


OURS = "-o HostKeyAlias=remoteit-8000000001020304 -o ProxyCommand=ours"


def read(text: str) -> list[tuple[str, str]]:
    return list(options_of(shlex.split(text)))


@pytest.mark.parametrize(
    "text",
    [
        f"{OURS} -o ProxyCommand=none -o ProxyJump=none -S none",
        f"{OURS} -o ControlPath=/tmp/%C -o ControlPath=/tmp/common",
        f"{OURS} -o ControlPath=none",
        f'{OURS} -o ControlPath="/home/pi/.ansible/cp/0123456789"',
        f"{OURS} -o ControlPath=/tmp/%r+a2f44",
        # by hand, for one host
        "-o ProxyCommand=ours -S /tmp/here",
        "-o HostKeyAlias=mine -o ProxyCommand=ours -o ControlPath=/tmp/here",
        "-o HostKeyAlias=remoteit-8000000001020304 -S /tmp/here",
        "",
    ],
)
def test_what_ssh_keeps_is_not_refused(text: str) -> None:
    check_options(read(text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"-v {OURS} -o ProxyJump=gate", "-o ProxyJump= among"),
        (f"{OURS} -oproxycommand='nc gate'", "-o ProxyCommand= among"),
        (f"{OURS} -o HostKeyAlias=mine -o ProxyJump=gate", "-o ProxyJump= among"),
        (f"{OURS} -4S/tmp/common", "with -S among"),
        (f"{OURS} -o ControlPath=/tmp/%r+a2f45", "one control socket"),
        (f"{OURS} -o ControlPath=/tmp/0123456789a", "one control socket"),
        (f"{OURS} -o ControlPath=/tmp/%r", "ControlPath=/tmp/%r among the SSH arguments is one control socket"),
    ],
)
def test_what_ssh_drops_or_shares_is_refused(text: str, expected: str) -> None:
    with pytest.raises(OptionError, match=expected):
        check_options(read(text))


@pytest.mark.parametrize("waits", ["none", "0", "1", "1m", ""])
def test_where_there_is_no_time_to_tell_nothing_is_told(waits: str) -> None:
    assert seconds_to_wait([("connecttimeout", waits)]) is None


def test_what_takes_too_long_is_told_a_second_before() -> None:
    given = options_in(["ssh", "-o", "ConnectTimeout=10", "-v", "pi", "uptime", "-o", "ConnectTimeout=5"])
    assert given == [("connecttimeout", "10"), ("-v", "")]
    assert seconds_to_wait(given) == 9
    assert "longer than the 10 seconds that SSH waits" in too_slow(given)


def test_of_what_cannot_be_seen_nothing_is_known() -> None:
    assert options_in([]) == []
    assert seconds_to_wait([]) is None
