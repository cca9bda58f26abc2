# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The command line of the ProxyCommand."""

from __future__ import annotations

import shlex

import pytest

from ansible_collections.community.remoteit.plugins.module_utils._base.errors import OptionError
from ansible_collections.community.remoteit.plugins.module_utils._ssh.arguments import parse
from ansible_collections.community.remoteit.plugins.plugin_utils._ssh.on_demand import proxy_command

SERVICE = "80:00:00:00:01:00:00:01"


def test_a_service_is_all_that_is_needed() -> None:
    assert parse([SERVICE]) == {"service_id": SERVICE, "timeout": 60.0}


def test_options_may_stand_on_both_sides() -> None:
    assert parse(["--api=graphql", SERVICE, "--timeout", "5", "--no-validate-certs"]) == {
        "service_id": SERVICE,
        "timeout": 5.0,
        "api": "graphql",
        "validate_certs": False,
    }


def test_what_the_inventory_writes_is_understood() -> None:
    options = {
        "profile": "work --access=public",
        "credentials_file": "/etc/remote it",
        "api": "graphql",
        "signature": "rfc9421",
        "rest_url": "http://127.0.0.1:1/a?b=%20",
        "graphql_url": "http://127.0.0.1:1/g",
        "ca_path": "/etc/ca",
        "request_timeout": 7.5,
        "registry": "/run/it's",
        "access": "restricted",
        "client_ip": "203.0.113.9",
        "validate_certs": False,
    }
    words = shlex.split(proxy_command(SERVICE, options).replace("%%", "%"))
    program = next(index for index, word in enumerate(words) if word.endswith("ssh_proxy.py"))
    arguments = words[program + 1 :]
    assert parse(arguments) == {**options, "service_id": SERVICE, "timeout": 60.0}


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
        parse(arguments)
    assert str(caught.value).startswith(f"the ProxyCommand of community.remoteit cannot be run so: {reason}. Give it ")
    assert "--access" in str(caught.value)
