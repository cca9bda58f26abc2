# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reading of the configuration."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.simulator.config.file import load, read_settings
from tests.simulator.config.reader import ConfigError
from tests.simulator.config.settings import Behaviour
from tests.simulator.harness import ROOT

from .world import configuration


def test_the_example_shows_the_defaults() -> None:
    settings = load(ROOT / "tests" / "simulator" / "example.yml")
    assert settings.behaviour == Behaviour()


def put(*path: Any, value: Any) -> Callable[[dict[str, Any]], None]:
    """Return a change of one value of a configuration."""

    def change(config: Any) -> None:
        for key in path[:-1]:
            config = config[key]
        config[path[-1]] = value

    return change


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            put("accounts", 0, "access_keys", 0, "secret", value="?"),
            "accounts[0].access_keys[0].secret: must be base64",
        ),
        (
            put("accounts", 0, "memberships", 0, "account", value="x"),
            "accounts[0].memberships[0].account: is no account",
        ),
        (put("accounts", 0, "id", value=None), "accounts[0].id: is required"),
        (put("accounts", 0, "nickname", value="a"), "accounts[0].nickname: is not a known key"),
        (put("devices", 0, "id", value="80:00"), "devices[0].id: must be eight octets"),
        (put("devices", 1, "id", value="80:00:00:00:01:00:00:02"), "devices[1].id: is used twice"),
        (put("devices", 0, "owner", value="nobody"), "devices[0].owner: is no account"),
        (put("devices", 0, "online", value="yes"), "devices[0].online: must be true or false"),
        (put("devices", 0, "tags", value="pi"), "devices[0].tags: must be a list of strings"),
        (put("devices", 0, "services", 0, "target", value="22"), "devices[0].services[0].target: must be host:port"),
        (
            put("devices", 0, "services", 0, "application", value=None),
            "devices[0].services[0].application: is required",
        ),
        (
            put("devices", 0, "shared_with", 0, "permissions", value=["RUN"]),
            "shared_with[0].permissions: may only hold",
        ),
        (put("devices", 0, "targets", value={"pi": "127.0.0.1:1"}), "devices[0].targets.pi: must be host:port"),
        (put("devices", 0, "targets", value={"pi:1": "pi"}), "devices[0].targets.pi:1: must be host:port"),
        (
            put("devices", 0, "services", 0, "link", value={"uri": "x"}),
            "devices[0].services[0].link.uri: is not a known",
        ),
        (put("sessions", 0, "service", value="x"), "sessions[0].service: is no service"),
        (put("port", value=-1), "port: must be an integer from 0 to 65535"),
        (put("tls", value={"certificate": "none.pem", "key": "none.key"}), "tls.certificate: no such file"),
        (put("behaviour", "time_factor", value=0), "behaviour.time_factor: must be above 0"),
        (put("behaviour", "lifetime", value="long"), "behaviour.lifetime: must be a number"),
        (put("behaviour", "second_connect", value="old"), "behaviour.second_connect: must be one of: new, override"),
        (put("behaviour", "service_names", value="as"), "behaviour.service_names: must be one of: as_sent, prefixed"),
        (put("behaviour", "signatures", value={"rest": ["md5"]}), "behaviour.signatures.rest: may only hold"),
        (put("behaviour", "rate_limit", value={}), "behaviour.rate_limit.requests: is required"),
    ],
)
def test_a_complaint_names_its_key(change: Callable[[dict[str, Any]], None], message: str) -> None:
    config = copy.deepcopy(configuration())
    change(config)
    with pytest.raises(ConfigError) as caught:
        read_settings(config, Path("/nowhere"))
    assert message in str(caught.value)


def test_an_empty_configuration_is_an_empty_world() -> None:
    assert read_settings(None, Path()).world.devices == []
