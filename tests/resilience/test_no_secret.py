# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whatever goes wrong: no secret in an error, a warning, a log of Python, a representation or a file of the registry."""

from __future__ import annotations

import base64
import functools
import logging
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from ansible_collections.community.remoteit.plugins.module_utils._api.client import Client
from ansible_collections.community.remoteit.plugins.module_utils._api.dialects import Dialects
from ansible_collections.community.remoteit.plugins.module_utils._api.http_exchange import Http
from ansible_collections.community.remoteit.plugins.module_utils._api.rest import RestApi
from ansible_collections.community.remoteit.plugins.module_utils._api.signature import signer
from ansible_collections.community.remoteit.plugins.module_utils._api.throttle import Throttle
from ansible_collections.community.remoteit.plugins.module_utils._api.transport import Transport
from ansible_collections.community.remoteit.plugins.module_utils._base.clock import Clock, Deadline
from ansible_collections.community.remoteit.plugins.module_utils._base.errors import RemoteItError
from ansible_collections.community.remoteit.plugins.module_utils._connections.connections import Connections
from ansible_collections.community.remoteit.plugins.module_utils._connections.overview import list_open
from ansible_collections.community.remoteit.plugins.module_utils._model.access import Access
from ansible_collections.community.remoteit.plugins.module_utils._model.wanted import Wanted
from ansible_collections.community.remoteit.plugins.module_utils._settings.settings import SIGNATURES
from tests.doubles.patience import impatient
from tests.lab.site import SERVICE, Site
from tests.lab.world import DEVELOPER_KEY, SECRET
from tests.simulator.cloud.faults import API_FAULTS

KEY = base64.b64decode(SECRET)
TRACES = {
    "secret": SECRET,
    "URL-safe secret": base64.urlsafe_b64encode(KEY).decode().rstrip("="),
    "part of the secret": SECRET[:16],
    "key": KEY[:16].decode(),
    "key in hex": KEY.hex(),
    "developer key": DEVELOPER_KEY,
    "signature": 'signature="',
}
FAULTS: list[dict[str, Any]] = [
    *(
        {"fault": name, "seconds": 0.1, "text": "x", "size": 1000, "change": {"id": SERVICE}}
        for name in API_FAULTS
        if not name.startswith("lost")
    ),
    *({"fault": name, "how": how} for name in ("lost_request", "lost_answer") for how in ("close", "reset", "hang")),
    {"fault": "lost_answer", "how": "half"},
    *({"fault": "status", "status": status} for status in (401, 403, 404, 429, 500)),
]
HARMLESS = (
    "latency",
    "extra_fields",
    "drip",
    "large",
    "device_leaves",
    "device_changes",
    "part_refused",
    "item_error",
    "wrong_item",
)


@pytest.fixture(autouse=True)
def _no_pause() -> Iterator[None]:
    with impatient(pause=0.0, looks=(0.0,)):
        yield


def assert_no_trace(text: str) -> None:
    """Fail with the name of what was found, without showing it."""
    found = [name for name, trace in TRACES.items() if trace in text]
    assert not found


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: " ".join(map(str, fault.values())))
def test_a_fault_brings_out_no_secret(site: Site, caplog: pytest.LogCaptureFixture, fault: dict[str, Any]) -> None:
    caplog.set_level(logging.DEBUG)
    failures = 0
    for api in ("rest", "graphql"):
        site.cloud.set_fault({"wire": api, "operation": "*", **fault})
        connections = site.connections(api=api, request_timeout=0.2)
        deeds: tuple[Callable[[Deadline], Any], ...] = (
            functools.partial(connections.present, SERVICE, Wanted(Access())),
            functools.partial(connections.absent, SERVICE),
            functools.partial(list_open, connections.client, site.warnings.append, SERVICE),
        )
        for deed in deeds:
            try:
                deed(Deadline(1))
            except RemoteItError as error:
                failures += 1
                assert_no_trace(f"{error} {error!r} {vars(error)} {error.as_result()}")
    assert failures or fault["fault"] in HARMLESS
    assert_no_trace(" ".join(site.warnings))
    assert "urllib3" in caplog.text
    assert_no_trace(caplog.text)
    files = [path for path in (site.root / "registry").rglob("*") if path.is_file()]
    assert files
    for path in files:
        assert_no_trace(path.read_text())


def test_what_holds_a_secret_does_not_represent_it(site: Site) -> None:
    settings = site.settings()
    transport = Transport(settings, Clock(), site.warnings.append, Dialects(), Throttle())
    holders = [
        *(settings, settings.credentials, transport, Http(True, 1.0), Client(settings, Clock(), site.warnings.append)),
        *(RestApi(transport, settings, Clock()), Connections(settings, site.warnings.append), site.registry()),
        *(signer(dialect, settings.credentials, time.time()) for dialect in SIGNATURES),
    ]
    for holder in holders:
        assert_no_trace(f"{holder!r} {holder} {[holder]}")
