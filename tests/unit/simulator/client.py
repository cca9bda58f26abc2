# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A client of the simulator that signs its requests by itself."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.auth import AuthBase

from tests.doubles.loopback import PATIENCE
from tests.simulator.admin_client import AdminClient

SECRET = "cgMWC14Qsktnq/nbF+iZzy2q2yc4sVPkQn3J0m5i"
DOCUMENTED = ("(request-target)", "host", "date", "content-type", "content-length")
ALICE_KEY, BOB_KEY, DISABLED_KEY = "ALICEKEY000000000001", "BOBKEY00000000000001", "ALICEKEY000000000002"
DEVELOPER_KEYS = {ALICE_KEY: "alice-developer", DISABLED_KEY: "alice-developer", BOB_KEY: "bob-developer"}


class CavageAuth(AuthBase):
    """Signs as the vendor's shell recipe does; ``skew`` seconds are added to the date."""

    def __init__(
        self, key_id: str, names: Sequence[str] = DOCUMENTED, *, skew: float = 0, secret: str = SECRET
    ) -> None:
        self.key_id = key_id
        self.names = names
        self.skew = skew
        self.secret = secret

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        date = format_datetime(datetime.now(UTC) + timedelta(seconds=self.skew), usegmt=True)
        request.headers["Date"] = date
        values = {name.lower(): value for name, value in request.headers.items()}
        values["host"] = urlsplit(request.url or "").netloc
        values["(request-target)"] = f"{(request.method or '').lower()} {request.path_url}"
        text = "\n".join(f"{name}: {values[name]}" for name in self.names)
        digest = hmac.new(base64.b64decode(self.secret), text.encode(), hashlib.sha256).digest()
        request.headers["Authorization"] = (
            f'Signature keyId="{self.key_id}",algorithm="hmac-sha256",headers="{" ".join(self.names)}",'
            f'signature="{base64.b64encode(digest).decode()}"'
        )
        return request


class Rfc9421Auth(AuthBase):
    """Signs as the vendor's SDK does."""

    def __init__(self, key_id: str, secret: str = SECRET) -> None:
        self.key_id = key_id
        self.secret = secret

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        now = datetime.now(UTC)
        created, date = int(now.timestamp()), format_datetime(now, usegmt=True)
        stated = (
            f'("@method" "@authority" "@target-uri" "date");keyid="{self.key_id}";alg="hmac-sha256"'
            f";created={created};expires={created + 300}"
        )
        text = (
            f'"@method": {request.method}\n"@authority": {urlsplit(request.url or "").netloc}\n'
            f'"@target-uri": {request.url}\n"date": {date}\n"@signature-params": {stated}'
        )
        digest = hmac.new(base64.b64decode(self.secret), text.encode(), hashlib.sha256).digest()
        request.headers["Date"] = date
        request.headers["Signature-Input"] = f"remoteit={stated}"
        request.headers["Signature"] = f"remoteit=:{base64.b64encode(digest).decode()}:"
        return request


class Client:
    """One user of the simulator behind ``server``."""

    def __init__(self, server: AdminClient, key_id: str = ALICE_KEY, auth: AuthBase | None = None) -> None:
        self._server = server
        self._auth = auth or CavageAuth(key_id)
        self._developer_key = DEVELOPER_KEYS[key_id]
        self._session = requests.Session()
        self._session.trust_env = False

    def send(self, method: str, url: str, body: bytes | None = None, **options: Any) -> requests.Response:
        """Send a signed request; redirects are not followed."""
        headers = {"Content-Type": "application/json", "DeveloperKey": self._developer_key, "Content-Length": "0"}
        if body is not None:
            headers["Content-Length"] = str(len(body))
        headers |= options.pop("headers", {})
        options = {"timeout": PATIENCE, "auth": self._auth, "allow_redirects": False, "verify": False, **options}
        return self._session.request(method, url, data=body, headers=headers, **options)

    def rest(self, path: str, body: dict[str, Any], **options: Any) -> requests.Response:
        """Call a REST endpoint."""
        return self.send("POST", f"{self._server.rest_url}/{path}", json.dumps(body).encode(), **options)

    def open(self, service_id: str, hostip: str = "0.0.0.0") -> dict[str, Any]:
        """Open a connection by REST and return it."""
        answer = self.rest("device/connect", {"deviceaddress": service_id, "wait": "true", "hostip": hostip}).json()
        assert answer["status"] == "true", answer
        connection: dict[str, Any] = answer["connection"]
        return connection

    def stop(self, service_id: str, connection_id: str) -> requests.Response:
        """Close a connection by REST."""
        return self.rest("device/connect/stop", {"deviceaddress": service_id, "connectionid": connection_id})

    def services(self) -> requests.Response:
        """List services by REST."""
        return self.send("GET", f"{self._server.rest_url}/device/list/all")

    def post_graphql(self, query: str, **variables: Any) -> requests.Response:
        """Call the GraphQL API."""
        body = json.dumps({"query": query, "variables": variables}).encode()
        return self.send("POST", self._server.graphql_url, body)

    def graphql(self, query: str, **variables: Any) -> dict[str, Any]:
        """Call the GraphQL API and return the data; there must be no errors."""
        answer = self.post_graphql(query, **variables).json()
        assert "errors" not in answer, answer
        data: dict[str, Any] = answer["data"]
        return data

    def connect(self, service_id: str, **arguments: str) -> dict[str, Any]:
        """Open a connection by GraphQL and return it."""
        query = """mutation($id: String!, $ip: String! = "0.0.0.0", $type: ProxyType! = AUTO_PROXY) {
            connect(serviceId: $id, hostIP: $ip, type: $type) {
                id reverseProxy host port url created timeout session { id } } }"""
        connection: dict[str, Any] = self.graphql(query, id=service_id, **arguments)["connect"]
        return connection

    def disconnect(self, connection_id: str) -> requests.Response:
        """Close a connection by GraphQL."""
        return self.post_graphql("mutation($id: String!) { disconnect(connectionId: $id) }", id=connection_id)

    def sessions(self, service_id: str) -> list[dict[str, Any]]:
        """Return the sessions of a service."""
        query = """query($id: [String!]!) { login { service(id: $id) { sessions {
            id timestamp user { email } target { id owner { id } device { id name } } endpoint { proxy } } } } }"""
        sessions: list[dict[str, Any]] = self.graphql(query, id=[service_id])["login"]["service"][0]["sessions"]
        return sessions
