# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the proxies do to TCP connections."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from datetime import datetime

import pytest
import requests

from tests.doubles.loopback import PATIENCE
from tests.simulator.admin_client import AdminClient

from .client import Client
from .conftest import Start
from .targets import ask, dial, is_hung_up_on, web_server
from .world import PI, SSH, WEB, configuration


def port_of(connection: dict[str, str]) -> int:
    """Return the port of a connection that REST opened."""
    return int(connection["proxyport"])


def eventually(condition: Callable[[], bool], seconds: float = 5.0) -> bool:
    """Tell whether something becomes true in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.01)
    return False


def is_closed(port: int) -> bool:
    """Tell whether nothing listens at a port."""
    try:
        dial(port).close()
    except ConnectionRefusedError:
        return True
    return False


def test_a_proxy_carries_bytes_and_the_end_of_each_direction(alice: Client) -> None:
    port = port_of(alice.open(SSH))
    text = bytes(range(256)) * 4000
    assert ask(port, text) == text[::-1]
    assert ask(port, b"again") == b"niaga"


def test_a_public_proxy_serves_any_client(alice: Client) -> None:
    port = port_of(alice.open(SSH, "0.0.0.0"))
    assert [ask(port, b"ab", source) for source in ("127.0.0.1", "127.0.0.2")] == [b"ba", b"ba"]


def test_a_restricted_proxy_serves_one_address(alice: Client) -> None:
    port = port_of(alice.open(SSH, "127.0.0.2"))
    assert ask(port, b"ab", "127.0.0.2") == b"ba"
    with dial(port, "127.0.0.1") as stranger:
        assert is_hung_up_on(stranger)


def test_a_latching_proxy_belongs_to_the_first_client(simulator: AdminClient, alice: Client) -> None:
    port = port_of(alice.open(SSH, "255.255.255.255"))
    assert ask(port, b"ab", "127.0.0.3") == b"ba"
    with dial(port, "127.0.0.1") as stranger:
        assert is_hung_up_on(stranger)
    assert ask(port, b"ab", "127.0.0.3") == b"ba"
    assert simulator.state()["connections"][0]["latched"] == "127.0.0.3"


def test_each_connect_opens_another_proxy(alice: Client) -> None:
    first, second = alice.open(SSH), alice.open(SSH)
    assert first["connectionid"] != second["connectionid"]
    assert port_of(first) != port_of(second)


@pytest.mark.parametrize("by", ["rest", "graphql", "admin"])
def test_closing_cuts_clients_off_and_stops_listening(simulator: AdminClient, alice: Client, by: str) -> None:
    connection = alice.open(SSH)
    with dial(port_of(connection)) as client:
        client.sendall(b"half a ")
        assert eventually(lambda: simulator.state()["connections"][0]["clients"] == 1)
        id_ = connection["connectionid"]
        close = {"rest": lambda: alice.stop(SSH, id_), "graphql": lambda: alice.disconnect(id_)}
        close.get(by, lambda: simulator.close(id_))()
        assert is_hung_up_on(client)
    assert is_closed(port_of(connection))


def test_a_proxy_without_clients_is_closed_after_the_idle_time(simulator: AdminClient, alice: Client) -> None:
    port = port_of(alice.open(SSH))
    simulator.advance(890)
    assert ask(port, b"ab") == b"ba"
    assert eventually(lambda: simulator.state()["connections"][0]["clients"] == 0)
    simulator.advance(890)
    assert len(simulator.state()["connections"]) == 1
    simulator.advance(11)
    assert simulator.state()["connections"] == []
    assert is_closed(port)


def test_a_client_keeps_a_proxy_alive_but_not_beyond_its_life(simulator: AdminClient, alice: Client) -> None:
    port = port_of(alice.open(SSH))
    with dial(port) as client:
        assert eventually(lambda: simulator.state()["connections"][0]["clients"] == 1)
        simulator.advance(28000)
        assert len(simulator.state()["connections"]) == 1
        simulator.advance(801)
        assert is_hung_up_on(client)
    assert simulator.state()["connections"] == []


def test_clients_can_read_a_later_time_until_reset(simulator: AdminClient) -> None:
    def ahead() -> float:
        return datetime.fromisoformat(simulator.state()["now"]).timestamp() - time.time()

    simulator.advance(100)
    assert abs(ahead()) < 5
    simulator.advance(100, wall=True)
    assert abs(ahead() - 100) < 5
    simulator.reset()
    assert abs(ahead()) < 5


def test_time_can_run_faster(start: Start) -> None:
    server = start(time_factor=3000)
    port = port_of(Client(server).open(SSH))
    # Not by dialling: a client, even a short one, makes the proxy busy.
    assert eventually(lambda: server.state()["connections"] == [])
    assert is_closed(port)


def test_the_target_of_an_offline_device_cannot_be_reached(simulator: AdminClient, alice: Client) -> None:
    port = port_of(alice.open(SSH))
    simulator.update(PI, online=False)
    with dial(port) as client:
        assert is_hung_up_on(client)


def test_a_target_that_refuses_ends_the_connection(start: Start) -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        address = unused.getsockname()
    port = port_of(Client(start(configuration(address))).open(SSH))
    with dial(port) as client:
        assert is_hung_up_on(client)


def test_ports_may_be_used_again(start: Start) -> None:
    alice = Client(start(reuse_ports=True, proxy_host="127.0.0.9"))
    first = alice.open(SSH)
    assert first["proxyserver"] == "127.0.0.9"
    alice.stop(SSH, first["connectionid"])
    assert port_of(alice.open(SSH)) == port_of(first)


def test_a_connect_may_take_its_time(start: Start) -> None:
    begin = time.monotonic()
    Client(start(connect_delay=0.2)).open(SSH)
    assert time.monotonic() - begin >= 0.2


def test_reverse_proxies_are_told_apart_by_host(start: Start) -> None:
    with web_server() as web:
        server = start(configuration(("127.0.0.1", web.server_address[1])))
        alice = Client(server)
        host = alice.connect(WEB)["host"]
        listener = server.state()["reverse_proxy"]
        with requests.Session() as session:
            session.trust_env = False
            answer = session.post(f"{listener}/page?x=1", data=b"body", headers={"Host": host}, timeout=PATIENCE)
            assert (answer.status_code, answer.headers["X-Served-By"]) == (201, "target")
            assert answer.text == f"POST /page?x=1 {host} body"
            assert session.post(listener, headers={"Host": "other.p18.rt3.io"}, timeout=PATIENCE).status_code == 404
            server.advance(899)
            session.post(listener, data=b"", headers={"Host": host}, timeout=PATIENCE)
            server.advance(899)
            assert len(server.state()["connections"]) == 1
        web.shutdown()
