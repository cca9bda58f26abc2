# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A service and its connect link as whoever changes the link has to know them, by one request."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from .._api.graphql import GraphqlApi, login_of, refusal
from .._base.clock import Deadline
from .._base.errors import AnswerLostError
from .._base.text import printable
from .._model.ids import canonical_id
from .device_view import MANAGE
from .networks import told_networks

# Never its code: whoever has it may connect.
LINK = "url enabled allow deny password created"
_READ = f"""\
query ($ids: [String!]!) {{
  applicationTypes {{ id name proxy }}
  login {{
    id
    service(id: $ids) {{
      id name application link(type: [HTTPS, WSS]) {{ {LINK} }}
      device {{ id name permissions owner {{ email }} }}
    }}
  }}
}}"""


class LinkView(NamedTuple):
    """A connect link.

    *allow* and *deny* are sorted networks; *password* is what is told of the password: itself, stars instead of it, or None, which may
    mean that there is none.
    """

    url: str
    enabled: bool
    allow: tuple[str, ...]
    deny: tuple[str, ...]
    password: str | None
    created: str | None

    @property
    def has_hidden_password(self) -> bool:
        """Whether there is a password, and remote.it does not tell which."""
        return self.password is not None and set(self.password) == {"*"}


class LinkedService(NamedTuple):
    """A service, its device, and its link if it has one.

    *kind* is how its type is called, and *is_web* whether remote.it serves that as a web page; *permissions* are those on the device,
    *owner* is an e-mail address or empty. Names are as remote.it has them, and not printable therefore.
    """

    id: str
    name: str
    kind: str
    is_web: bool
    link: LinkView | None
    device_id: str
    device_name: str
    permissions: tuple[str, ...]
    owner: str

    def shown(self) -> str:
        """How it is called in a message."""
        return f"{printable(self.name)} ({self.id}) of {printable(self.device_name)} ({self.device_id})"


def read_linked_service(graphql: GraphqlApi, service_id: str, deadline: Deadline) -> LinkedService | None:
    """The service with this id, None where there is none that can be seen. Raises ApiError."""
    data, errors = graphql.read(_READ, {"ids": [service_id]}, deadline)
    nodes = None if errors and not isinstance(data.get("login"), Mapping) else login_of(data).get("service")
    node = nodes[0] if isinstance(nodes, list) and nodes else None
    try:
        service = None if node is None else _service(node, data.get("applicationTypes"))
    except ValueError as error:
        if errors:
            raise refusal(errors) from None
        raise AnswerLostError(f"The answer to service cannot be used: {error}.", status=200) from None
    # Whoever may not manage the device need not see the link, and is told so.
    if errors and (service is None or MANAGE in service.permissions):
        raise refusal(errors)
    return service


def parse_link(node: Any) -> LinkView:
    """The link in an answer. Raises ValueError."""
    if not isinstance(node, Mapping):
        raise ValueError("it has no link")
    url, enabled, password, created = (node.get(name) for name in ("url", "enabled", "password", "created"))
    if not isinstance(url, str) or not url:
        raise ValueError("its link has no URL")
    if not isinstance(enabled, bool):
        raise ValueError("whether its link is enabled is neither yes nor no")
    return LinkView(
        url=printable(url),
        enabled=enabled,
        allow=_networks(node, "allow"),
        deny=_networks(node, "deny"),
        password=password if isinstance(password, str) and password else None,
        created=printable(created) if isinstance(created, str) else None,
    )


def _service(node: Any, types: Any) -> LinkedService:
    if not isinstance(node, Mapping):
        raise ValueError("it has no service")
    device = node.get("device")
    if not isinstance(device, Mapping):
        raise ValueError("its service has no device")
    owner, words = device.get("owner"), device.get("permissions")
    kind = _type_of(node.get("application"), types)
    return LinkedService(
        id=canonical_id(str(node.get("id"))),
        name=_text(node, "name"),
        kind=printable(_text(kind, "name")) or str(node.get("application")),
        is_web=kind.get("proxy") is True,
        link=None if node.get("link") is None else parse_link(node["link"]),
        device_id=canonical_id(str(device.get("id"))),
        device_name=_text(device, "name"),
        permissions=tuple(word for word in words if isinstance(word, str)) if isinstance(words, list) else (),
        owner=printable(_text(owner, "email")) if isinstance(owner, Mapping) else "",
    )


def _type_of(application: Any, types: Any) -> Mapping[str, Any]:
    found = (kind for kind in types if isinstance(kind, Mapping)) if isinstance(types, list) else ()
    return next((kind for kind in found if kind.get("id") == application), {})


def _text(node: Mapping[str, Any], name: str) -> str:
    value = node.get(name)
    return value if isinstance(value, str) else ""


def _networks(node: Mapping[str, Any], name: str) -> tuple[str, ...]:
    texts = node.get(name)
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        raise ValueError(f"its link has no list {name}")
    return told_networks(texts)
