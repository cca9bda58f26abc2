# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What happens when Redis goes away, forgets, or is watched by machines that die."""

from __future__ import annotations

import os
import re
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ansible_collections.community.remoteit.plugins.module_utils._base.clock import Deadline
from ansible_collections.community.remoteit.plugins.module_utils._base.errors import OutOfTimeError, RegistryError
from ansible_collections.community.remoteit.plugins.module_utils._base.process import process_name
from ansible_collections.community.remoteit.plugins.module_utils._connections.memory import Memory
from ansible_collections.community.remoteit.plugins.module_utils._connections.sweep_orders import Claim
from ansible_collections.community.remoteit.plugins.module_utils._model.access import Access
from ansible_collections.community.remoteit.plugins.module_utils._model.wanted import Wanted
from ansible_collections.community.remoteit.plugins.module_utils._registry.claims import leave
from tests.doubles.certificates import Authority
from tests.doubles.patience import impatient
from tests.doubles.processes import Fork
from tests.lab.redis_server import RedisServer, is_installed, valkey
from tests.lab.site import SERVICE, Site

from .engine.kill_matrix import wait_for
from .engine.other_machine import elsewhere, use

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "docsite" / "rst" / "guide_several_controllers.rst"
# what the guide says that a user needs
(RULE,) = re.findall(r"^ +(user runner on .*)$", GUIDE.read_text(), re.M)
SECONDS = 60.0
TASK = Wanted(Access())
# Seconds, instead of 15 and 60
SHORT = 0.6


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RedisServer]:
    """A Redis server of this test's own."""
    if not is_installed():
        pytest.skip("there is no redis-server")
    with RedisServer(tmp_path / "redis") as server:
        yield server


@pytest.fixture
def shared(site: Site, server: RedisServer) -> Site:
    """The site with its registry in that server."""
    site.place = server.url
    return site


@pytest.fixture
def hurried() -> Iterator[None]:
    with impatient(redis_pauses=(0.05,), redis_timeout=0.5):
        yield


@pytest.fixture
def short_leases() -> Iterator[None]:
    """Leases that a test can wait for."""
    with impatient(lock_lease=SHORT, life_lease=SHORT):
        yield


def present(site: Site, wanted: Wanted = TASK) -> str:
    return site.connections().present(SERVICE, wanted, Deadline(SECONDS)).usable().id


def refused(work: Callable[[], object]) -> str:
    with pytest.raises(RegistryError) as caught:
        work()
    return str(caught.value)


# -- away -------------------------------------------------------------------------------------------------------------


def test_without_redis_nothing_is_opened_and_the_user_is_told_why(
    shared: Site, server: RedisServer, hurried: None
) -> None:
    server.kill()
    for work in (
        lambda: present(shared),
        lambda: shared.connections().absent(SERVICE, Deadline(SECONDS)),
        lambda: shared.registry().read_all(),
    ):
        message = refused(work)
        assert message.startswith(f"The registry {server.url} cannot be used (")
        assert message.endswith("Connection refused); start or mend it, or set registry to another one.")
    assert shared.cloud.calls() == []


def test_a_redis_that_answers_nothing_is_given_up_soon(shared: Site, server: RedisServer, hurried: None) -> None:
    with server.frozen():
        begun = time.monotonic()
        assert refused(lambda: present(shared)).startswith(
            f"The registry {server.url} cannot be used (no answer within 0.5 seconds)"
        )
        assert time.monotonic() - begun < 5
    assert shared.cloud.calls() == []


def test_a_redis_that_is_started_anew_is_waited_for(shared: Site, server: RedisServer) -> None:
    opened = present(shared)
    server.kill()
    waiting = Fork(lambda report: report(present(shared)))
    time.sleep(0.5)
    server.start()
    assert (waiting.receive(), waiting.join()) == (opened, 0)
    assert shared.connections().absent(SERVICE, Deadline(SECONDS)).closed == [opened]


def test_what_cannot_be_remembered_is_closed_again(shared: Site, server: RedisServer, hurried: None) -> None:
    shared.cloud.set_fault({"operation": "connect", "fault": "latency", "seconds": 1.0})

    def work(report: Callable[[str], None]) -> None:
        report(refused(lambda: present(shared)))

    fork = Fork(work)
    wait_for(lambda: shared.cloud.calls(operation="connect"))
    server.kill()
    assert fork.receive().startswith(f"The registry {server.url} cannot be used (")
    assert fork.join() == 0
    assert (len(shared.cloud.calls(operation="connect")), shared.open_ids()) == (1, [])
    server.start()
    # its attempt is looked for, and found to have come to nothing
    opened = present(shared)
    assert shared.open_ids() == [opened]


def test_a_redis_without_room_refuses_and_nothing_is_opened(shared: Site, server: RedisServer) -> None:
    server.client().config_set("maxmemory", "1")
    assert refused(lambda: present(shared)).startswith(f"The registry {server.url} refuses to work (")
    assert shared.cloud.calls() == []


def test_a_redis_that_may_forget_is_told_of_when_something_is_opened(shared: Site, server: RedisServer) -> None:
    for name, value in (line.split() for line in MAY_FORGET):
        server.client().config_set(name, value)
    assert present(shared) == present(shared)
    assert shared.warnings == [
        f"The registry {server.url} may forget what is open once its memory is full (maxmemory-policy allkeys-lru): set "
        "its maxmemory-policy to noeviction."
    ]


def test_something_else_in_our_place_is_left_alone(shared: Site, server: RedisServer) -> None:
    present(shared)
    (key,) = server.client().scan_iter("remoteit:*", _type="hash")
    server.client().rename(key, "kept")
    server.client().set(key, "theirs")
    assert "WRONGTYPE" in refused(lambda: present(shared))
    assert server.client().get(key) == b"theirs"


# -- without its data -------------------------------------------------------------------------------------------------


def test_a_redis_that_forgets_during_a_task_learns_what_that_opened(shared: Site, server: RedisServer) -> None:
    shared.cloud.set_fault({"operation": "connect", "fault": "latency", "seconds": 1.0})
    fork = Fork(lambda report: report(present(shared)))
    wait_for(lambda: shared.cloud.calls(operation="connect"))
    server.lose_data()
    opened = fork.receive()
    assert fork.join() == 0
    shared.cloud.set_fault()
    assert present(shared) == opened
    assert shared.open_ids() == [opened]


def test_what_redis_forgot_is_told_when_it_is_to_be_closed(shared: Site, server: RedisServer) -> None:
    forgotten = present(shared)
    server.lose_data()
    opened = present(shared)
    assert opened != forgotten
    assert shared.connections().absent(SERVICE, Deadline(SECONDS)).closed == [opened]
    (warning,) = shared.warnings
    assert forgotten in warning and "To close one, name it in connection_id." in warning


def test_what_is_in_use_is_put_back_and_closed_after_its_last_use(shared: Site, server: RedisServer) -> None:
    """What two multiplexers do."""
    names = [process_name(os.getpid()), process_name(os.getppid())]
    memories = {name: Memory(shared.settings(), name) for name in names}
    for name, memory in memories.items():
        outcome = shared.connections().present(SERVICE, Wanted(Access(), holder=name), Deadline(SECONDS))
        used = outcome.usable()
        memory.remember(Claim(used, outcome.is_new))
    registry = shared.registry()
    server.lose_data()
    for memory in memories.values():
        memory.renew()
    assert registry.read(SERVICE).connections[0].holders == tuple(names)
    assert leave(registry, SERVICE, names[0], Deadline(SECONDS))
    assert not leave(registry, SERVICE, names[1], Deadline(SECONDS))
    assert shared.connections().release(SERVICE, names[1], Deadline(SECONDS)) == [used.id]
    assert (shared.open_ids(), registry.read_all()) == ([], [])


# -- locks of machines that die ---------------------------------------------------------------------------------------


def hold(site: Site) -> Fork:
    """A process on another machine that has the lock and does not let go of it."""

    def work(report: Callable[[str], None]) -> None:
        with site.registry().locked(SERVICE, Deadline(SECONDS)):
            report("locked")
            time.sleep(SECONDS)

    fork = elsewhere(work)
    assert fork.receive() == "locked"
    return fork


def test_a_lock_lasts_as_long_as_its_process_and_a_lease_longer(shared: Site, short_leases: None) -> None:
    owner = hold(shared)
    with pytest.raises(OutOfTimeError), shared.registry().locked(SERVICE, Deadline(3 * SHORT)):
        pytest.fail("the lock was taken")
    owner.kill()
    begun = time.monotonic()
    with shared.registry().locked(SERVICE, Deadline(SECONDS)):
        assert time.monotonic() - begun < SHORT + 5


def test_who_was_stopped_for_too_long_writes_nothing_and_closes_what_it_opened(
    shared: Site, short_leases: None
) -> None:
    shared.cloud.set_fault({"operation": "connect", "fault": "latency", "seconds": 1.0, "count": 1})

    def work(report: Callable[[str], None]) -> None:
        report(refused(lambda: present(shared)))

    stopped = elsewhere(work)
    wait_for(lambda: shared.cloud.calls(operation="connect"))
    os.kill(stopped.pid, signal.SIGSTOP)
    wait_for(shared.open_ids)
    opened = present(shared)
    os.kill(stopped.pid, signal.SIGCONT)
    message = stopped.receive()
    assert stopped.join() == 0
    assert "was not written: this process was stopped for so long that its lock ended" in message
    # the second one took the first for what a dead process had left, and closed it
    assert shared.open_ids() == [opened]
    assert [item.id for item in shared.registry().read_all()] == [opened]


# -- holders on machines that die -------------------------------------------------------------------------------------


def test_what_another_machine_uses_stays_open_until_that_is_silent(shared: Site, short_leases: None) -> None:
    user = use(shared)
    used = user.receive()
    time.sleep(3 * SHORT)
    assert shared.connections().release(SERVICE, "somebody", Deadline(SECONDS)) == []
    assert shared.open_ids() == [used]
    user.kill()
    wait_for(lambda: shared.connections().release(SERVICE, "somebody", Deadline(SECONDS)) == [used])
    assert (shared.open_ids(), shared.registry().read_all()) == ([], [])


def test_who_is_silent_is_not_waited_for_where_nothing_is_to_be_closed(shared: Site, short_leases: None) -> None:
    user = use(shared)
    opened = user.receive()
    present(shared)
    registry = shared.registry()
    wait_for(lambda: [item.kept for item in registry.read(SERVICE).connections] == [True])
    user.kill()
    time.sleep(SHORT + 0.1)
    assert registry.unsure(Deadline(SECONDS)) == 0.0
    assert shared.open_ids() == [opened]


# -- who may use it ---------------------------------------------------------------------------------------------------


of_redis = pytest.mark.skipif(not is_installed(), reason="there is no redis-server")
# the rule of the guide, and nobody else
GUARD = ["user default off", RULE.replace("team-a", "team").replace("…", "s3cret")]
MAY_FORGET = ["maxmemory 100mb", "maxmemory-policy allkeys-lru"]


@pytest.fixture
def guarded(site: Site, tmp_path: Path) -> Iterator[Callable[..., Site]]:
    """Makes the site that *user* with *password* has, in a Redis with the rule of the guide, over TLS."""
    if not is_installed():
        pytest.skip("there is no redis-server")
    authority = Authority(tmp_path)
    certificate = authority.server_file()
    lines = [
        *GUARD,
        "user reader on >s3cret ~team:* +@read +@connection",
        f"tls-cert-file {certificate}",
        f"tls-key-file {certificate}",
        f"tls-ca-cert-file {authority.path}",
        "tls-auth-clients optional",
    ]
    with RedisServer(tmp_path / "redis", *lines, tls=True) as server:

        def made(user: str = "runner", password: str | None = "s3cret", query: str | None = None) -> Site:
            query = f"prefix=team&ssl_ca_certs={authority.path}" if query is None else query
            return logged_in(site, f"rediss://{user}@127.0.0.1:{server.port}/0?{query}", password)

        yield made


def logged_in(site: Site, place: str, password: str | None) -> Site:
    """The site with its registry at *place*, where a password is asked for."""
    site.place = place
    options = {**site.options(), "registry_password": password}
    site.options = lambda: options  # type: ignore[method-assign]
    return site


def do_everything(site: Site) -> None:
    """All that somebody needs a registry for; with short leases."""
    me = process_name(os.getpid())
    opened = present(site, Wanted(Access(), holder=me))
    registry = site.registry()
    assert list(registry.read_many([SERVICE])) == [SERVICE]
    registry.renew(me)
    with registry.locked(SERVICE, Deadline(SECONDS)) as turn:
        turn.claim(Wanted(access=None, holder="1/1@another machine"), turn.holding.connections[0])
        # for longer than the lease, which is renewed
        time.sleep(2 * SHORT)
        with pytest.raises(OutOfTimeError), site.registry().locked(SERVICE, Deadline(0)):
            pass
    assert registry.unsure(Deadline(SECONDS)) > 0
    assert present(site) == opened
    registry.forget(me)
    assert site.connections().absent(SERVICE, Deadline(SECONDS)).closed == [opened]


def test_with_tls_a_user_and_a_password_all_is_well(guarded: Callable[..., Site], short_leases: None) -> None:
    do_everything(guarded())


@pytest.mark.usefixtures("short_leases")
@pytest.mark.parametrize(
    "program",
    [
        pytest.param(None, marks=of_redis, id="redis"),
        pytest.param(valkey(), marks=pytest.mark.skipif(not valkey(), reason="there is no valkey-server"), id="valkey"),
    ],
)
def test_the_rule_of_the_guide_allows_all_that_is_needed(program: Path | None, site: Site, tmp_path: Path) -> None:
    with RedisServer(tmp_path / "redis", *GUARD, *MAY_FORGET, program=program) as server:
        do_everything(logged_in(site, f"redis://runner@127.0.0.1:{server.port}/0?prefix=team", "s3cret"))
        assert len(site.warnings) == 1


@of_redis
@pytest.mark.usefixtures("short_leases")
@pytest.mark.parametrize("word", [word for word in RULE.split() if word.startswith("+") and word != "+info"])
def test_the_rule_of_the_guide_allows_no_more(word: str, site: Site, tmp_path: Path) -> None:
    """Without any one word of it, something cannot be done, and Redis notes that it was tried."""
    guard = [line.replace(f" {word}", "") for line in GUARD]
    with RedisServer(tmp_path / "redis", *guard, "user admin on >adm1n ~* +@all") as server:
        logged_in(site, f"redis://runner@127.0.0.1:{server.port}/0?prefix=team", "s3cret")
        with pytest.raises((AssertionError, RegistryError, pytest.fail.Exception)):
            do_everything(site)
        refusals = server.client(username="admin", password="adm1n").acl_log()
        assert {(refusal["reason"], refusal["object"]) for refusal in refusals} == {("command", word[1:])}


@of_redis
@pytest.mark.usefixtures("short_leases")
def test_another_database_needs_one_word_more(site: Site, tmp_path: Path) -> None:
    with RedisServer(tmp_path / "redis", *GUARD) as server:
        there = logged_in(site, f"redis://runner@127.0.0.1:{server.port}/3?prefix=team", "s3cret")
        assert "NOPERM" in refused(lambda: present(there))
    with RedisServer(tmp_path / "more", *(f"{line} +select" for line in GUARD)) as server:
        there.options()["registry"] = f"redis://runner@127.0.0.1:{server.port}/3?prefix=team"
        do_everything(there)


@of_redis
@pytest.mark.usefixtures("short_leases")
def test_who_may_not_see_whether_redis_may_forget_is_not_told_so(site: Site, tmp_path: Path) -> None:
    guard = [line.replace(" +info", "") for line in GUARD]
    with RedisServer(tmp_path / "redis", *guard, *MAY_FORGET) as server:
        do_everything(logged_in(site, f"redis://runner@127.0.0.1:{server.port}/0?prefix=team", "s3cret"))
        assert site.warnings == []


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        ({"password": "wr0ng"}, "invalid username-password"),
        ({"password": None}, "NOAUTH"),
        ({"user": "nobody"}, "invalid username-password"),
        ({"user": "reader"}, "NOPERM|permission"),
        ({"user": "runner", "prefix": "other"}, "NOPERM|permission"),
    ],
)
def test_who_may_not_use_it_is_told_so_without_a_secret(
    asked: dict[str, str], reason: str, guarded: Callable[..., Site], tmp_path: Path
) -> None:
    prefix = asked.pop("prefix", "team")
    site = guarded(**asked, query=f"prefix={prefix}&ssl_ca_certs={tmp_path}/ca.pem")
    message = refused(lambda: present(site))
    assert message.startswith("The registry rediss://127.0.0.1:") and "refuses to work (" in message
    assert re.search(reason, message)
    assert "s3cret" not in message and "wr0ng" not in message
    assert site.cloud.calls() == []


def test_a_certificate_that_nobody_vouches_for_is_refused(guarded: Callable[..., Site]) -> None:
    with impatient(redis_pauses=(0.05,)):
        message = refused(lambda: present(guarded(query="prefix=team")))
    assert "cannot be used (" in message and "CERTIFICATE_VERIFY_FAILED" in message


def test_prefixes_keep_teams_apart(shared: Site, server: RedisServer) -> None:
    opened = present(shared)
    shared.forget()
    assert shared.registry().read_all() == []
    assert present(shared) != opened


# -- what it costs ----------------------------------------------------------------------------------------------------


def test_the_number_of_commands(shared: Site, server: RedisServer) -> None:
    """What the guide says: commands of clients, without those of scripts and of a new TCP connection."""

    def asked(work: Callable[[], object]) -> int:
        with server.client().monitor() as monitor:
            work()
            server.client().ping()
            count = 0
            for command in monitor.listen():
                if command["command"].startswith("PING"):
                    return count
                count += command["client_type"] != "lua" and not command["command"].startswith(("CLIENT", "HELLO"))
        raise AssertionError("there is no end")

    shared.registry().read(SERVICE)
    assert asked(lambda: present(shared)) == 7
    assert asked(lambda: present(shared)) == 1
    shared.connections().absent(SERVICE, Deadline(SECONDS))
    ours = Wanted(Access(), holder=process_name(os.getpid()))
    assert asked(lambda: present(shared, ours)) == 8
