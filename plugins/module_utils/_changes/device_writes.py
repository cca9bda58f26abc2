# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A device gets other tags, attributes and another name, and is deleted; what was done is known when it returns or fails."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from .._api.graphql import GraphqlApi, refusal
from .._base.clock import Deadline
from .._base.errors import AnswerLostError, ApiError, RefusedError
from .._base.text import enumerated, inert, printable
from .._model.attributes import same_value
from .attribute_changes import is_there
from .device_view import DeviceView, read_device

_TAG = """\
mutation ($names: [String!]!, $ids: [String!]!, $account: String) {{
  {mutation}(name: $names, serviceId: $ids, accountId: $account)
}}"""
_RENAME = "mutation ($id: String!, $name: String!) { renameService(serviceId: $id, name: $name) }"
_DELETE = "mutation ($id: String!) { deleteDevice(deviceId: $id) }"
# As many changes as one request has.
_AT_A_TIME = 20
_HINT = "Tags and names of devices may take ADMIN in the account."


class DeviceWrites:
    """The writes of one task to a *device* as the *account* with this id has it, None for the access key's own.

    Each appends to *done*, which others may write as well, a sentence of what it did. *looks* are the pauses before looking for
    what may be visible late, in seconds.
    """

    def __init__(
        self, graphql: GraphqlApi, device: DeviceView, account: str | None, looks: Sequence[float], done: list[str]
    ) -> None:
        self._graphql = graphql
        self._device = device
        self._account = account
        self._looks = looks
        self._done = done

    def add_tags(self, tags: Sequence[str], deadline: Deadline) -> None:
        """Give the device these *tags*; those that the account does not have are made. Raises ApiError."""
        self._tag("addTag", tags, deadline)
        self._done.append(f"Tags added: {_listed(tags)}.")

    def remove_tags(self, tags: Sequence[str], deadline: Deadline) -> None:
        """Take these *tags* away, as they are spelt there. Raises ApiError."""
        self._tag("removeTag", tags, deadline)
        self._done.append(f"Tags removed: {_listed(tags)}.")

    def rename(self, name: str, deadline: Deadline) -> None:
        """Give the device another name. Raises ApiError."""
        answer = self._asked(_RENAME, {"id": self._device.id, "name": name}, deadline)
        if answer.get("renameService") is not True:
            raise RefusedError("remote.it did not confirm that the device is renamed.", 200, "")
        self._done.append(f"Renamed from {inert(self._device.name)} to {inert(name)}.")

    def set_attributes(self, changes: Mapping[str, Any], deadline: Deadline) -> None:
        """Set the value at each path; None removes it. Raises ApiError, after all of one request that could be done."""
        items = iter(changes.items())
        while some := dict(itertools.islice(items, _AT_A_TIME)):
            self._set_some(some, deadline)

    def delete(self, deadline: Deadline) -> None:
        """Delete the device, unless remote.it does not want to. Raises ApiError if it is still there."""
        failure = self._failure_to_delete(deadline)
        # It may have been deleted all the same, or by somebody else.
        if failure is not None and self._now(deadline) is not None:
            raise failure
        self._done.append(f"Deleted: {inert(self._device.shown())}.")

    def _failure_to_delete(self, deadline: Deadline) -> ApiError | None:
        try:
            data = self._graphql.ask(_DELETE, {"id": self._device.id}, deadline, repeatable=False)
        except (AnswerLostError, RefusedError) as error:
            return error
        if data.get("deleteDevice") is True:
            return None
        return RefusedError("remote.it did not confirm that the device is deleted.", 200, "")

    def _tag(self, mutation: str, tags: Sequence[str], deadline: Deadline) -> None:
        variables = {"names": list(tags), "ids": [self._device.id], "account": self._account}
        if self._asked(_TAG.format(mutation=mutation), variables, deadline).get(mutation) is not True:
            raise RefusedError("remote.it did not confirm that the tags of the device are changed.", 200, "")

    def _asked(self, document: str, variables: Mapping[str, Any], deadline: Deadline) -> Mapping[str, Any]:
        """The answer to what may take more than MANAGE. Raises ApiError."""
        try:
            return self._graphql.ask(document, variables, deadline)
        except RefusedError as error:
            if error.status != 200:
                raise
            raise RefusedError(f"{error} {_HINT}", 200, error.reason) from None

    def _set_some(self, changes: Mapping[str, Any], deadline: Deadline) -> None:
        paths = list(changes)
        variables: dict[str, Any] = {"id": self._device.id}
        for number, path in enumerate(paths):
            variables |= {f"n{number}": path, f"v{number}": changes[path]}
        data, errors = self._graphql.read(_set_document(len(paths)), variables, deadline)
        refused = dict(_refusals(errors, paths))
        # What an answer means is not published, and neither is whether a path leads where the application looks.
        doubtful = {
            path: changes[path]
            for number, path in enumerate(paths)
            if path not in refused and ("." in path or not same_value(data.get(f"a{number}"), changes[path]))
        }
        missed = self._missed(doubtful, deadline) if doubtful else []
        self._tell_done({path: changes[path] for path in paths if path not in refused and path not in missed})
        for path, error in refused.items():
            raise RefusedError(
                f"remote.it refused to change the attribute {inert(path)}: {printable(error.reason)!r}.",
                200,
                error.reason,
            )
        if missed:
            raise RefusedError(
                f"remote.it accepted the change of the attributes {_listed(missed)} of {self._device.shown()}, but they are not "
                "as asked for afterwards: run the task again, or change them in the remote.it application.",
                200,
                "",
            )

    def _missed(self, changes: Mapping[str, Any], deadline: Deadline) -> list[str]:
        """The paths at which the device does not have the wanted value for as long as we look. Raises ApiError."""
        missed = list(changes)
        for pause in self._looks:
            deadline.sleep(pause)
            device = self._now(deadline)
            attributes = device.attributes if device else {}
            missed = [path for path, value in changes.items() if not is_there(attributes, path, value)]
            if not missed:
                break
        return missed

    def _now(self, deadline: Deadline) -> DeviceView | None:
        return read_device(self._graphql, self._device.id, deadline, self._account).device

    def _tell_done(self, changes: Mapping[str, Any]) -> None:
        for what, paths in (
            ("set", [path for path, value in changes.items() if value is not None]),
            ("removed", [path for path, value in changes.items() if value is None]),
        ):
            if paths:
                self._done.append(f"Attributes {what}: {_listed(paths)}.")


def _set_document(count: int) -> str:
    numbers = range(count)
    declared = "".join(f", $n{number}: String!, $v{number}: Any" for number in numbers)
    fields = " ".join(
        f"a{number}: setAttribute(name: $n{number}, value: $v{number}, serviceId: $id)" for number in numbers
    )
    return f"mutation ($id: String!{declared}) {{ {fields} }}"


def _refusals(errors: Sequence[Any], paths: Sequence[str]) -> Iterator[tuple[str, RefusedError]]:
    """The path that each of GraphQL's *errors* is about, and what it says. Raises RefusedError for one about all."""
    aliases = {f"a{number}": path for number, path in enumerate(paths)}
    for error in errors:
        place = error.get("path") if isinstance(error, Mapping) else None
        alias = place[0] if isinstance(place, list) and place else None
        if alias not in aliases:
            raise refusal(error)
        yield aliases[alias], refusal(error)


def _listed(words: Sequence[str]) -> str:
    return enumerated(map(inert, words), 40)
