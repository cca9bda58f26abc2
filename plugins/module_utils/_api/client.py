# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""remote.it as the core sees it: open and close by the API that was chosen, read by GraphQL."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from .._base.clock import Clock, Deadline
from .._base.errors import AnswerLostError, ApiError, OptionError, RefusedError
from .._model.access import Access
from .._model.connection import Connection
from .._model.ids import same_id
from .._model.session import Listing, Service, Session
from .._settings.settings import GRAPHQL, Settings
from .dialects import Dialects
from .graphql import GraphqlApi
from .rest import RestApi
from .throttle import Throttle
from .transport import Transport

if TYPE_CHECKING:
    from .._model.failure import Failure


class Client:
    """remote.it for one thread of a task.

    :ivar settings: who asks, and how
    :ivar clock: what its answers tell of the time
    :ivar warn: takes one sentence for the user
    :ivar graphql: the API by which it reads
    """

    def __init__(
        self,
        settings: Settings,
        clock: Clock,
        warn: Callable[[str], None],
        dialects: Dialects | None = None,
        throttle: Throttle | None = None,
    ) -> None:
        self.clock = clock
        self.settings = settings
        self.warn = warn
        self._dialects = dialects or Dialects()
        self._throttle = throttle or Throttle()
        self._transport = Transport(settings, clock, warn, self._dialects, self._throttle)
        self.graphql = GraphqlApi(self._transport, settings, clock)

    def beside(self, warn: Callable[[str], None]) -> Client:
        """A client for another thread of the task, which knows what this one has learnt, and has its own connection."""
        return Client(self.settings, copy.copy(self.clock), warn, self._dialects, self._throttle)

    def _api(self, name: str) -> RestApi | GraphqlApi:
        return self.graphql if name == GRAPHQL else RestApi(self._transport, self.settings, self.clock)

    def _url(self, api: str) -> str:
        return self.settings.graphql_url if api == GRAPHQL else self.settings.rest_url

    def open(
        self, service_id: str, access: Access, wait: bool, deadline: Deadline, before: Failure | None = None
    ) -> Connection:
        """Open a connection, by one request. A refusal is explained by what can be read about the service.

        What *before*, an earlier failure, explains already is not read again.
        """
        try:
            connection = self._api(self.settings.api).open(service_id, access, wait, deadline)
        except RefusedError as error:
            if error.status == 200 and before is not None and before.explains(error.reason):
                raise RefusedError(before.message, error.status, error.reason) from None
            from .refusal import explained  # most connections open

            raise explained(error, service_id, self.graphql, self.settings.credentials.name, deadline) from None
        api = self.settings.api
        return connection._replace(signature=self._dialects.accepted(api, self._url(api)))

    def close(
        self, service_id: str, connection_id: str, api: str, deadline: Deadline, signature: str | None = None
    ) -> None:
        """Close a connection by the API that knows its id: *api* is the one that opened it, GraphQL for a session.

        *signature* is the dialect that was accepted when it was opened, None where that is not known.

        RefusedError when remote.it does not confirm it, for whatever reason; AnswerLostError when an earlier try may
        have closed it.
        """
        self._dialects.expect(api, self._url(api), signature)
        try:
            self._api(api).close(service_id, connection_id, deadline)
        except RefusedError as error:
            if error.lost is not None:
                raise error.lost from None
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
        return self.graphql.services([service_id], deadline).get(service_id)

    def services(self, service_ids: Sequence[str], deadline: Deadline) -> dict[str, Service]:
        """Those of the services that we may see, by id, read at once."""
        return self.graphql.services(service_ids, deadline)

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
        return self.graphql.sessions(deadline)

    def check_is_no_device(self, service_id: str, deadline: Deadline) -> None:
        """Raise OptionError if that is the id of a device, on which nothing can ever be open."""
        from .refusal import if_device  # most ids are those of services

        if device := if_device(service_id, self.graphql, deadline):
            raise OptionError(f"{device}.")
