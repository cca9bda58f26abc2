# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The configuration file, described in example.yml, as :class:`Settings`."""

from __future__ import annotations

import ipaddress
from pathlib import Path

import yaml

from .event_reader import read_event
from .reader import ConfigError, Section
from .settings import Behaviour, RateLimit, Settings, Signatures, Tls
from .world import World
from .world_reader import read_world

DIALECTS = ("cavage", "rfc9421")


def load(path: Path) -> Settings:
    """Read a configuration file.

    :raises ConfigError: the file cannot be read, or holds what cannot be used.
    """
    try:
        content: object = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: cannot be read: {error}") from None
    except yaml.YAMLError as error:
        raise ConfigError(f"{path}: is not YAML: {' '.join(str(error).split())}") from None
    return read_settings(content, path.parent)


def read_settings(content: object, base: Path) -> Settings:
    """Build the settings from parsed YAML; file names are relative to ``base``.

    :raises ConfigError: a value cannot be used.
    """
    root = Section({} if content is None else content, "")
    settings = Settings(
        host=_loopback(root, "host"),
        port=root.integer("port", 0, maximum=65535),
        tls=_tls(root, base),
        behaviour=_behaviour(root.section("behaviour")),
        world=_world(root),
    )
    root.finish()
    return settings


def _loopback(section: Section, key: str) -> str:
    """Return an address of this machine that no other machine can reach."""
    host = section.text(key, "127.0.0.1")
    try:
        loopback = ipaddress.IPv4Address(host).is_loopback
    except ValueError:
        loopback = False
    if not loopback:
        raise section.fail(key, f"must be an IPv4 loopback address, not {host}")
    return host


def _world(root: Section) -> World:
    world = read_world(root)
    world.events = [read_event(world, section) for section in root.sections("events")]
    return world


def _tls(root: Section, base: Path) -> Tls | None:
    if not root.has("tls"):
        root.section("tls")
        return None
    section = root.section("tls")
    files = Tls(certificate=base / section.text("certificate"), key=base / section.text("key"))
    section.finish()
    for key in ("certificate", "key"):
        if not getattr(files, key).is_file():
            raise section.fail(key, "no such file")
    return files


def _behaviour(section: Section) -> Behaviour:
    factor = section.number("time_factor", 1.0)
    if factor == 0:
        raise section.fail("time_factor", "must be above 0")
    behaviour = Behaviour(
        lifetime=section.number("lifetime", 28800.0),
        idle_timeout=section.number("idle_timeout", 900.0),
        time_factor=factor,
        clock_offset=section.number("clock_offset", 0.0, minimum=None),
        gateway_date=section.number("gateway_date", 0.0, minimum=None),
        max_clock_skew=section.number("max_clock_skew", 300.0),
        connect_delay=section.number("connect_delay", 0.0),
        session_delay=section.number("session_delay", 0.0),
        second_connect=section.choice("second_connect", "new", ("new", "override")),
        rest_session_id=section.choice("rest_session_id", "same", ("same", "different")),
        id_case=section.choice("id_case", "lower", ("lower", "mixed")),
        disconnect_unknown=section.choice("disconnect_unknown", "error", ("error", "false")),
        auth_failure=section.choice("auth_failure", "json", ("json", "forbidden", "text")),
        invalid_query_status=_invalid_query_status(section),
        rest_answer=section.choice("rest_answer", "full", ("full", "seed", "toplevel_id")),
        rest_escaped_slashes=section.flag("rest_escaped_slashes", False),
        rest_integer_expiry=section.flag("rest_integer_expiry", False),
        list_bulk_service=section.flag("list_bulk_service", False),
        proxy_host=_loopback(section, "proxy_host"),
        reuse_ports=section.flag("reuse_ports", False),
        cut_on_close=section.flag("cut_on_close", True),
        service_names=section.choice("service_names", "as_sent", ("as_sent", "prefixed", "suffixed", "unique")),
        offline_changes=section.choice("offline_changes", "accepted", ("accepted", "refused")),
        add_answer=section.choice("add_answer", "service", ("service", "null")),
        service_visible_after=section.number("service_visible_after", 0.0),
        service_online_after=section.number("service_online_after", 0.0),
        tag_case=section.choice("tag_case", "insensitive", ("insensitive", "sensitive", "lower")),
        tag_permission=section.choice("tag_permission", "admin", ("admin", "manage")),
        attributes=section.choice("attributes", "merge", ("merge", "replace")),
        attribute_paths=section.choice("attribute_paths", "nested", ("nested", "literal")),
        agent_overwrites_name=section.flag("agent_overwrites_name", False),
        link_password=section.choice("link_password", "plain", ("plain", "stars", "omitted")),
        link_url=section.choice("link_url", "stable", ("stable", "rotates")),
        delete_online=section.choice("delete_online", "refused", ("refused", "accepted")),
        event_days=section.number("event_days", 0.0),
        rate_limit=_rate_limit(section),
        signatures=_signatures(section.section("signatures")),
    )
    section.finish()
    return behaviour


def _invalid_query_status(section: Section) -> int:
    status = section.integer("invalid_query_status", 200)
    if status not in (200, 400):
        raise section.fail("invalid_query_status", "must be 200 or 400")
    return status


def _rate_limit(parent: Section) -> RateLimit | None:
    section = parent.section("rate_limit")
    if not parent.has("rate_limit"):
        return None
    limit = RateLimit(section.integer("requests"), section.number("window", 1.0), section.flag("retry_after", True))
    section.finish()
    return limit


def _signatures(section: Section) -> Signatures:
    signatures = Signatures(
        rest=section.texts("rest", DIALECTS, DIALECTS),
        graphql=section.texts("graphql", DIALECTS, DIALECTS),
        required_headers=tuple(name.lower() for name in section.texts("required_headers", ("date",))),
    )
    section.finish()
    return signatures
