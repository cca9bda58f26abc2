# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What each fault does to the answer of an API request."""

from __future__ import annotations

import asyncio
import json
import socket
import struct
import time
from collections.abc import Awaitable, Callable, Iterator

from aiohttp import web

from ..cloud.faults import Fault
from .answer import Answer

_HANG_LIMIT = 600.0
_POLL = 0.05
_HTML = b"<html><head><title>Error</title></head><body><h1>Something went wrong</h1></body></html>"

Edit = Callable[[Fault, Answer], Answer]


def _with_body(body: bytes, content_type: str = "application/json") -> Edit:
    return lambda fault, answer: Answer(answer.status, body, content_type)


def _status(fault: Fault, answer: Answer) -> Answer:
    headers = {"Retry-After": fault.retry_after} if fault.retry_after else {}
    return Answer(fault.status, _HTML, "text/html", headers)


def _redirect(fault: Fault, answer: Answer) -> Answer:
    return Answer(fault.status, b"", "text/html", {"Location": fault.location})


def _truncated(fault: Fault, answer: Answer) -> Answer:
    return Answer(answer.status, answer.body[: len(answer.body) // 2])


def _wrong_fields(fault: Fault, answer: Answer) -> Answer:
    """Give every scalar a type that nobody expects."""

    def twist(value: object) -> object:
        if isinstance(value, dict):
            return {key: twist(one) for key, one in value.items()}
        return {"unexpected": []} if isinstance(value, (str, int, float)) else 7

    return Answer(answer.status, json.dumps(twist(json.loads(answer.body))).encode())


def _extra_fields(fault: Fault, answer: Answer) -> Answer:
    def extend(value: object) -> object:
        if isinstance(value, dict):
            return {**{key: extend(one) for key, one in value.items()}, "addedLater": {"kind": None}}
        return [extend(one) for one in value] if isinstance(value, list) else value

    return Answer(answer.status, json.dumps(extend(json.loads(answer.body))).encode())


def _large(fault: Fault, answer: Answer) -> Answer:
    """Make the answer longer by a field that nobody knows."""
    value = {**json.loads(answer.body), "padding": "x" * fault.size}
    return Answer(answer.status, json.dumps(value).encode())


def _errors(fault: Fault, answer: Answer) -> Answer:
    """Add GraphQL errors: beside the data when the request was carried out, without any otherwise."""
    value = {**json.loads(answer.body), "errors": [{"message": fault.text}]}
    return Answer(answer.status, json.dumps(value).encode())


def _item_error(fault: Fault, answer: Answer) -> Answer:
    """Add a GraphQL error about a field of the first device of a page, and take the field's value away."""
    value = json.loads(answer.body)
    for path, items in _pages(value.get("data"), []):
        items[0] = {**items[0], "endpoint": None}
        value["errors"] = [{"message": fault.text, "path": [*path, 0, "endpoint"]}]
    return Answer(answer.status, json.dumps(value).encode())


def _field_error(fault: Fault, answer: Answer) -> Answer:
    """Take all data away because of an error in a field that must not be null, as GraphQL does."""
    path = [*(json.loads(answer.body).get("data") or {}), "field"]
    return Answer(answer.status, json.dumps({"data": None, "errors": [{"message": fault.text, "path": path}]}).encode())


def _wrong_item(fault: Fault, answer: Answer) -> Answer:
    """Give the first device of a page an id that is none."""
    value = json.loads(answer.body)
    for _path, items in _pages(value.get("data"), []):
        items[0] = {**items[0], "id": fault.text}
    return Answer(answer.status, json.dumps(value).encode())


def _pages(data: object, path: list[str]) -> Iterator[tuple[list[str], list[dict[str, object]]]]:
    """Yield the items of each page of ``devices`` in GraphQL data, unless there are none, and their path."""
    for key, child in data.items() if isinstance(data, dict) else ():
        if path[-1:] == ["devices"] and key == "items" and child:
            yield [*path, key], child
        else:
            yield from _pages(child, [*path, key])


EDITS: dict[str, Edit] = {
    "status": _status,
    "redirect": _redirect,
    "errors": _errors,
    "data_null": _with_body(b'{"data": null}'),
    "empty": _with_body(b""),
    "html": _with_body(_HTML, "text/html"),
    "truncated": _truncated,
    "wrong_type": _with_body(b'["status", true]'),
    "wrong_fields": _wrong_fields,
    "extra_fields": _extra_fields,
    "large": _large,
    "item_error": _item_error,
    "field_error": _field_error,
    "wrong_item": _wrong_item,
}


async def drop(request: web.Request, how: str) -> None:
    """End the connection of a request without an answer: close it, reset it, or say nothing until the client goes."""
    if how == "hang":
        end = time.monotonic() + _HANG_LIMIT
        while request.transport is not None and not request.transport.is_closing() and time.monotonic() < end:
            await asyncio.sleep(_POLL)
    if request.transport is None:
        return
    if how == "reset":
        connection = request.transport.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    request.transport.abort()


async def _half(request: web.Request, response: web.StreamResponse, body: bytes, fault: Fault) -> None:
    await response.write(body[: len(body) // 2])
    await drop(request, "close")


async def _drip(request: web.Request, response: web.StreamResponse, body: bytes, fault: Fault) -> None:
    for index in range(len(body)):
        await response.write(body[index : index + 1])
        await asyncio.sleep(fault.seconds / len(body))


WRITES: dict[str, Callable[[web.Request, web.StreamResponse, bytes, Fault], Awaitable[None]]] = {
    "lost_answer": _half,
    "drip": _drip,
}
