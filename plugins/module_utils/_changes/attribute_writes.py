# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Attributes of a device or a service are set and removed, and what was done is known when it returns or fails."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from .._api.graphql import GraphqlApi, refusal
from .._base.clock import Deadline
from .._base.errors import ApiError, RefusedError
from .._base.text import enumerated, inert, printable
from .._model.attributes import same_value
from .attribute_changes import is_there
from .lost_answers import is_seen, may_be_done

# As many changes as one request has.
_AT_A_TIME = 20


class Attributed(NamedTuple):
    """A device or a service: its id, how it is called in a message, and how its attributes are read, which raises ApiError."""

    id: str
    shown: str
    read: Callable[[Deadline], Mapping[str, Any]]


class AttributeWrites:
    """The writes of one task to the attributes of *whose*.

    Each appends to *done*, which others may write as well, a sentence of what it did. *looks* are the pauses before looking for
    what may be visible late, in seconds.
    """

    def __init__(self, graphql: GraphqlApi, whose: Attributed, looks: Sequence[float], done: list[str]) -> None:
        self._graphql = graphql
        self._whose = whose
        self._looks = looks
        self._done = done

    def set(self, changes: Mapping[str, Any], deadline: Deadline) -> None:
        """Set the value at each path; None removes it. Raises ApiError, after all of one request that could be done."""
        items = iter(changes.items())
        while some := dict(itertools.islice(items, _AT_A_TIME)):
            self._set_some(some, deadline)

    def _set_some(self, changes: Mapping[str, Any], deadline: Deadline) -> None:
        paths = list(changes)
        variables: dict[str, Any] = {"id": self._whose.id}
        for number, path in enumerate(paths):
            variables |= {f"n{number}": path, f"v{number}": changes[path]}
        try:
            data, errors = self._graphql.read(_set_document(len(paths)), variables, deadline)
        except ApiError as failure:
            if may_be_done(failure) and self._are_seen(changes, deadline):
                return
            raise
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
                f"remote.it accepted the change of the attributes {_listed(missed)} of {self._whose.shown}, but they are not "
                "as asked for afterwards: run the task again, or change them in the remote.it application.",
                200,
                "",
            )

    def _are_seen(self, changes: Mapping[str, Any], deadline: Deadline) -> bool:
        """Whether all that may have been done is there; what is there is told."""
        there: dict[str, Any] = {}

        def look() -> bool:
            attributes = self._whose.read(deadline)
            there.update({path: value for path, value in changes.items() if is_there(attributes, path, value)})
            return len(there) == len(changes)

        is_whole = is_seen(look, self._looks, deadline)
        self._tell_done(there)
        return is_whole

    def _missed(self, changes: Mapping[str, Any], deadline: Deadline) -> list[str]:
        """The paths at which there is not the wanted value for as long as we look. Raises ApiError."""
        missed = list(changes)
        for pause in self._looks:
            deadline.sleep(pause)
            attributes = self._whose.read(deadline)
            missed = [path for path, value in changes.items() if not is_there(attributes, path, value)]
            if not missed:
                break
        return missed

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
