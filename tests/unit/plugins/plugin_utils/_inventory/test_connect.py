# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What SSH on demand is told of an inventory's options, and which of them it cannot be told."""

from __future__ import annotations

import os
import shlex
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.community.remoteit.plugins.module_utils._base.errors import CredentialsError, OptionError
from ansible_collections.community.remoteit.plugins.module_utils._base.text import base36
from ansible_collections.community.remoteit.plugins.module_utils._fleet.device import Device, FleetService
from ansible_collections.community.remoteit.plugins.module_utils._model.ids import host_key_alias
from ansible_collections.community.remoteit.plugins.module_utils._settings.settings import Settings
from ansible_collections.community.remoteit.plugins.module_utils._ssh.options import socket_suffix
from ansible_collections.community.remoteit.plugins.module_utils._tunnels.address import ENV_RUN
from ansible_collections.community.remoteit.plugins.plugin_utils._inventory.connect import reached
from ansible_collections.community.remoteit.plugins.plugin_utils._inventory.hosts import hosts_of_services
from ansible_collections.community.remoteit.plugins.plugin_utils._run.end_of_run import END_OF_RUN
from tests.doubles.material import DEVELOPER_KEY, KEY_ID, SECRET, SERVICE

ENVIRONMENT = {
    "R3_ACCESS_KEY_ID": KEY_ID,
    "R3_SECRET_ACCESS_KEY": SECRET,
    "R3_DEVELOPER_API_KEY": DEVELOPER_KEY,
    "REMOTEIT_REGISTRY_PASSWORD": "sesame",
}
KEY_PAIR = {"access_key_id": KEY_ID, "secret_access_key": SECRET}


def device() -> Device:
    """A device with one SSH service."""
    ssh = FleetService(SERVICE, "ssh", 28, "SSH", "TCP", None, 22, True, True, True, (), {}, None)
    values = dict.fromkeys(Device.__dataclass_fields__)
    return Device(**{**values, "id": SERVICE, "name": "pi", "tags": (), "permissions": (), "services": (ssh,)})  # type: ignore[arg-type]


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A registry, and an environment with all keys."""
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("REMOTEIT_REGISTRY", str(tmp_path / "registry"))
    return tmp_path


def on_demand(**given: Any) -> list[str]:
    """The command line of the one host's ProxyCommand."""
    defaults = {"connect": "on_demand", "access": "latching", "client_ip": None, "timeout": 60.0, "close": "with_ssh"}
    options = {**defaults, **given}
    hosts = list(hosts_of_services([device()], "remoteit_", []))
    (variables,) = reached(options, given, Settings.from_options(options), hosts, pytest.fail)
    assert variables is not None
    words = shlex.split(variables["ansible_ssh_args"])
    (command,) = [word for word in words if word.startswith("ProxyCommand=")]
    return shlex.split(command.replace("%%", "%"))


def test_what_is_not_a_default_is_passed_on_but_for_keys_that_are_there_anyway(here: Path) -> None:
    words = on_demand(api="graphql", registry_password="sesame", **KEY_PAIR)
    assert words[-2:] == ["--api=graphql", SERVICE]
    assert not [key for key in (KEY_ID, SECRET, "sesame") if key in " ".join(words)]


def test_the_time_limit_for_reading_the_fleet_is_not_that_of_a_tunnel(here: Path) -> None:
    assert on_demand(timeout=600.0)[-1:] == [SERVICE]
    assert "timeout" not in " ".join(on_demand(timeout=600.0))


@pytest.mark.parametrize(
    ("missing", "given", "option"),
    [
        (("R3_ACCESS_KEY_ID", "R3_SECRET_ACCESS_KEY"), {}, "access_key_id"),
        (("R3_SECRET_ACCESS_KEY",), {}, "access_key_id"),
        ((), {"secret_access_key": SECRET[:-4]}, "access_key_id"),
        (("R3_DEVELOPER_API_KEY",), {"developer_key": DEVELOPER_KEY}, "developer_key"),
        (("REMOTEIT_REGISTRY_PASSWORD",), {"registry_password": "sesame"}, "registry_password"),
        ((), {"registry_password": "other"}, "registry_password"),
    ],
)
def test_a_secret_that_the_program_would_not_find_is_refused(
    missing: tuple[str, ...], given: dict[str, Any], option: str, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in missing:
        monkeypatch.delenv(name)
    with pytest.raises(OptionError) as caught:
        on_demand(**{**KEY_PAIR, **given})
    assert str(caught.value).startswith(
        f"{option} is set, but connect=on_demand lets SSH start a program that cannot be"
    )


def test_a_developer_key_that_nobody_has_is_missed_before_ssh_misses_it(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("R3_DEVELOPER_API_KEY")
    with pytest.raises(CredentialsError, match="api=rest needs a developer key"):
        on_demand()
    assert on_demand(api="graphql")[-1] == SERVICE


def test_a_profile_that_is_passed_on_gives_the_program_its_key(here: Path) -> None:
    file = here / "credentials"
    file.write_text(f"[work]\nR3_ACCESS_KEY_ID=OTHER\nR3_SECRET_ACCESS_KEY={SECRET}\n")
    words = on_demand(credentials_file=str(file), profile="work")
    assert words[-3:] == ["--profile=work", f"--credentials-file={file}", SERVICE]


def test_ssh_that_ends_with_the_run_is_told_from_that_of_other_runs(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(ENV_RUN, "")
    options = {"connect": "on_demand", "access": "latching", "client_ip": None, "close": "at_end"}
    hosts = list(hosts_of_services([device()], "remoteit_", []))
    (variables,) = reached(options, {}, Settings.from_options(options), hosts, pytest.fail)
    assert variables is not None
    assert os.environ[ENV_RUN] == END_OF_RUN.holder
    # the main process, of which the test may run in a fork
    main = int(END_OF_RUN.holder.partition("/")[0])
    assert variables["ansible_control_path"].endswith(f"+{base36(main)}{socket_suffix(host_key_alias(SERVICE))}")


@pytest.mark.parametrize(
    ("connect", "close", "meant"), [("on_demand", "never", "open"), ("open", "with_ssh", "on_demand")]
)
def test_when_to_close_is_refused_where_it_means_nothing(connect: str, close: str, meant: str, here: Path) -> None:
    options = {"connect": connect, "close": close, "access": "latching", "client_ip": None}
    with pytest.raises(
        OptionError, match=f"^close={close} cannot be kept with connect={connect}: it is for connect={meant}"
    ):
        reached(options, {}, Settings.from_options(options), [], pytest.fail)


@pytest.mark.parametrize(
    ("shell", "used"), [("/usr/sbin/nologin", "/bin/sh"), ("/bin/false", "/bin/sh"), ("/bin/zsh", "/bin/zsh")]
)
def test_ssh_starts_its_program_although_the_user_cannot_log_in(
    shell: str, used: str, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHELL", shell)
    on_demand()
    assert os.environ["SHELL"] == used
