# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Refusals of mutations as GraphQL errors, beside what else the request asked for."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Any

from graphql import GraphQLError

from ..cloud.change_refusals import ChangeRefused
from .calls import Call

Resolver = Callable[..., Any]


def refusing(resolver: Resolver, call: Call, ordered: Mapping[str, str]) -> Resolver:
    """Return *resolver* with the refusals of the service as errors of its field, and in the log.

    :param ordered: the words of refusals that were ordered, by the alias of their field.
    """

    @functools.wraps(resolver)
    def resolve(info: Any, **arguments: Any) -> Any:
        if info.path.key in ordered:
            raise GraphQLError(ordered[info.path.key])
        try:
            return resolver(info, **arguments)
        except ChangeRefused as refused:
            call.detail = str(refused)
            raise GraphQLError(call.detail) from None

    return resolve
