# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A look at devices by their ids, or those of their services: one request, however many they are."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from .._api.graphql import GraphqlApi, login_of, refusal
from .._base.clock import Deadline
from .._base.errors import AnswerLostError, OptionError
from .._base.text import enumerated
from .parse import parse_seen_device, parse_seen_service
from .presence import Sighting

_DEVICES = "query ($ids: [String!]!) { login { id device(id: $ids) { id name online lastReported } } }"
_SERVICES = "query ($ids: [String!]!) { login { id service(id: $ids) { id online device { id name lastReported } } } }"


def devices_by_id(api: GraphqlApi, ids: Sequence[str], deadline: Deadline) -> dict[str, Sighting]:
    """The devices of these ids, by id. Raises OptionError if one cannot be seen, and ApiError."""
    found = _read(api, _DEVICES, "device", ids, parse_seen_device, deadline)
    return _all_of("device_ids", ids, {one.id: one for one in found})


def devices_by_service(api: GraphqlApi, ids: Sequence[str], deadline: Deadline) -> dict[str, Sighting]:
    """The services of these ids with their devices, by the id of the service. Raises OptionError and ApiError."""
    found = _read(api, _SERVICES, "service", ids, parse_seen_service, deadline)
    return _all_of("service_ids", ids, {str(one.service_id): one for one in found})


def _read(
    api: GraphqlApi,
    query: str,
    field: str,
    ids: Sequence[str],
    parse: Callable[[Any], Sighting],
    deadline: Deadline,
) -> list[Sighting]:
    data, errors = api.read(query, {"ids": list(ids)}, deadline)
    if errors:
        raise refusal(errors)
    nodes = login_of(data).get(field)
    if nodes is None and len(ids) > 1:
        # Whether remote.it leaves out what it does not know, or tells nothing at all then, is written nowhere.
        raise OptionError(
            f"{field}_ids: remote.it tells nothing of these {len(ids)} ids, as if one that this access key cannot see "
            "hid the others: compare them with what community.remoteit.remoteit_device_info lists."
        )
    try:
        return [parse(node) for node in _list([] if nodes is None else nodes)]
    except ValueError as error:
        raise AnswerLostError(f"The answer to {field} cannot be used: {error}.", status=200) from None


def _list(nodes: Any) -> list[Any]:
    if not isinstance(nodes, list):
        raise ValueError("it has no list of them")
    return nodes


def _all_of(option: str, ids: Sequence[str], found: Mapping[str, Sighting]) -> dict[str, Sighting]:
    """What was *found* of *ids*. Raises OptionError if that is not all."""
    unseen = [id_ for id_ in ids if id_ not in found]
    if unseen:
        raise OptionError(
            f"{option}={enumerated(unseen)} cannot be seen by this access key: check the ids, ask the owner to share the "
            "devices, and give ids of devices as device_ids and those of services as service_ids."
        )
    return {id_: found[id_] for id_ in ids}
