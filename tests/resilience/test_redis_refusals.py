# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is no Redis that can be a registry says so in its own way, and the user is told what to do about it."""

from __future__ import annotations

import contextlib
import re
import shutil
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.community.remoteit.plugins.module_utils._base.clock import Deadline
from ansible_collections.community.remoteit.plugins.module_utils._base.errors import RegistryError
from ansible_collections.community.remoteit.plugins.module_utils._model.access import Access
from ansible_collections.community.remoteit.plugins.module_utils._model.wanted import Wanted
from ansible_collections.community.remoteit.plugins.module_utils._registry.redis_client import (
    RedisClient,
    RedisRefusedError,
)
from ansible_collections.community.remoteit.plugins.module_utils._settings.redis_url import redis_url
from tests.doubles.certificates import Authority
from tests.doubles.patience import impatient
from tests.lab.ports import has_started
from tests.lab.redis_server import RedisServer, is_installed, valkey
from tests.lab.site import SERVICE, Site

from .engine.kill_matrix import wait_for

CLUSTER = "a Redis Cluster cannot be a registry: name a single Redis or Valkey in registry"
PRIMARY = "it is a replica: name its primary in registry"
# a file without a certificate
GARBAGE = Path(__file__)
PASSWORD = "correct the user in registry and the password in registry_password or REMOTEIT_REGISTRY_PASSWORD"


# The server of Valkey that the tests have does not know TLS.
of_redis = pytest.mark.parametrize("start", ["redis"], indirect=True)


@pytest.fixture(params=["redis", "valkey"])
def start(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[..., RedisServer]]:
    """Starts a server of Redis, or of Valkey, with lines of configuration."""
    program = valkey() if request.param == "valkey" else None
    if not (program or (request.param == "redis" and is_installed())):
        pytest.skip(f"there is no {request.param}-server")
    servers: list[RedisServer] = []

    def started(*configuration: str, **options: Any) -> RedisServer:
        server = RedisServer(tmp_path / f"redis{len(servers)}", *configuration, program=program, **options)
        servers.append(server)
        return server.__enter__()

    yield started
    for server in servers:
        server.kill()


def refused(site: Site, place: str, password: str | None = None) -> str:
    """What the user is told who wants to open a connection with the registry at *place*; nothing is opened."""
    site.place = place
    with impatient(redis_pauses=(0.05,), redis_timeout=2.0), pytest.raises(RegistryError) as caught:
        site.connections(registry_password=password).present(SERVICE, Wanted(Access()), Deadline(20))
    assert site.cloud.calls() == []
    message = str(caught.value)
    assert "script:" not in message and message.isprintable()
    return message


def told(server: RedisServer, words: str, cure: str, number: int = 0) -> str:
    return f"The registry redis://127.0.0.1:{server.port}/{number} refuses to work ({words}); {cure}."


def test_a_replica(site: Site, start: Callable[..., RedisServer]) -> None:
    primary = start()
    replica = start(f"replicaof 127.0.0.1 {primary.port}")
    words = "READONLY You can't write against a read only replica"
    assert refused(site, replica.url) == told(replica, words, PRIMARY)
    primary.kill()
    replica.client().config_set("replica-serve-stale-data", "no")
    wait_for(lambda: "MASTERDOWN" in refused(site, replica.url))
    words = "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'"
    assert refused(site, replica.url) == told(replica, words, PRIMARY)


def test_too_few_replicas(site: Site, start: Callable[..., RedisServer]) -> None:
    server = start("min-replicas-to-write 1")
    words = "NOREPLICAS Not enough good replicas to write"
    cure = "too few of its replicas are there: start them, or lower its min-replicas-to-write"
    assert refused(site, server.url) == told(server, words, cure)


def test_no_memory(site: Site, start: Callable[..., RedisServer]) -> None:
    server = start("maxmemory 1")
    words = "OOM command not allowed when used memory > 'maxmemory'"
    cure = "its memory is full: raise its maxmemory, or remove what is not needed"
    assert refused(site, server.url) == told(server, words, cure)


def test_a_disk_that_cannot_be_written(site: Site, start: Callable[..., RedisServer], tmp_path: Path) -> None:
    server = start("save 3600 1", "appendonly no")
    (tmp_path / "redis0" / "dump.rdb").mkdir()
    server.client().bgsave()
    wait_for(lambda: server.client().info("persistence")["rdb_last_bgsave_status"] == "err")
    message = refused(site, server.url)
    assert "refuses to work (MISCONF " in message
    assert message.endswith("; it cannot save its data: make room on its disk.")


def test_a_node_of_a_cluster(site: Site, start: Callable[..., RedisServer]) -> None:
    server = start("cluster-enabled yes")
    assert refused(site, server.url) == told(server, "CLUSTERDOWN Hash slot not served", CLUSTER)
    server.client().execute_command("CLUSTER", "ADDSLOTSRANGE", 0, 16383)
    wait_for(lambda: b"cluster_state:ok" in server.client().execute_command("CLUSTER", "INFO"))
    words = "CROSSSLOT Keys in request don't hash to the same slot"
    assert refused(site, server.url) == told(server, words, CLUSTER)


def test_a_cluster_of_which_this_is_one_node(site: Site, start: Callable[..., RedisServer]) -> None:
    site.place = start("cluster-enabled yes").url
    nodes = [start("cluster-enabled yes") for _node in range(2)]
    server, other = (node.client() for node in nodes)
    server.execute_command("CLUSTER", "ADDSLOTSRANGE", 0, 16383)
    server.execute_command("CLUSTER", "MEET", "127.0.0.1", nodes[1].port)
    wait_for(lambda: b"cluster_state:ok" in other.execute_command("CLUSTER", "INFO"))
    theirs = other.execute_command("CLUSTER", "MYID")
    moved = refused(site, nodes[1].url)
    assert re.search(rf"refuses to work \(MOVED \d+ 127\.0\.0\.1:{nodes[0].port}\)", moved) and moved.endswith(
        f"; {CLUSTER}."
    )
    slot = re.findall(r"MOVED (\d+)", moved)[0]
    other.execute_command("CLUSTER", "SETSLOT", slot, "IMPORTING", server.execute_command("CLUSTER", "MYID"))
    server.execute_command("CLUSTER", "SETSLOT", slot, "MIGRATING", theirs)
    ask = refused(site, nodes[0].url)
    assert f"refuses to work (ASK {slot} 127.0.0.1:{nodes[1].port})" in ask and ask.endswith(f"; {CLUSTER}.")


@of_redis
def test_a_database_of_a_cluster(site: Site, start: Callable[..., RedisServer]) -> None:
    server = start("cluster-enabled yes")
    words = "ERR SELECT is not allowed in cluster mode"
    assert refused(site, server.url[:-1] + "3") == told(server, words, CLUSTER, 3)


@pytest.fixture
def sentinel(tmp_path: Path) -> Iterator[str]:
    """The URL of a Sentinel, as if it were a registry's."""
    program = shutil.which("redis-server")
    if program is None:
        pytest.skip("there is no redis-server")
    started: list[subprocess.Popen[bytes]] = []
    places: list[str] = []

    def starts(port: int) -> bool:
        file = tmp_path / "sentinel.conf"
        file.write_text(f"port {port}\nbind 127.0.0.1\ndir {tmp_path}\n")
        started.append(subprocess.Popen([program, str(file), "--sentinel"], stdout=subprocess.DEVNULL))
        places.append(f"redis://127.0.0.1:{port}/0")
        wait_for(lambda: started[-1].poll() is not None or _listens(port))
        return started[-1].poll() is None

    assert has_started(starts)
    yield places[-1]
    for process in started:
        process.kill()
        process.wait()


def _listens(port: int) -> bool:
    with contextlib.suppress(OSError):
        socket.create_connection(("127.0.0.1", port)).close()
        return True
    return False


def test_a_sentinel(site: Site, sentinel: str) -> None:
    message = refused(site, sentinel)
    assert "refuses to work (ERR unknown command 'HMGET'" in message
    assert message.endswith(
        "; a Sentinel, or a server that lacks this command, cannot be a registry: name the Redis or Valkey itself."
    )


def test_a_password_too_few_or_too_many(site: Site, start: Callable[..., RedisServer]) -> None:
    open_to_all, guarded = start(), start("requirepass s3cret")
    assert refused(site, guarded.url) == told(guarded, "NOAUTH Authentication required", PASSWORD)
    words = "WRONGPASS invalid username-password pair or user is disabled"
    assert refused(site, guarded.url, "wr0ng") == told(guarded, words, PASSWORD)
    message = refused(site, open_to_all.url, "s3cret")
    assert "refuses to work (ERR AUTH" in message and "s3cret" not in message
    assert message.endswith("; it knows no password: leave out registry_password and REMOTEIT_REGISTRY_PASSWORD.")


def test_a_database_that_is_not_there(site: Site, start: Callable[..., RedisServer]) -> None:
    server = start()
    words, cure = "ERR DB index is out of range", "correct the number of the database in registry"
    assert refused(site, server.url[:-1] + "99") == told(server, words, cure, 99)


def test_too_many_clients(site: Site, start: Callable[..., RedisServer]) -> None:
    server = start("maxclients 1")
    theirs = server.client()
    theirs.ping()
    cure = "too many use it at once: raise its maxclients, or lower forks"
    assert refused(site, server.url) == told(server, "ERR max number of clients reached", cure)
    site.place = server.url
    threading.Timer(0.5, theirs.close).start()
    site.connections().present(SERVICE, Wanted(Access()), Deadline(20))


def test_data_that_are_still_being_loaded(site: Site, start: Callable[..., RedisServer]) -> None:
    # it answers after each 1024 keys
    server = start("key-load-delay 300")
    with server.client().pipeline() as filling:
        for number in range(12000):
            filling.set(str(number), "")
        filling.execute()
    server.kill()
    starting = threading.Thread(target=server.start)
    starting.start()
    wait_for(lambda: _listens(server.port))
    message = refused(site, server.url)
    assert "refuses to work (LOADING " in message
    assert message.endswith("; it still loads its data: try again.")
    starting.join()
    site.place = server.url
    site.connections().present(SERVICE, Wanted(Access()), Deadline(20))


def _is_busy(server: RedisServer) -> bool:
    try:
        RedisClient(redis_url(server.url), None).ask(60.0, "PING")
    except RedisRefusedError as refused:
        return str(refused).startswith("BUSY")
    return False


def test_somebody_elses_script_that_does_not_end(site: Site, start: Callable[..., RedisServer]) -> None:
    server = start("busy-reply-threshold 1")
    asking = RedisClient(redis_url(server.url), None)

    def ask() -> None:
        with pytest.raises(RedisRefusedError, match="killed"):
            asking.ask(60.0, "EVAL", "while true do end", 0)

    script = threading.Thread(target=ask)
    script.start()
    wait_for(lambda: _is_busy(server))
    message = refused(site, server.url)
    assert "refuses to work (BUSY " in message
    assert message.endswith("; a script keeps it busy: try again, or end that script.")
    server.client().script_kill()
    script.join()
    site.place = server.url
    site.connections().present(SERVICE, Wanted(Access()), Deadline(20))


def test_a_key_that_is_somebody_elses(site: Site, start: Callable[..., RedisServer]) -> None:
    server = start()
    site.place = server.url
    site.connections().present(SERVICE, Wanted(Access()), Deadline(20))
    (key,) = server.client().scan_iter("remoteit:*", _type="hash")
    server.client().set(key, "theirs")
    site.cloud.reset()
    words = "WRONGTYPE Operation against a key holding the wrong kind of value"
    cure = "something else is kept under this name: set another prefix in registry"
    assert refused(site, server.url) == told(server, words, cure)


def test_no_scripts(site: Site, start: Callable[..., RedisServer]) -> None:
    message = refused(site, start('rename-command EVAL ""').url)
    assert "refuses to work (ERR unknown command 'EVAL'" in message
    assert message.endswith(
        "; a Sentinel, or a server that lacks this command, cannot be a registry: name the Redis or Valkey itself."
    )


@of_redis
def test_tls_on_one_side(site: Site, start: Callable[..., RedisServer], tmp_path: Path) -> None:
    plain, guarded = start(), start(*over_tls(tmp_path), tls=True)
    assert refused(site, guarded.url.replace("rediss", "redis")).endswith(
        " cannot be used (Connection reset by peer); start or mend it, or begin registry with rediss:// if it speaks "
        "nothing but TLS."
    )
    assert refused(site, plain.url.replace("redis", "rediss")).endswith(
        " cannot be used (no answer within 2 seconds); start or mend it, or begin registry with redis:// if it "
        "does not speak TLS."
    )


@of_redis
def test_certificates_that_are_not_accepted(site: Site, start: Callable[..., RedisServer], tmp_path: Path) -> None:
    guarded = start(*over_tls(tmp_path), tls=True)
    for query, reason in (
        ("", "certificate verify failed: self-signed certificate in certificate chain"),
        (f"?ssl_ca_certs={tmp_path}/ca.pem", "certificate required|EOF|Connection reset|Broken pipe"),
        (f"?ssl_ca_certs={GARBAGE}", "no certificate or crl found"),
    ):
        message = refused(site, f"{guarded.url}{query}")
        assert re.search(reason, message)
        assert message.endswith(
            "; start or mend it, or correct ssl_ca_certs, ssl_certfile and ssl_keyfile in registry, or its certificate."
        )


def over_tls(directory: Path) -> list[str]:
    """Lines for a server that speaks nothing but TLS, with clients that have a certificate."""
    authority = Authority(directory)
    certificate = authority.server_file()
    return [f"tls-cert-file {certificate}", f"tls-key-file {certificate}", f"tls-ca-cert-file {authority.path}"]


def test_what_is_no_redis(site: Site) -> None:
    host = site.cloud.rest_url.split("/")[2]
    assert refused(site, f"redis://{host}") == (
        f"What answers at redis://{host}/0 is no Redis: correct the host and the port in registry."
    )
