# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What fails before the request leaves leaves nothing to look for, and what fails afterwards is looked for."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.community.remoteit.plugins.module_utils._api import http_exchange
from ansible_collections.community.remoteit.plugins.module_utils._base.clock import Deadline
from ansible_collections.community.remoteit.plugins.module_utils._base.errors import (
    NotSentError,
    OptionError,
    RemoteItError,
)
from ansible_collections.community.remoteit.plugins.module_utils._model.access import Access
from ansible_collections.community.remoteit.plugins.module_utils._model.wanted import Wanted
from tests.doubles import loopback
from tests.doubles.certificates import Authority
from tests.doubles.loopback import Server, Step, hang, reply, reset
from tests.lab.site import SERVICE, Site

from .engine.cells import hurried
from .engine.tls_front import TlsFront

APIS = ("rest", "graphql")
PROXIES: dict[str, Step] = {"hangs": hang, "closes": loopback.close, "resets": reset, "refuses": reply(407, b"who?")}


@pytest.fixture(autouse=True)
def _no_way_but_one(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTPS_PROXY", "https_proxy", "NO_PROXY", "no_proxy", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)


@contextlib.contextmanager
def secured(site: Site, tmp_path: Path) -> Iterator[dict[str, Any]]:
    """The options by which the site is reached over TLS."""
    authority = Authority(tmp_path)
    with TlsFront(site.cloud.rest_url, authority.server()) as front:
        urls = {"rest_url": front.url(site.cloud.rest_url), "graphql_url": front.url(site.cloud.graphql_url)}
        # the other dialect signs the scheme, which the simulator behind the TLS does not know
        yield {**urls, "ca_path": str(authority.path), "signature": "cavage"}


def fails(site: Site, error: type[RemoteItError], **options: Any) -> str:
    """What is said when nothing can be opened; nothing came to remote.it, and nothing is left to look for."""
    with hurried(), pytest.raises(error) as caught:
        site.connections(**options).present(SERVICE, Wanted(Access()), Deadline(30))
    assert site.cloud.calls() == [] and site.open_ids() == []
    holding = site.registry(**options).read(SERVICE)
    assert (holding.connections, holding.attempts) == ([], [])
    assert "may be open" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("api", APIS)
@pytest.mark.parametrize("kind", ["no file", "empty"])
@pytest.mark.parametrize("name", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
def test_a_ca_of_the_environment_that_is_none(
    api: str, kind: str, name: str, site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundle = tmp_path / "bundle.pem"
    if kind == "empty":
        bundle.touch()
    with secured(site, tmp_path) as options:
        monkeypatch.setenv(name, str(bundle))
        said = fails(site, OptionError, api=api, **{**options, "ca_path": None})
        assert said.startswith(f"{name}={bundle} cannot be used as CA certificates: ")
        monkeypatch.setenv(name, options["ca_path"])
        # the next one asks nothing but what it needs
        connections = site.connections(api=api, **{**options, "ca_path": None})
        assert connections.present(SERVICE, Wanted(Access()), Deadline(30)).closed == []
    assert [call["operation"] for call in site.cloud.calls()] == ["connect"]


@pytest.mark.parametrize("api", APIS)
@pytest.mark.parametrize("does", PROXIES)
def test_a_web_proxy_that_opens_no_tunnel(
    api: str, does: str, site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with secured(site, tmp_path) as options, Server(PROXIES[does]) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        said = fails(site, NotSentError, api=api, request_timeout=0.5, **options)
        assert f"was not asked: the web proxy {proxy.url} did not open a tunnel to it (" in said
        monkeypatch.delenv("HTTPS_PROXY")
        connections = site.connections(api=api, **options)
        assert connections.present(SERVICE, Wanted(Access()), Deadline(30)).closed == []
    assert [call["operation"] for call in site.cloud.calls()] == ["connect"]


@pytest.mark.parametrize("api", APIS)
@pytest.mark.parametrize("error", [AttributeError("no such thing"), KeyError("x"), MemoryError(), RuntimeError()])
def test_any_error_in_the_middle_leaves_nothing_open(
    api: str, error: Exception, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when a library lacks what is called, which shows only when the answer is read."""
    read = http_exchange._read
    failures = [error]

    def failing(*arguments: Any) -> bytes:
        if failures:
            raise failures.pop()
        return read(*arguments)

    monkeypatch.setattr(http_exchange, "_read", failing)
    with hurried():
        opened = site.connections(api=api).present(SERVICE, Wanted(Access()), Deadline(30)).usable()
    assert site.open_ids() == [opened.id]
    assert site.registry().read(SERVICE).attempts == []
    opens = [call for call in site.cloud.calls(api) if call["operation"] == "connect"]
    assert len(opens) == 2
