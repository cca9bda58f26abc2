# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

from ansible_collections.community.remoteit.plugins.module_utils._base.process import process_name
from tests.doubles.processes import Fork

# The same examples each time, at any speed of the machine: a check that passes at random is of no use.
settings.register_profile("steady", max_examples=50, derandomize=True, database=None, deadline=None)
settings.load_profile("steady")


@pytest.fixture(scope="session")
def _empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("empty")


@pytest.fixture(autouse=True)
def _stranger(monkeypatch: pytest.MonkeyPatch, _empty: Path) -> None:
    """Nothing of the person who runs the tests has a say: no keys, no home, no HTTP proxy."""
    monkeypatch.setenv("HOME", str(_empty))
    for name in (
        *("R3_ACCESS_KEY_ID", "R3_SECRET_ACCESS_KEY", "R3_DEVELOPER_API_KEY", "R3_PROFILE", "R3_CREDENTIALS_FILE"),
        *("R3_REST_URL", "R3_GRAPHQL_URL", "REMOTEIT_REGISTRY", "REMOTEIT_REGISTRY_PASSWORD"),
        *("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "all_proxy", "no_proxy"),
        *("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR", "NETRC"),
    ):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def home(_stranger: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A home directory to write to."""
    path = tmp_path / "home"
    path.mkdir()
    monkeypatch.setenv("HOME", str(path))
    return path


@pytest.fixture
def ended() -> str:
    """The name of a process that has ended, as a holder."""
    process = Fork(lambda report: report(process_name(os.getpid())))
    name: str = process.receive()
    process.join()
    return name
