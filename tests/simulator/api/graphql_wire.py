# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The GraphQL API ``/graphql/v1``: POST only, JSON in and out (vendor page "API Usage")."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from pathlib import Path

from graphql import (
    DocumentNode,
    ExecutionResult,
    FieldNode,
    GraphQLError,
    OperationDefinitionNode,
    OperationType,
    build_schema,
    execute,
    get_operation_ast,
    parse,
    validate,
)
from graphql.utilities import value_from_ast_untyped

from ..auth.authentication import Identity
from ..auth.message import Message
from ..cloud.agenda import Agenda
from ..cloud.broker import Broker
from ..cloud.clock import Clock
from ..config.settings import Behaviour
from .answer import Answer, json_answer
from .calls import Call
from .graphql_root import Roots
from .wire import Request, json_body

PATH = "/graphql/v1"
SCHEMA = Path(__file__).with_name("schema.graphql")
_REMEMBERED = 64
_HUMP = re.compile(r"(?=[A-Z])")


@dataclass(frozen=True, slots=True)
class _Content:
    """The body of a request."""

    query: str
    operation_name: str | None
    variables: dict[str, object]


def _content(message: Message) -> _Content:
    """Return the body of a request, as GraphQL over HTTP has it; keys that nobody knows are ignored.

    :raises ValueError: it has another shape.
    """
    body = json_body(message)
    if not isinstance(body, dict):
        raise ValueError("request body must be a JSON object")
    query, name, variables = body.get("query"), body.get("operationName"), body.get("variables")
    if not isinstance(query, str):
        raise ValueError("query must be a string")
    if name is not None and not isinstance(name, str):
        raise ValueError("operationName must be a string")
    if variables is not None and not isinstance(variables, dict):
        raise ValueError("variables must be an object")
    return _Content(query, name, variables or {})


class GraphQL:
    """The GraphQL wire."""

    name = "graphql"

    def __init__(self, broker: Broker, behaviour: Behaviour, clock: Clock, agenda: Agenda) -> None:
        self._roots = Roots(broker, behaviour, clock, agenda)
        self._behaviour = behaviour
        self._schema = build_schema(SCHEMA.read_text(encoding="utf-8"))
        # Clients ask the same few questions again and again, and to understand one takes longer than to answer it.
        self._understand = functools.lru_cache(_REMEMBERED)(self._parse)
        self.dialects = behaviour.signatures.graphql

    def _parse(self, query: str) -> tuple[DocumentNode | None, list[GraphQLError]]:
        """Return the document and what is wrong with it; no document when it is none."""
        try:
            document = parse(query)
        except GraphQLError as error:
            return None, [error]
        return document, validate(self._schema, document)

    def read(self, message: Message) -> Request:
        """Find out what a request wants: its first mutation's name in snake case, everything else is a ``query``."""
        try:
            content = _content(message)
        except ValueError as error:
            return Request(message, "unknown", content={"problem": str(error)})
        document, _errors = self._understand(content.query)
        request = Request(message, "query", content={"asked": content})
        operation = get_operation_ast(document, content.operation_name) if document else None
        if operation is None:
            request.operation = "unknown"
        elif operation.operation is OperationType.MUTATION:
            self._name_mutation(request, operation, content.variables)
        return request

    def _name_mutation(
        self, request: Request, operation: OperationDefinitionNode, variables: dict[str, object]
    ) -> None:
        fields = [node for node in operation.selection_set.selections if isinstance(node, FieldNode)]
        if not fields:
            return
        request.operation = _HUMP.sub("_", fields[0].name.value).lower()
        arguments = {
            argument.name.value: value_from_ast_untyped(argument.value, variables)
            for argument in fields[0].arguments or ()
        }
        request.service_id = next(
            filter(None, (_text(arguments.get(key)) for key in ("serviceId", "id", "deviceId"))), None
        )
        request.connection_id = _text(arguments.get("connectionId"))

    def missing_credential(self, request: Request, identity: Identity) -> Answer | None:
        """Return None: a signature is all this API wants."""
        return None

    def unauthorized(self, request: Request, status: int) -> Answer:
        """Return the JSON answer to a request whose signature was refused."""
        return json_answer({"message": "Forbidden" if status == 403 else "Unauthorized"}, status)

    def failure(self, message: str, status: int = 200) -> Answer:
        """Return a list of one error."""
        return json_answer({"errors": [{"message": message}], "data": None}, status)

    async def answer(self, request: Request, identity: Identity, call: Call) -> Answer:
        """Carry the request out."""
        asked = request.content.get("asked")
        if request.message.method != "POST" or not isinstance(asked, _Content):
            call.detail = str(request.content.get("problem", "method is not POST"))
            return self.failure(call.detail, 400)
        document, errors = self._understand(asked.query)
        if document is None or errors:
            call.detail = errors[0].message
            return json_answer({"errors": [error.formatted for error in errors]}, self._behaviour.invalid_query_status)
        outcome = execute(
            self._schema,
            document,
            root_value=self._roots.of(identity, call, request.refused),
            variable_values=asked.variables,
            operation_name=asked.operation_name,
        )
        result = outcome if isinstance(outcome, ExecutionResult) else await outcome
        return json_answer(result.formatted)


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
