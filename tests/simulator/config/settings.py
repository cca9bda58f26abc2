# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What one simulator run is told to do, once the configuration file has been read."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from .world import World


@dataclass(frozen=True, slots=True)
class Tls:
    """PEM files of the TLS listener."""

    certificate: Path
    key: Path


@dataclass(frozen=True, slots=True)
class RateLimit:
    """At most ``requests`` per access key in ``window`` real seconds."""

    requests: int
    window: float
    retry_after: bool


@dataclass(frozen=True, slots=True)
class Signatures:
    """Which dialects each wire accepts, and what a signature must cover."""

    rest: tuple[str, ...] = ("cavage", "rfc9421")
    graphql: tuple[str, ...] = ("cavage", "rfc9421")
    required_headers: tuple[str, ...] = ("date",)


@dataclass(frozen=True, slots=True)
class Behaviour:
    """How the simulated service behaves; every field is described in example.yml."""

    lifetime: float = 28800.0
    idle_timeout: float = 900.0
    time_factor: float = 1.0
    clock_offset: float = 0.0
    gateway_date: float = 0.0
    max_clock_skew: float = 300.0
    connect_delay: float = 0.0
    session_delay: float = 0.0
    second_connect: str = "new"
    rest_session_id: str = "same"
    id_case: str = "lower"
    disconnect_unknown: str = "error"
    auth_failure: str = "json"
    invalid_query_status: int = 200
    rest_answer: str = "full"
    rest_escaped_slashes: bool = False
    rest_integer_expiry: bool = False
    list_bulk_service: bool = False
    proxy_host: str = "127.0.0.1"
    reuse_ports: bool = False
    cut_on_close: bool = True
    service_names: str = "as_sent"
    offline_changes: str = "accepted"
    add_answer: str = "service"
    service_visible_after: float = 0.0
    service_online_after: float = 0.0
    tag_case: str = "insensitive"
    tag_permission: str = "admin"
    attributes: str = "merge"
    attribute_paths: str = "nested"
    agent_overwrites_name: bool = False
    delete_online: str = "refused"
    link_password: str = "plain"
    link_url: str = "stable"
    event_days: float = 0.0
    rate_limit: RateLimit | None = None
    signatures: Signatures = field(default_factory=Signatures)


@dataclass(frozen=True, slots=True)
class Settings:
    """One configuration file."""

    host: str
    port: int
    tls: Tls | None
    behaviour: Behaviour
    world: World
