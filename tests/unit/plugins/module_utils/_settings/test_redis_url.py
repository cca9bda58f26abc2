# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.community.remoteit.plugins.module_utils._base.errors import OptionError
from ansible_collections.community.remoteit.plugins.module_utils._settings.registry_place import absolute_registry


def refused(given: str) -> str:
    with pytest.raises(OptionError) as caught:
        absolute_registry(given)
    return str(caught.value)


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
    assert absolute_registry(value) == value


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
        ("rediss://localhost?ssl_ca_certs=/no/such", "the file of ssl_ca_certs does not exist, or may not be read"),
        ("redis://localhost#0", "it has a fragment"),
    ],
)
def test_a_url_that_is_not_of_redis_is_refused(value: str, reason: str) -> None:
    assert refused(value) == (
        f"registry={value!r} cannot be used: {reason}. Give a directory, or a URL such as "
        "redis://user@redis.example.com:6379/0?prefix=remoteit, or rediss:// for TLS."
    )
