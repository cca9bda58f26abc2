# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the filters make of their arguments; what they are for is tested with real playbooks and ssh."""

from __future__ import annotations

from typing import Any

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.community.remoteit.plugins.filter.host_variables import host_variables
from ansible_collections.community.remoteit.plugins.filter.ssh_config import ssh_config

CONNECTION = {"service_id": "80:00:00:00:00:00:01:01", "host": "proxy18.rt3.io", "port": 38575, "type": "port"}
WEB = {**CONNECTION, "host": "abc.p18.rt3.io", "port": None, "type": "reverse"}
SERVICE = {"id": "80:00:00:00:00:00:01:01", "name": "SSH", "can_connect": True}
DEVICE = {"id": "80:00:00:00:00:00:01:00", "name": "pi", "services": [SERVICE]}


def test_host_variables_are_those_of_set_host_vars() -> None:
    variables = host_variables(CONNECTION, {"ansible_ssh_args": "-v"})
    assert variables == {
        "ansible_host": "proxy18.rt3.io",
        "ansible_port": 38575,
        "ansible_ssh_args": (
            "-o HostKeyAlias=remoteit-8000000000000101 -o CheckHostIP=no -o HostName=proxy18.rt3.io -o Port=38575 "
            "-o ControlPath=none -v"
        ),
    }


def test_old_names_are_set_where_they_would_win() -> None:
    variables = host_variables(CONNECTION, {"ansible_ssh_host": "192.0.2.1", "ansible_ssh_port": 9}, ssh=False)
    assert (variables["ansible_ssh_host"], variables["ansible_ssh_port"]) == ("proxy18.rt3.io", 38575)


def test_a_reverse_proxy_has_no_port() -> None:
    assert host_variables(WEB, ssh=False) == {"ansible_host": "abc.p18.rt3.io"}


@pytest.mark.parametrize(
    ("connection", "variables", "expected"),
    [
        ({**CONNECTION, "host": None}, {}, "host_variables needs an open connection"),
        (None, {}, "host_variables needs an open connection"),
        ("proxy18.rt3.io", {}, "host_variables needs an open connection"),
        (WEB, {}, "is an HTTP\\(S\\) service behind a reverse proxy, which SSH cannot use"),
        (CONNECTION, {"ansible_ssh_args": "-o 'x"}, "ansible_ssh_args cannot be read"),
        ({**CONNECTION, "host": "-oProxyCommand=id"}, {}, "'-oProxyCommand=id:38575' is not the address"),
        ({**CONNECTION, "host": "root@x"}, {}, "is not the address of a connection"),
        ({**CONNECTION, "host": "x\nansible_user: root"}, {}, "is not the address of a connection"),
        ({**CONNECTION, "port": "22 -oProxyCommand=id"}, {}, "is not the address of a connection"),
        ({**CONNECTION, "service_id": "x -oProxyCommand=id"}, {}, "is not a service id"),
    ],
)
def test_what_gives_no_variables_says_why(connection: Any, variables: dict[str, Any], expected: str) -> None:
    with pytest.raises(AnsibleFilterError, match=expected):
        host_variables(connection, variables)


def test_the_options_of_the_program_have_their_types(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/a b")
    given = {"credentials_file": "~/keys", "validate_certs": "no", "request_timeout": "5", "profile": "100%"}
    text = ssh_config([DEVICE], api_options=given)
    assert "'--credentials-file=/home/a b/keys'" in text
    assert "--no-validate-certs" in text
    assert "--request-timeout=5.0" in text
    assert "--profile=100%%" in text
    assert "--api" not in text


@pytest.mark.parametrize(
    ("devices", "options", "expected"),
    [
        *(
            ([DEVICE], {secret: "x"}, f"api_options: {secret}. Supported parameters")
            for secret in ("access_key_id", "secret_access_key", "developer_key", "registry_password")
        ),
        ([DEVICE], {"api": "soap"}, "api_options: value of api must be one of"),
        ([DEVICE], {"access": "restricted"}, "access=restricted needs client_ip"),
        ([DEVICE], {"profile": "a\nb"}, "leave control characters out of the options"),
        ({"devices": [DEVICE]}, {}, "ssh_config needs a list of devices"),
        ([{**DEVICE, "services": [{**SERVICE, "id": "x\n  ProxyCommand id"}]}], {}, "is not a service id"),
        ([{"id": "x"}], {}, "ssh_config needs a list of devices"),
        (None, {}, "ssh_config needs a list of devices"),
    ],
)
def test_what_gives_no_configuration_says_why(devices: Any, options: dict[str, Any], expected: str) -> None:
    with pytest.raises(AnsibleFilterError, match=expected):
        ssh_config(devices, api_options=options)
