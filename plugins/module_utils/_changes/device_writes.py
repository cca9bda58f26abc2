# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A device gets other tags, attributes and another name, and is deleted; what was done is known when it returns or fails."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from .._api.graphql import GraphqlApi
from .._base.clock import Deadline
from .._base.errors import AnswerLostError, ApiError, RefusedError
from .._base.text import enumerated, inert
from .attribute_writes import Attributed, AttributeWrites
from .device_view import DeviceView, read_device
from .lost_answers import is_seen, may_be_done
from .tag_changes import folded

_TAG = """\
mutation ($names: [String!]!, $ids: [String!]!, $account: String) {{
  {mutation}(name: $names, serviceId: $ids, accountId: $account)
}}"""
_RENAME = "mutation ($id: String!, $name: String!) { renameService(serviceId: $id, name: $name) }"
_DELETE = "mutation ($id: String!) { deleteDevice(deviceId: $id) }"
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
        wanted = set(map(folded, tags))
        self._tag("addTag", tags, lambda device: wanted <= set(map(folded, device.tags)), deadline)
        self._done.append(f"Tags added: {_listed(tags)}.")

    def remove_tags(self, tags: Sequence[str], deadline: Deadline) -> None:
        """Take these *tags* away, as they are spelt there. Raises ApiError."""
        self._tag("removeTag", tags, lambda device: not {*tags} & {*device.tags}, deadline)
        self._done.append(f"Tags removed: {_listed(tags)}.")

    def rename(self, name: str, deadline: Deadline) -> None:
        """Give the device another name. Raises ApiError."""
        variables = {"id": self._device.id, "name": name}
        if not self._is_done(_RENAME, variables, "renameService", lambda device: device.name == name, deadline):
            raise RefusedError("remote.it did not confirm that the device is renamed.", 200, "")
        self._done.append(f"Renamed from {inert(self._device.name)} to {inert(name)}.")

    def set_attributes(self, changes: Mapping[str, Any], deadline: Deadline) -> None:
        """Set the value at each path; None removes it. Raises ApiError, after all of one request that could be done."""
        whose = Attributed(self._device.id, self._device.shown(), self._attributes_now)
        AttributeWrites(self._graphql, whose, self._looks, self._done).set(changes, deadline)

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

    def _tag(self, mutation: str, tags: Sequence[str], fits: Callable[[DeviceView], bool], deadline: Deadline) -> None:
        variables = {"names": list(tags), "ids": [self._device.id], "account": self._account}
        if not self._is_done(_TAG.format(mutation=mutation), variables, mutation, fits, deadline):
            raise RefusedError("remote.it did not confirm that the tags of the device are changed.", 200, "")

    def _is_done(
        self,
        document: str,
        variables: Mapping[str, Any],
        mutation: str,
        fits: Callable[[DeviceView], bool],
        deadline: Deadline,
    ) -> bool:
        """Whether remote.it says that it did that, or where it does not say, whether the device *fits*. Raises ApiError."""

        def look() -> bool:
            now = self._now(deadline)
            return now is not None and fits(now)

        try:
            return self._asked(document, variables, deadline).get(mutation) is True
        except ApiError as error:
            if may_be_done(error) and is_seen(look, self._looks, deadline):
                return True
            raise

    def _asked(self, document: str, variables: Mapping[str, Any], deadline: Deadline) -> Mapping[str, Any]:
        """The answer to what may take more than MANAGE. Raises ApiError."""
        try:
            return self._graphql.ask(document, variables, deadline)
        except RefusedError as error:
            if error.status != 200:
                raise
            raise RefusedError(f"{error} {_HINT}", 200, error.reason).after(error.lost) from None

    def _attributes_now(self, deadline: Deadline) -> Mapping[str, Any]:
        device = self._now(deadline)
        return device.attributes if device else {}

    def _now(self, deadline: Deadline) -> DeviceView | None:
        return read_device(self._graphql, self._device.id, deadline, self._account).device


def _listed(words: Sequence[str]) -> str:
    return enumerated(map(inert, words), 40)
