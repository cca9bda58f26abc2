# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The bodies of REST answers, with the vendor's mixture of strings and numbers."""

from __future__ import annotations

import base64
from datetime import UTC

from ..cloud.admission import LATCHING, PUBLIC
from ..cloud.applications import BULK_SERVICE, application
from ..cloud.connection import Connection
from ..config.settings import Behaviour
from ..config.world import Account, Device, World

_FILTERS = {LATCHING: "latching", PUBLIC: "none"}
_CACHE_SECONDS = 60
_NO_URL = base64.b64encode(b"none").decode("ascii")


def connect_answer(connection: Connection, account: Account, behaviour: Behaviour) -> dict[str, object]:
    """Return the body of a successful connect, in the configured variant."""
    body = _documented(connection, behaviour)
    if behaviour.rest_answer == "seed":
        return {"connection": body, "status": "true"}
    body |= _undocumented(connection, account, behaviour)
    if behaviour.rest_answer == "toplevel_id":
        del body["connectionid"]
    return {"connection": body, "connectionid": connection.id, "status": "true", "wait": True}


def _documented(connection: Connection, behaviour: Behaviour) -> dict[str, object]:
    """Return the fields of the vendor page "Connecting to a Service"."""
    expiry = int(behaviour.lifetime)
    return {
        "deviceaddress": connection.service_id,
        "expirationsec": expiry if behaviour.rest_integer_expiry else str(expiry),
        "proxy": connection.url,
        "connectionid": connection.id,
    }


def _undocumented(connection: Connection, account: Account, behaviour: Behaviour) -> dict[str, object]:
    """Return the fields that only the vendor's SDK and captured answers show."""
    opened = connection.opened.astimezone(UTC)
    hour, half = opened.hour % 12 or 12, "AM" if opened.hour < 12 else "PM"
    server = "proxy18.rt3.io" if connection.reverse else connection.host
    fields: dict[str, object] = {
        "proxyserver": server,
        "proxyport": str(connection.port),
        "proxyServerPort": connection.port,
        "proxyURL": connection.url.partition("://")[2],
        "reverseProxy": connection.reverse,
        "proxyExpirationSec": int(behaviour.lifetime),
        "requested": f"{opened.month}/{opened.day}/{opened.year}T{hour}:{opened.minute:02} {half}",
        "requestedAt": opened.isoformat(timespec="seconds"),
        "status": "running",
        "sessionID": connection.legacy_session_id,
        "initiator": account.email,
        "initiatorUID": account.id,
        "targetUID": connection.service_id,
        "clientID": "WeavedRESTAPI",
        "filteredIP": "none" if connection.reverse else _FILTERS.get(connection.hostip, connection.hostip),
        "latchedIP": "0.0.0.0",
        "p2pConnected": True,
        "serviceConnected": True,
        "peerReqEP": "198.51.100.7:5959",
        "peerEP": "198.51.100.7:5959",
        "lifeLeft": 86400,
        "idleLeft": int(behaviour.idle_timeout),
        "imageintervalms": "1000",
        "streamscheme": [None],
        "streamuri": [None],
        "url": [None],
    }
    if connection.previous_url is not None:
        fields |= {"connectionOverridden": "true", "previousConnection": connection.previous_url}
    return fields


def list_answer(world: World, account: Account) -> dict[str, object]:
    """Return the body of ``device/list/all``: one entry per service, bulk services included, devices not named."""
    entries = [entry for device in world.listed(account, account) for entry in _entries(world, account, device)]
    return {"status": "true", "devices": entries, "cache_expires": _CACHE_SECONDS, "length": len(entries)}


def _entries(world: World, account: Account, device: Device) -> list[dict[str, object]]:
    services = [(device.id, device.name, BULK_SERVICE, device.online)]
    services += [
        (one.id, one.name, one.application, device.online and one.online) for one in device.services if one.listed
    ]
    owner = world.account(device.owner_id)
    return [
        {
            "deviceaddress": id_,
            "devicealias": name,
            "createdate": device.created,
            "devicelastip": "198.51.100.7",
            "devicestate": "active" if online else "inactive",
            "devicetype": f"{kind >> 8:02X}:{kind & 255:02X}" + ":00" * 14,
            "georegion": "",
            "lastcontacted": device.created,
            "lastinternalip": "192.168.1.7",
            "ownerusername": owner.email if owner else "",
            "servicetitle": application(kind).name,
            "shared": "not-shared" if device.owner_id == account.id else "shared-from",
            "localurl": _NO_URL,
            "webenabled": "1",
            "weburi": [None],
            "webviewerurl": [None],
            "scripting": False,
        }
        for id_, name, kind, online in services
    ]
