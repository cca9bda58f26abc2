# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What ssh itself reads in the configuration, also where a stranger has named the devices."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.community.remoteit.plugins.module_utils._base.errors import OptionError
from ansible_collections.community.remoteit.plugins.plugin_utils._ssh.config import ssh_config

HOSTILE = [
    "x\nProxyCommand touch /tmp/owned",
    "*",
    "!pi-kitchen *",
    "-oProxyCommand=x",
    "x # y",
    'x" y',
    "$(reboot)",
    "%h",
    "{{ lookup('env', 'HOME') }}",
    "github.com",
    "Localhost",
    "remoteit-8000000000000101",
    "\u202epi",
    "日本",
    "",
    ".",
]


def device(number: int, name: str, *services: str, can_connect: bool = True) -> dict[str, Any]:
    """A device with a service of each name."""
    listed = [
        {"id": f"80:00:00:00:00:00:{number:02X}:{index:02X}", "name": service, "can_connect": can_connect}
        for index, service in enumerate(services or ("SSH",), start=1)
    ]
    return {"id": f"80:00:00:00:00:00:{number:02X}:00", "name": name, "services": listed}


def text(*devices: dict[str, Any], prefix: str = "", **options: Any) -> str:
    """The configuration for *devices*."""
    return ssh_config(devices, options, prefix, {})


def names(configuration: str) -> list[str]:
    """The names of the hosts, but for the stable ones."""
    words = " ".join(re.findall("^Host (.*)$", configuration, re.M)).split()
    return [word for word in words if not re.fullmatch("remoteit-[0-9a-f]{16}", word)]


def read_by_ssh(configuration: str, host: str, directory: Path) -> dict[str, str]:
    """What ssh would do for *host*."""
    file = directory / "config"
    file.write_text(configuration)
    done = subprocess.run(
        ["ssh", "-G", "-F", str(file), "--", host], capture_output=True, text=True, timeout=30, check=True
    )
    return dict(line.split(" ", 1) for line in done.stdout.splitlines() if " " in line)


def test_both_names_lead_to_the_service(tmp_path: Path) -> None:
    configuration = text(device(1, "Pi Kitchen"), device(2, "pi-garage"), User="pi", IdentitiesOnly=True)
    for name in ("pi-kitchen", "remoteit-8000000000000101"):
        read = read_by_ssh(configuration, name, tmp_path)
        assert read["hostname"] == read["hostkeyalias"] == "remoteit-8000000000000101"
        assert read["proxycommand"].endswith("ssh_proxy.py 80:00:00:00:00:00:01:01")
        assert (read["user"], read["identitiesonly"], read["checkhostip"]) == ("pi", "yes", "no")
    assert "proxycommand" not in read_by_ssh(configuration, "pi-attic", tmp_path)


def test_a_hostile_name_is_a_plain_name_of_its_own_device_or_none(tmp_path: Path) -> None:
    devices = [device(number, name) for number, name in enumerate(HOSTILE, start=1)]
    configuration = text(*devices)
    keywords = {line.split()[0] for line in configuration.splitlines() if line}
    assert keywords == {"#", "Host", "HostName", "HostKeyAlias", "CheckHostIP", "ProxyCommand", "ProxyUseFdpass"}
    assert all(re.fullmatch("[a-z0-9_][a-z0-9_-]*", name) for name in names(configuration))
    assert configuration.count("\nHost ") == configuration.count("ProxyCommand ") == len(HOSTILE)
    for name in ("github.com", "localhost", "example"):
        assert "proxycommand" not in read_by_ssh(configuration, name, tmp_path)
    taken = read_by_ssh(configuration, "remoteit-8000000000000101", tmp_path)
    assert taken["proxycommand"].endswith(" 80:00:00:00:00:00:01:01")


def test_a_name_is_of_one_service_only() -> None:
    assert names(text(device(1, "pi"), device(2, "PI"), device(3, "pi!"), device(4, "attic"))) == [
        "pi-8000000000000101",
        "pi-8000000000000201",
        "pi-8000000000000301",
        "attic",
    ]
    assert names(text(device(1, "pi"), device(2, "pi"), device(3, "pi-8000000000000101"))) == ["pi-8000000000000201"]
    assert names(text(device(1, "pi", "SSH", "root shell"))) == ["pi-ssh", "pi-root-shell"]


def test_what_may_not_be_connected_to_is_left_out() -> None:
    assert names(text(device(1, "pi", can_connect=False), device(2, "attic"), prefix="r-")) == ["r-attic"]
    assert "Host" not in text()


def test_a_list_repeats_an_option_and_a_value_may_have_percent_signs(tmp_path: Path) -> None:
    configuration = text(device(1, "pi"), SendEnv=["LANG", "LC_*"], ControlPath="/tmp/%C", Port=22)
    assert "ControlPath none" in text(device(1, "pi"), ControlPath="none")
    assert configuration.count("  SendEnv ") == 2
    assert read_by_ssh(configuration, "pi", tmp_path)["controlpath"].startswith("/tmp/")


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"ProxyCommand": "x"}, "The option ProxyCommand leads SSH to the right device"),
        ({"hostname": "x"}, "The option hostname leads SSH to the right device"),
        ({"ProxyUseFdpass": True}, "The option ProxyUseFdpass leads SSH to the right device"),
        ({"ControlPath": "/tmp/%r-%p"}, "ControlPath=/tmp/%r-%p is one control socket for all devices"),
        ({"controlpath": "/tmp/%%h"}, "controlpath=/tmp/%%h is one control socket for all devices"),
        ({"Match": "all"}, "The option Match leads SSH to the right device"),
        ({"User pi\nHost": "*"}, "is not the name of an OpenSSH option"),
        ({"User": "pi\nHost *"}, "The value of the option User must be one line of text"),
        ({"User": ""}, "The value of the option User must be"),
        ({"User": None}, "The value of the option User must be"),
        ({"User": {"name": "pi"}}, "The value of the option User must be"),
    ],
)
def test_options_that_would_lead_elsewhere_are_refused(options: dict[str, Any], expected: str) -> None:
    with pytest.raises(OptionError, match=re.escape(expected)):
        text(device(1, "pi"), **options)


@pytest.mark.parametrize("prefix", ["-", "*", "a b", "A", "a.", "!x"])
def test_a_prefix_is_plain_too(prefix: str) -> None:
    with pytest.raises(OptionError, match="cannot begin a host name"):
        text(device(1, "pi"), prefix=prefix)
