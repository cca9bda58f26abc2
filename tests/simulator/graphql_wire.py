# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The GraphQL API ``/graphql/v1``: POST only, JSON in and out (vendor page "API Usage")."""

from __future__ import annotations

import functools
import json
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

from .answer import Answer, json_answer
from .authentication import Identity
from .broker import Broker
from .calls import Call
from .clock import Clock
from .graphql_accounts import APPLICATION_TYPES, PLATFORM_TYPES, Accounts
from .graphql_devices import Devices
from .graphql_mutations import Mutations
from .graphql_sessions import Sessions
from .message import Message
from .settings import Behaviour
from .wire import Request

PATH = "/graphql/v1"
SCHEMA = Path(__file__).with_name("schema.graphql")
_REMEMBERED = 64


class GraphQL:
    """The GraphQL wire."""

    name = "graphql"

    def __init__(self, broker: Broker, behaviour: Behaviour, clock: Clock) -> None:
        self._broker = broker
        self._behaviour = behaviour
        self._clock = clock
        self._schema = build_schema(SCHEMA.read_text(encoding="utf-8"))
        # Clients ask the same few questions again and again, and to understand one takes longer than to answer it.
        self._parse = functools.lru_cache(_REMEMBERED)(parse)
        self._validate = functools.lru_cache(_REMEMBERED)(lambda text: validate(self._schema, self._parse(text)))
        self.dialects = behaviour.signatures.graphql

    def read(self, message: Message) -> Request:
        """Find out what a request wants: a mutation by its name, everything else is a ``query``."""
        try:
            content = json.loads(message.body)
            document = self._parse(content["query"])
            operation = get_operation_ast(document, content.get("operationName"))
            variables = content.get("variables") or {}
        except (ValueError, TypeError, KeyError, AttributeError, GraphQLError) as error:
            return Request(message, "unknown", content={"problem": str(error)})
        request = Request(message, "query", content={**content, "document": document, "variables": variables})
        if operation is not None and operation.operation is OperationType.MUTATION:
            self._name_mutation(request, operation, variables)
        return request

    def _name_mutation(
        self, request: Request, operation: OperationDefinitionNode, variables: dict[str, object]
    ) -> None:
        fields = [node for node in operation.selection_set.selections if isinstance(node, FieldNode)]
        if not fields:
            return
        request.operation = fields[0].name.value
        arguments = {
            argument.name.value: value_from_ast_untyped(argument.value, variables)
            for argument in fields[0].arguments or ()
        }
        request.service_id = _text(arguments.get("serviceId"))
        request.connection_id = _text(arguments.get("connectionId"))

    def missing_credential(self, request: Request, identity: Identity) -> Answer | None:
        """Return None: a signature is all this API wants."""
        return None

    def unauthorized(self, status: int) -> Answer:
        """Return the JSON answer to a request whose signature was refused."""
        return json_answer({"message": "Forbidden" if status == 403 else "Unauthorized"}, status)

    def failure(self, message: str, status: int = 200) -> Answer:
        """Return a list of one error."""
        return json_answer({"errors": [{"message": message}], "data": None}, status)

    async def answer(self, request: Request, identity: Identity, call: Call) -> Answer:
        """Carry the request out."""
        document = request.content.get("document")
        if request.message.method != "POST" or not isinstance(document, DocumentNode):
            call.detail = str(request.content.get("problem", "method is not POST"))
            return self.failure(call.detail, 400)
        errors = self._validate(request.content["query"])
        if errors:
            call.detail = errors[0].message
            return json_answer({"errors": [error.formatted for error in errors]}, 400)
        variables = request.content["variables"]
        name = _text(request.content.get("operationName"))
        outcome = execute(
            self._schema,
            document,
            root_value=self._root(identity, call),
            variable_values=variables if isinstance(variables, dict) else {},
            operation_name=name,
        )
        result = outcome if isinstance(outcome, ExecutionResult) else await outcome
        return json_answer(result.formatted)

    def _root(self, identity: Identity, call: Call) -> dict[str, object]:
        viewer = identity.account
        sessions = Sessions(self._broker, self._behaviour, self._clock, viewer)
        devices = Devices(self._broker, self._behaviour, self._clock, viewer, sessions)
        accounts = Accounts(self._broker.world, viewer, devices, sessions)
        mutations = Mutations(self._broker, self._behaviour, identity, sessions, call)
        return {
            "version": "simulator",
            "applicationTypes": APPLICATION_TYPES,
            "platformTypes": PLATFORM_TYPES,
            "login": lambda _info: accounts.user(viewer),
            "connect": mutations.connect,
            "disconnect": mutations.disconnect,
        }


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
