# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Questions to a real Redis, and to what is none."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from ansible_collections.community.remoteit.plugins.module_utils._registry.redis_client import (
    NoRedisError,
    RedisClient,
    RedisRefusedError,
    redis_client,
)
from ansible_collections.community.remoteit.plugins.module_utils._settings.redis_url import redis_url
from tests.doubles.processes import Fork
from tests.lab.redis_server import RedisServer

SECONDS = 20.0


@pytest.fixture
def client(redis_server: RedisServer) -> RedisClient:
    return RedisClient(redis_url(redis_server.url), None)


def connections(server: RedisServer) -> int:
    """How many clients the server has, but for the one that asks."""
    return len(server.client().client_list()) - 1


def test_answers_come_as_what_they_are(client: RedisClient) -> None:
    assert client.ask(SECONDS, "SET", "a", b"\x00\r\n\xff") == b"OK"
    assert client.ask(SECONDS, "GET", "a") == b"\x00\r\n\xff"
    assert client.ask(SECONDS, "GET", "none") is None
    assert client.ask(SECONDS, "RPUSH", "list", 1, "2") == 2
    assert client.ask(SECONDS, "LRANGE", "list", 0, -1) == [b"1", b"2"]
    assert client.ask(SECONDS, "LRANGE", "none", 0, -1) == []


def test_what_takes_more_than_a_packet_is_read_as_a_whole(client: RedisClient) -> None:
    large = b"x" * 3_000_000
    client.ask(SECONDS, "SET", "a", large)
    assert client.ask(SECONDS, "GET", "a") == large


def test_a_refusal_keeps_its_first_word_and_ends_the_connections(
    client: RedisClient, redis_server: RedisServer
) -> None:
    client.ask(SECONDS, "SET", "a", "text")
    before = redis_server.client().info("stats")["total_connections_received"]
    with pytest.raises(RedisRefusedError, match=r"^WRONGTYPE "):
        client.ask(SECONDS, "HGET", "a", "b")
    with pytest.raises(RedisRefusedError, match=r"^ERR unknown command 'NONSENSE'"):
        client.ask(SECONDS, "NONSENSE")
    # one for each look of this test, and one for the second question
    assert redis_server.client().info("stats")["total_connections_received"] == before + 2


def test_questions_of_one_thread_share_a_connection_and_those_of_others_do_not_wait(
    client: RedisClient, redis_server: RedisServer
) -> None:
    for _time in range(5):
        client.ask(SECONDS, "PING")
    assert connections(redis_server) == 1
    waiting = threading.Thread(target=client.ask, args=(SECONDS, "BLPOP", "list", 0))
    waiting.start()
    while connections(redis_server) < 1 or not redis_server.client().info("clients")["blocked_clients"]:
        time.sleep(0.01)
    client.ask(SECONDS, "RPUSH", "list", "at last")
    waiting.join()
    assert connections(redis_server) == 2


def test_a_question_is_given_up_when_its_time_is_over_and_the_next_one_is_answered(
    client: RedisClient, redis_server: RedisServer
) -> None:
    client.ask(SECONDS, "PING")
    with redis_server.frozen(), pytest.raises(TimeoutError):
        client.ask(0.2, "PING")
    # on a connection of its own, where no late answer comes
    assert client.ask(SECONDS, "GET", "none") is None


def test_no_connection_is_waited_for_longer_than_there_is_time(redis_server: RedisServer) -> None:
    with redis_server.frozen(), pytest.raises(TimeoutError):
        RedisClient(redis_url(f"{redis_server.url[:-1]}3"), None).ask(0.2, "PING")
    with pytest.raises(TimeoutError):
        RedisClient(redis_url(redis_server.url), None).ask(0.0, "PING")


def test_a_fork_and_a_thread_have_the_client_of_their_process(redis_server: RedisServer) -> None:
    mine = redis_client(redis_server.url, None)
    mine.ask(SECONDS, "SET", "a", "1")
    assert redis_client(redis_server.url, None) is mine

    def work(report: Callable[[str], None]) -> None:
        theirs = redis_client(redis_server.url, None)
        report(f"{theirs is mine} {theirs.ask(SECONDS, 'GET', 'a').decode()}")

    assert Fork(work).receive() == "False 1"
    assert mine.ask(SECONDS, "GET", "a") == b"1"


@pytest.fixture
def answering() -> Iterator[Callable[[bytes], str]]:
    """Starts a server that says the same to everybody, and then no more; its URL."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def start(answer: bytes) -> str:
            def serve() -> None:
                client, _address = listener.accept()
                with client:
                    client.recv(1000)
                    client.sendall(answer)
                    # Whatever is in the way must not be what the client is told.
                    client.shutdown(socket.SHUT_WR)
                    client.recv(1000)

            threading.Thread(target=serve, daemon=True).start()
            return f"redis://127.0.0.1:{listener.getsockname()[1]}"

        yield start


@pytest.mark.parametrize("answer", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b":1\r\n", b"*0\r\n", b"+OK\r\n", b"$-1\r\n"])
def test_what_does_not_speak_as_redis_does_is_none(answer: bytes, answering: Callable[[bytes], str]) -> None:
    with pytest.raises(NoRedisError):
        RedisClient(redis_url(answering(answer)), None).ask(SECONDS, "GET", "a")


def test_half_an_answer_is_none(answering: Callable[[bytes], str]) -> None:
    with pytest.raises(ConnectionResetError):
        RedisClient(redis_url(answering(b"$100\r\nhalf")), None).ask(SECONDS, "PING")
