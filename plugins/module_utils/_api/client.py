# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""remote.it as the core sees it: open and close by the wire that was chosen, read by GraphQL."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from .._base.clock import Clock, Deadline
from .._base.errors import AnswerLostError, ApiError, OptionError, RefusedError
from .._base.text import enumerated
from .._model.access import Access
from .._model.connection import Connection
from .._model.ids import same_id
from .._model.session import Listing, Service, Session
from .._settings.settings import GRAPHQL, Settings
from .graphql import GraphqlApi
from .rest import RestApi
from .transport import Transport

if TYPE_CHECKING:
    from .._model.failure import Failure


class Client:
    """remote.it for one task. *warn* takes one sentence for the user."""

    def __init__(self, settings: Settings, clock: Clock, warn: Callable[[str], None]) -> None:
        self.clock = clock
        self.settings = settings
        self._transport = Transport(settings, clock, warn)
        self._graphql = GraphqlApi(self._transport, settings, clock)

    def _wire(self, api: str) -> RestApi | GraphqlApi:
        return self._graphql if api == GRAPHQL else RestApi(self._transport, self.settings, self.clock)

    def _url(self, api: str) -> str:
        return self.settings.graphql_url if api == GRAPHQL else self.settings.rest_url

    def open(
        self, service_id: str, access: Access, wait: bool, deadline: Deadline, before: Failure | None = None
    ) -> Connection:
        """Open a connection, by one request. A refusal is explained by what can be read about the service.

        What *before*, an earlier failure, explains already is not read again.
        """
        try:
            connection = self._wire(self.settings.api).open(service_id, access, wait, deadline)
        except RefusedError as error:
            if error.status == 200 and before is not None and before.explains(error.reason):
                raise RefusedError(before.message, error.status, error.reason) from None
            raise self._explained(error, service_id, deadline) from None
        api = self.settings.api
        return connection._replace(signature=self._transport.accepted(api, self._url(api)))

    def close(
        self, service_id: str, connection_id: str, api: str, deadline: Deadline, signature: str | None = None
    ) -> None:
        """Close a connection by the wire that knows its id: *api* is the one that opened it, GraphQL for a session.

        *signature* is the dialect that was accepted when it was opened, None where that is not known.

        RefusedError when remote.it does not confirm it, for whatever reason; AnswerLostError when an earlier try may
        have closed it.
        """
        self._transport.expect(api, self._url(api), signature)
        try:
            self._wire(api).close(service_id, connection_id, deadline)
        except RefusedError:
            if self._transport.lost is not None:
                raise self._transport.lost from None
            raise

    def close_session(self, session: Session, deadline: Deadline) -> None:
        """Close what is listed as *session*, and be sure of it. Raises ApiError.

        If it is not listed any more, then a request whose answer was lost has closed it, whatever a later one was told.
        """
        try:
            self.close(session.service_id, session.id, GRAPHQL, deadline)
        except (RefusedError, AnswerLostError):
            listed = self.listing(session.service_id, deadline).sessions
            if listed is None or any(same_id(item.id, session.id) for item in listed):
                raise

    def service(self, service_id: str, deadline: Deadline) -> Service | None:
        """The service with our sessions on it, None when there is none that we may see."""
        return self._graphql.services([service_id], deadline).get(service_id)

    def services(self, service_ids: Sequence[str], deadline: Deadline) -> dict[str, Service]:
        """Those of the services that we may see, by id, read at once."""
        return self._graphql.services(service_ids, deadline)

    def listing(self, service_id: str, deadline: Deadline) -> Listing:
        """Our sessions on the service now."""
        return self.listings([service_id], deadline)[service_id]

    def listings(self, service_ids: Sequence[str], deadline: Deadline) -> dict[str, Listing]:
        """Our sessions on each of the services now, read at once."""
        try:
            services = self.services(service_ids, deadline)
        except ApiError as error:
            return dict.fromkeys(service_ids, Listing(None, self.clock.server_time(), str(error)))
        at = self.clock.server_time()
        # What we may not see has no sessions of ours.
        unseen = Listing((), at, is_unseen=True)
        seen = {id_: Listing(one.sessions, at, "its sessions may not be read.") for id_, one in services.items()}
        return {id_: seen.get(id_, unseen) for id_ in service_ids}

    def sessions(self, deadline: Deadline) -> list[Session]:
        """Our proxy sessions on the services of our own account."""
        return self._graphql.sessions(deadline)

    def check_is_no_device(self, service_id: str, deadline: Deadline) -> None:
        """Raise OptionError if that is the id of a device, on which nothing can ever be open."""
        if device := self._if_device(service_id, deadline):
            raise OptionError(f"{device}.")

    def _if_device(self, service_id: str, deadline: Deadline) -> str:
        """If that is the id of a device, what to give instead, as a sentence without its point; otherwise empty."""
        device = None
        with contextlib.suppress(ApiError):
            device = self._graphql.device(service_id, deadline)
        if device is None:
            return ""
        services = enumerated(f"{name} ({id_})" for id_, name in device.services.items())
        return (
            f"service_id={service_id} is the id of the device {device.name}, not of a service; give the id of a service "
            f"of it: {services or 'it has none that this access key can see'}"
        )

    def _explained(self, error: RefusedError, service_id: str, deadline: Deadline) -> RefusedError:
        """The API's words differ by wire and time, the state of the service does not: prefer the state."""
        if error.status != 200:
            return error
        try:
            service = self.service(service_id, deadline)
        except ApiError:
            return error
        if service is None:
            unseen = (
                f"service_id={service_id} is not a service that this access key can see; check the id, the sharing, and "
                f"that the key is the one you mean, {self.settings.credentials.name}"
            )
            why = self._if_device(service_id, deadline) or unseen
        elif not service.can_connect:
            why = f"this access key may see, but not connect to, the service; ask the owner of {service_id} for CONNECT"
        elif not service.enabled:
            why = f"the service {service_id} is disabled; enable it on the device or in the remote.it application"
        elif not service.online:
            why = f"the device of {service_id} is offline; check its power and network, remote.it may notice late"
        else:
            # A device is a service as well to remote.it.
            why = self._if_device(service_id, deadline)
        if not why:
            return error
        said = f'; remote.it said "{error.reason}"' if error.reason else ""
        return RefusedError(f"No connection: {why}{said}.", error.status, error.reason)
