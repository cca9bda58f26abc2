# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What can be wrong besides the answer to a request: clocks, certificates, proxies, and what happens behind our back."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ansible_collections.community.remoteit.plugins.module_utils._base.clock import Deadline
from ansible_collections.community.remoteit.plugins.module_utils._model.access import Access
from ansible_collections.community.remoteit.plugins.module_utils._model.wanted import Wanted
from tests.doubles.certificates import Authority
from tests.simulator.harness import Simulator

from .api_faults import LOST, SHORT_REQUEST
from .cells import CHECK, CLOSE, OPEN, Bench, nothing
from .tls_front import TlsFront

NOT_TRUSTED = "The TLS certificate of .* is not trusted"
_UNLISTED: dict[str, Any] = {"wire": "graphql", "operation": "query", "fault": "status", "status": 503}
_SESSION_DELAY = 2.0
_IDLE, _LIFETIME = 901.0, 28801.0
# After so long, a connection is listed.
SETTLED = 10.0

# What some of the conditions need: of time and lateness, and of the clock and reuse.
LATE = {"session_delay": _SESSION_DELAY}
ODD = {"clock_offset": 3600, "reuse_ports": True}


@dataclass(frozen=True)
class Condition:
    """A row of the table; *title* and *says* are as in ApiFault.

    It concerns some *operations*, None for all. *request* is a fault of the operation's own request, *faults* are those
    of other requests, *proxies* those of proxies. *fresh* and *verify_after* are as in Cell. *before* and *after* are
    as in Bench.run(). What *looks* for lost connections takes its real time if it is *patient*. *unseen* tells that
    nothing can show it.
    """

    title: str
    says: str = ""
    operations: tuple[str, ...] | None = None
    request: dict[str, Any] | None = None
    faults: tuple[dict[str, Any], ...] = ()
    proxies: tuple[dict[str, Any], ...] = ()
    fresh: bool = False
    verify_after: int = 0
    before: Callable[[list[str]], None] = nothing
    after: Callable[[list[str]], None] = nothing
    urls: dict[str, str] = field(default_factory=dict)
    slow: bool = False
    patient: bool = False
    unseen: bool = False


def of_certificates(cloud: Simulator, front: TlsFront, authority: Authority) -> Iterator[Condition]:
    """Those of the TLS listener *front*; each ends with a good certificate."""
    urls = {"rest_url": front.url(cloud.rest_url), "graphql_url": front.url(cloud.graphql_url)}
    urls["ca_path"] = str(authority.path)
    good = front.context

    def show(context: ssl.SSLContext) -> Callable[[list[str]], None]:
        return lambda _ids: setattr(front, "context", context)

    for title, bad in (
        ("TLS certificate self-signed", Authority(_below(authority.path.parent, "other")).itself()),
        ("TLS certificate of another name", authority.server("127.0.0.2")),
        ("TLS certificate expired", authority.server(days=-1)),
    ):
        yield Condition(title, NOT_TRUSTED, before=show(bad), after=show(good), urls=urls)


def _below(directory: Path, name: str) -> Path:
    path = directory / name
    path.mkdir(exist_ok=True)
    return path


def of_proxies() -> Iterator[Condition]:
    """Those of the proxies that are opened."""
    for does, fault in (("refuses", "refuse"), ("hangs up", "close"), ("says nothing", "hang")):
        proxies = ({"wire": "proxy", "fault": fault},)
        yield Condition(f"proxy {does}", operations=(OPEN, CHECK, CLOSE), proxies=proxies)
        yield Condition(
            f"proxy {does}, connections cannot be listed",
            operations=(CHECK, CLOSE),
            proxies=proxies,
            faults=(_UNLISTED,),
        )


def of_time(bench: Bench) -> Iterator[Condition]:
    """Connections that vanish."""
    cloud = bench.cloud

    def pass_by(seconds: float) -> Callable[[list[str]], None]:
        return lambda _ids: cloud.advance(seconds)

    def close(ids: Sequence[str]) -> None:
        for id_ in ids:
            cloud.close(id_)

    both = (CHECK, CLOSE)
    yield Condition("connection closed after idle time", operations=both, before=pass_by(_IDLE))
    yield Condition("connection closed at the end of its life", operations=both, before=pass_by(_LIFETIME))
    yield Condition("connection closed elsewhere", operations=both, before=close)
    yield Condition(
        "connection closed elsewhere, connections cannot be listed", operations=both, before=close, faults=(_UNLISTED,)
    )
    yield Condition(
        "connection closed elsewhere, less than ``verify_after`` ago",
        operations=(CHECK,),
        before=close,
        fresh=True,
        verify_after=15,
        unseen=True,
    )


def of_reuse(bench: Bench) -> Iterator[Condition]:
    """Addresses that lead elsewhere, at a remote.it that gives ports away again."""
    given_away = _given_away(bench)
    yield Condition("its port is another device's by now", operations=(CHECK, CLOSE), before=given_away)
    yield Condition(
        "its port is another device's by now, connections cannot be listed",
        "connection not found",
        operations=(CHECK, CLOSE),
        before=given_away,
        faults=(_UNLISTED,),
        unseen=True,
    )


def _given_away(bench: Bench) -> Callable[[list[str]], None]:
    """Close connections, and have others get their ports."""

    def happen(ids: list[str]) -> None:
        ports = {item["port"] for item in bench.cloud.state()["connections"] if item["id"] in ids}
        for id_ in ids:
            bench.cloud.close(id_)
        for _id in ids:
            place = bench.place()
            other = place.connections().present(place.service, Wanted(Access()), Deadline(20)).usable()
            assert other.port in ports

    return happen


def of_lateness() -> Iterator[Condition]:
    """What comes late."""
    late = f"connections listed {_SESSION_DELAY:g} seconds late"
    lost = {"fault": "lost_answer", "how": "reset", "count": 1}
    yield Condition(late, fresh=True)
    yield Condition(f"{late}, answer lost", LOST, operations=(OPEN, CLOSE), request=lost, fresh=True, patient=True)
    done_late = {"fault": "latency", "seconds": SHORT_REQUEST + 3.0, "count": 1}
    yield Condition(
        "done only when nobody waits any more", "did not answer", request=done_late, slow=True, patient=True
    )
