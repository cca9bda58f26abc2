# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import base64
import errno
import fcntl
import json
import os
import re
import signal
import socket
import stat
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ansible_collections.community.remoteit.plugins.module_utils import _model, _registry
from ansible_collections.community.remoteit.plugins.module_utils._clock import Deadline
from ansible_collections.community.remoteit.plugins.module_utils._errors import OutOfTimeError, RegistryError
from ansible_collections.community.remoteit.plugins.module_utils._registry import Attempt, Holding, Registry
from tests.unit.plugins.material import (
    DEVELOPER_KEY,
    KEY,
    NOW,
    OTHER_SERVICE,
    SECRET,
    SERVICE,
    connection,
    credentials,
    settings,
)
from tests.unit.plugins.processes import OTHER_USER, Fork, as_other_user

HOLDING = Holding([connection(), connection(id="SECOND", session_id="S")], [Attempt(NOW, NOW + 30)])


class Place:
    """A registry in a directory, with what it warned of."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.warnings: list[str] = []

    def open(self, **changes: Any) -> Registry:
        return Registry(settings(self.root, **changes), self.warnings.append)

    def save(self, holding: Holding = HOLDING, service_id: str = SERVICE, **changes: Any) -> None:
        registry = self.open(**changes)
        with registry.locked(service_id, Deadline(10)):
            registry.save(service_id, holding)

    @property
    def file(self) -> Path:
        """The only record."""
        (path,) = self.root.glob("*/*.json")
        return path


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path / "registry")


@pytest.fixture
def anyones() -> Iterator[Path]:
    """A directory like /tmp: every user may write there, but remove only what is theirs."""
    with tempfile.TemporaryDirectory() as name:
        os.chmod(name, 0o1777)
        yield Path(name)


def every_use(place: Place) -> list[Callable[[], object]]:
    """Each way to the content of the registry, with a lock and without one."""
    return [place.save, lambda: place.open().read(SERVICE), place.open().read_all]


# -- what is kept -----------------------------------------------------------------------------------------------------


def test_nothing_is_held_before_anything_was_and_looking_writes_nothing(place: Place) -> None:
    registry = place.open()
    assert registry.read(SERVICE) == Holding()
    assert registry.read_all() == []
    assert not place.root.exists()


def test_what_is_saved_is_found_by_the_next_process(place: Place) -> None:
    Fork(lambda _report: place.save()).join()
    registry = place.open()
    assert registry.read(SERVICE) == HOLDING
    assert registry.read_all() == HOLDING.connections
    with registry.locked(SERVICE, Deadline(10)) as holding:
        assert holding == HOLDING


def test_what_is_changed_but_not_saved_is_not_kept(place: Place) -> None:
    place.save()
    with place.open().locked(SERVICE, Deadline(10)) as holding:
        holding.connections.clear()
    assert place.open().read(SERVICE) == HOLDING


def test_a_service_of_which_nothing_is_left_has_no_file(place: Place) -> None:
    place.save()
    place.save(Holding())
    assert list(place.root.glob("*/*.json")) == []
    # and once more
    place.save(Holding())
    assert place.open().read(SERVICE) == Holding()


def test_an_attempt_alone_is_kept(place: Place) -> None:
    place.save(Holding(attempts=[Attempt(NOW, NOW + 30)]))
    assert place.open().read(SERVICE).attempts == [Attempt(NOW, NOW + 30)]


def test_services_are_kept_apart_and_listed_together(place: Place) -> None:
    other = connection(id="OTHER", service_id=OTHER_SERVICE)
    place.save(Holding([connection()]))
    place.save(Holding([other]), OTHER_SERVICE)
    registry = place.open()
    assert registry.read(SERVICE).connections == [connection()]
    assert registry.read(OTHER_SERVICE).connections == [other]
    assert registry.read_all() == [connection(), other]
    place.save(Holding())
    assert place.open().read_all() == [other]


@pytest.mark.parametrize(
    "changes",
    [
        {"credentials": credentials(key_id="ANOTHER")},
        {"rest_url": "https://api.remot3.it/apv/v27"},
        {"graphql_url": "https://api.remote.it/graphql/beta"},
    ],
    ids=["key", "rest", "graphql"],
)
def test_another_key_or_another_remote_it_sees_nothing(changes: dict[str, Any], place: Place) -> None:
    place.save()
    assert place.open(**changes).read(SERVICE) == Holding()
    assert place.open(**changes).read_all() == []
    place.save(Holding(), **changes)
    place.save(Holding([connection(id="THEIRS")]), **changes)
    assert place.open().read(SERVICE) == HOLDING


def test_the_same_key_sees_it_whatever_else_is_set(place: Place) -> None:
    place.save()
    changes = {"api": "graphql", "signature": "cavage", "request_timeout": 1.0, "verify": False}
    assert place.open(credentials=credentials(developer_key=None), **changes).read(SERVICE) == HOLDING


def test_no_secret_is_in_any_file_or_name(place: Place) -> None:
    place.save()
    paths = list(place.root.rglob("*"))
    assert len(paths) >= 3
    content = b"\n".join([str(path).encode() for path in paths] + [p.read_bytes() for p in paths if p.is_file()])
    assert b"proxy18.rt3.io" in content
    for secret in (SECRET.encode(), KEY, base64.b64encode(KEY), KEY.hex().encode(), DEVELOPER_KEY.encode()):
        assert secret not in content


# -- who may read and write it ----------------------------------------------------------------------------------------


@pytest.fixture
def umask() -> Iterator[Callable[[int], int]]:
    before = os.umask(0o022)
    yield os.umask
    os.umask(before)


@pytest.mark.parametrize("mask", [0o000, 0o022, 0o077])
def test_only_its_owner_can_read_or_write_it(mask: int, place: Place, umask: Callable[[int], int]) -> None:
    umask(mask)
    place.save()
    modes = {path: stat.S_IMODE(path.lstat().st_mode) for path in [place.root, *place.root.rglob("*")]}
    assert {mode for path, mode in modes.items() if path.is_dir()} == {0o700}
    assert {mode for path, mode in modes.items() if path.is_file()} == {0o600}
    assert len(modes) == 4


def test_the_directories_above_it_are_made(place: Place) -> None:
    place.root = place.root / "a" / "b"
    place.save()
    assert place.open().read(SERVICE) == HOLDING


def refused(work: Callable[[], object]) -> str:
    with pytest.raises(RegistryError) as caught:
        work()
    return str(caught.value)


@pytest.mark.parametrize("mode", [0o755, 0o750, 0o707, 0o701])
@pytest.mark.parametrize("which", ["root", "below"])
def test_a_directory_that_is_open_to_others_is_refused(which: str, mode: int, place: Place) -> None:
    place.save()
    directory = place.root if which == "root" else place.file.parent
    directory.chmod(mode)
    for work in every_use(place):
        assert refused(work) == (
            f"The registry directory {directory} is open to other users; run: chmod 700 {directory}"
        )
    directory.chmod(0o700)
    for work in every_use(place):
        work()


def test_a_directory_of_another_user_is_refused() -> None:
    # root's, and so nobody else's
    messages = as_other_user(lambda: {refused(work) for work in every_use(Place(Path("/")))})
    assert messages == str({"The registry directory / belongs to another user; set registry to your own one."})


def test_a_link_that_another_user_planted_is_refused(anyones: Path) -> None:
    if os.geteuid():
        pytest.skip("only root can give a link away")
    place = Place(anyones / "registry")
    elsewhere = Place(anyones / "elsewhere")
    elsewhere.save()
    place.root.symlink_to(elsewhere.root)
    # our own
    assert place.open().read(SERVICE) == HOLDING
    os.chown(place.root, OTHER_USER, OTHER_USER, follow_symlinks=False)
    for work in every_use(place):
        assert refused(work) == (
            f"The registry directory {place.root} belongs to another user; set registry to your own one."
        )


def test_a_directory_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    os.chmod(tmp_path, 0o500)
    message = as_other_user(lambda: refused(Place(tmp_path / "registry").save))
    assert message == (
        f"The registry directory {tmp_path}/registry cannot be used: Permission denied; set registry to another one."
    )


def test_a_directory_that_cannot_be_listed_is_refused_when_it_is_to_be(anyones: Path) -> None:
    def work() -> str:
        place = Place(anyones / "registry")
        place.save()
        directory = place.file.parent
        directory.chmod(0o300)
        assert place.open().read(SERVICE) == HOLDING
        return refused(place.open().read_all).replace(str(directory), "DIRECTORY")

    assert as_other_user(work) == "The registry DIRECTORY cannot be read: Permission denied."


def test_a_file_in_place_of_the_directory_is_refused(place: Place) -> None:
    place.root.write_text("")
    for work in every_use(place):
        assert str(place.root) in refused(work)


def test_a_directory_that_became_read_only_is_refused_when_it_matters(anyones: Path) -> None:
    def work() -> str:
        place = Place(anyones / "registry")
        registry = place.open()
        with registry.locked(SERVICE, Deadline(10)):
            directory = next(place.root.iterdir())
            directory.chmod(0o500)
            return refused(lambda: registry.save(SERVICE, HOLDING))

    message = as_other_user(work)
    assert message.startswith(f"The registry file {anyones}/registry/")
    assert message.endswith("cannot be written: Permission denied; make room, or set registry to another directory.")


def test_an_unusable_file_that_cannot_be_kept_aside_is_refused(anyones: Path) -> None:
    def work() -> str:
        place = Place(anyones / "registry")
        place.save()
        place.file.write_text("{")
        place.file.parent.chmod(0o500)
        return refused(place.save)

    message = as_other_user(work)
    assert message.startswith(f"The registry file {anyones}/registry/")
    assert message.endswith("cannot be written: Permission denied; make room, or set registry to another directory.")


def test_a_file_of_another_user_is_refused(place: Place) -> None:
    if os.geteuid():
        pytest.skip("only root can give a file away")
    place.save()
    os.chown(place.file, OTHER_USER, OTHER_USER)
    for work in every_use(place):
        assert refused(work) == f"The registry file {place.file} belongs to another user."


def test_a_symbolic_link_in_place_of_a_file_is_refused(place: Place, tmp_path: Path) -> None:
    place.save()
    target = tmp_path / "target"
    place.file.rename(target)
    path = next(place.root.glob("*/*.lock")).with_suffix(".json")
    path.symlink_to(target)
    for work in every_use(place):
        assert refused(work) == f"The registry file {path} cannot be read: it is a symbolic link."
    assert json.loads(target.read_text())["version"] == 1


def test_a_symbolic_link_in_place_of_the_lock_is_refused(place: Place, tmp_path: Path) -> None:
    place.save()
    lock = next(place.root.glob("*/*.lock"))
    lock.unlink()
    lock.symlink_to(tmp_path / "elsewhere")
    assert refused(place.save).startswith(f"The lock {lock} cannot be opened: ")
    assert not (tmp_path / "elsewhere").exists()


def make_socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        descriptor = os.open(path.parent, os.O_RDONLY)
        # the name of a socket may only have some hundred characters
        listener.bind(f"/proc/self/fd/{descriptor}/{path.name}")
        os.close(descriptor)


@pytest.mark.parametrize("make", [Path.mkdir, os.mkfifo, make_socket])
def test_what_is_no_plain_file_is_refused_at_once(make: Callable[[Path], None], place: Place) -> None:
    place.save()
    path = place.file
    path.unlink()
    make(path)

    def work(report: Callable[[str], None]) -> None:
        signal.alarm(20)
        before = os.listdir("/proc/self/fd")
        for use in every_use(place):
            report(refused(use))
        assert os.listdir("/proc/self/fd") == before

    fork = Fork(work)
    for _use in every_use(place):
        assert fork.receive().startswith(f"The registry file {path} cannot be read: ")
    assert fork.join() == 0


def test_a_lock_that_is_no_plain_file_makes_nobody_wait(place: Place) -> None:
    place.save()
    (lock,) = place.root.glob("*/*.lock")
    lock.unlink()
    os.mkfifo(lock)

    def work(_report: Callable[[str], None]) -> None:
        signal.alarm(20)
        place.save()

    assert Fork(work).join() == 0


@pytest.mark.parametrize(
    "path", ["a_file", "a_file/below", "x" * 300], ids=["a file", "below a file", "a name that is too long"]
)
def test_a_path_that_can_be_no_directory_is_refused(path: str, tmp_path: Path) -> None:
    (tmp_path / "a_file").write_text("")
    place = Place(tmp_path / path)
    for work in every_use(place):
        assert re.fullmatch(
            f"The registry directory {place.root} cannot be used: .+; set registry to another one.", refused(work)
        )


def test_a_file_system_without_locks_is_named(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    def flock(_descriptor: int, _operation: int) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(fcntl, "flock", flock)
    assert re.fullmatch(
        rf"The file system of {place.root}/\S+\.lock does not support locks \(No locks available\); "
        "set registry to a local directory.",
        refused(place.save),
    )


def test_a_lock_that_cannot_be_made_is_refused_and_the_option_named(anyones: Path) -> None:
    def work() -> str:
        place = Place(anyones / "registry")
        place.save()
        next(place.root.glob("*/*.lock")).unlink()
        next(place.root.iterdir()).chmod(0o500)
        return refused(place.save)

    message = as_other_user(work)
    assert message.startswith(f"The lock {anyones}/registry/")
    assert message.endswith("cannot be opened: Permission denied; set registry to another directory.")


# -- files that cannot be used ----------------------------------------------------------------------------------------

RECORD = connection().as_record()
UNUSABLE: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "Expecting value"),
    "half": (b'{"version": 1, "connec', "Unterminated string"),
    "binary": (b"\x80\x81\xff", "utf-8"),
    "list": (b"[]", "unexpected content"),
    "number": (b"7", "unexpected content"),
    "null": (b"null", "unexpected content"),
    "no version": (b"{}", "unexpected content"),
    "older": (b'{"version": 0, "connections": [], "attempts": []}', "version 0, expected 1"),
    "newer": (b'{"version": 2, "connections": [], "attempts": []}', "version 2, expected 1"),
    "other version": (b'{"version": "1", "connections": [], "attempts": []}', "version '1', expected 1"),
    "no connections": (b'{"version": 1, "attempts": []}', "unexpected content"),
    "null connections": (b'{"version": 1, "connections": null, "attempts": []}', "unexpected content"),
    "no record": (b'{"version": 1, "connections": [7], "attempts": []}', "unexpected content"),
    "short record": (b'{"version": 1, "connections": [{"id": "A"}], "attempts": []}', "unexpected content"),
    "hostile host": (
        json.dumps({"version": 1, "connections": [{**RECORD, "host": "-oProxyCommand=id"}], "attempts": []}).encode(),
        "not usable",
    ),
    "no time": (
        json.dumps({"version": 1, "connections": [{**RECORD, "expires_at": None}], "attempts": []}).encode(),
        "",
    ),
    "other service": (
        json.dumps({"version": 1, "connections": [{**RECORD, "service_id": OTHER_SERVICE}], "attempts": []}).encode(),
        "it holds a connection of another service",
    ),
    "endless attempt": (b'{"version": 1, "connections": [], "attempts": [{"asked_at": 1, "until": 1e999}]}', "time"),
    "no attempt": (b'{"version": 1, "connections": [], "attempts": [7]}', "unexpected content"),
    "attempt without time": (b'{"version": 1, "connections": [], "attempts": [{"asked_at": "x", "until": 1}]}', ""),
    "deep": (b"[" * 200_000, ""),
}


@pytest.mark.parametrize(("content", "reason"), UNUSABLE.values(), ids=UNUSABLE)
def test_a_file_that_cannot_be_used_is_kept_aside_with_a_warning(content: bytes, reason: str, place: Place) -> None:
    place.save()
    path = place.file
    path.write_bytes(content)
    registry = place.open()
    # readers neither fail nor change anything
    assert registry.read(SERVICE) == Holding()
    assert registry.read_all() == []
    assert (place.warnings, path.read_bytes()) == ([], content)
    with registry.locked(SERVICE, Deadline(10)) as holding:
        assert holding == Holding()
        registry.save(SERVICE, Holding([connection()]))
    (warning,) = place.warnings
    match = re.fullmatch(rf"The registry file {path} cannot be used \((.+)\); it was kept as (\S+)\.", warning)
    assert match and reason in match[1]
    assert Path(match[2]).read_bytes() == content
    assert stat.S_IMODE(Path(match[2]).stat().st_mode) == 0o600
    # what was kept aside is not read again
    assert registry.read(SERVICE).connections == registry.read_all() == [connection()]


def test_nothing_that_was_kept_aside_is_overwritten(place: Place) -> None:
    for number in range(3):
        place.save()
        place.file.write_text(str(number))
        place.save()
    assert sorted(path.read_text() for path in place.root.glob("*/*.unreadable-*")) == ["0", "1", "2"]
    assert len(set(place.warnings)) == 3


def test_fields_that_a_later_version_added_do_no_harm(place: Place) -> None:
    place.save()
    document = json.loads(place.file.read_text())
    for record in (document, *document["connections"], *document["attempts"]):
        record["added_later"] = {"kind": None}
    place.file.write_text(json.dumps(document))
    assert place.open().read(SERVICE) == HOLDING
    with place.open().locked(SERVICE, Deadline(10)) as holding:
        assert holding == HOLDING
    assert place.warnings == []


def test_two_formats_side_by_side_never_meet(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    theirs = Holding([connection(id="THEIRS")])
    place.save()
    with monkeypatch.context() as later:
        later.setattr(_registry, "VERSION", _registry.VERSION + 1)
        assert place.open().read(SERVICE) == Holding()
        place.save(theirs)
        assert place.open().read_all() == theirs.connections
    assert place.open().read(SERVICE) == HOLDING
    assert place.open().read_all() == HOLDING.connections
    place.save(Holding())
    with monkeypatch.context() as later:
        later.setattr(_registry, "VERSION", _registry.VERSION + 1)
        assert place.open().read(SERVICE) == theirs
    assert place.warnings == []


def test_one_unusable_file_does_not_hide_the_others(place: Place) -> None:
    place.save()
    place.file.write_text("{")
    other = connection(service_id=OTHER_SERVICE)
    place.save(Holding([other]), OTHER_SERVICE)
    assert place.open().read_all() == [other]


@given(content=st.binary(max_size=200))
@example(content=b'{"version": 1, "connections": [], "attempts": [{"asked_at": 1e999, "until": 1}]}')
def test_any_file_is_read_as_something_usable_or_as_nothing(content: bytes, fuzz_place: Place) -> None:
    fuzz_place.file.write_bytes(content)
    holding = fuzz_place.open().read(SERVICE)
    assert all(_model.is_plain_host(item.host) for item in holding.connections)


@pytest.fixture(scope="module")
def fuzz_place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    place = Place(tmp_path_factory.mktemp("fuzz") / "registry")
    place.save()
    return place


def test_a_file_that_vanishes_is_no_error(place: Place) -> None:
    place.save()
    place.file.unlink()
    assert place.open().read(SERVICE) == Holding()
    with place.open().locked(SERVICE, Deadline(10)) as holding:
        assert holding == Holding()


# -- killed while it writes -------------------------------------------------------------------------------------------


def killed_while_it_writes(place: Place) -> None:
    """A process that ends between the last byte and the moment from which on it counts."""

    def work(_report: Callable[[str], None]) -> None:
        os.replace = lambda *_paths: os.kill(os.getpid(), signal.SIGKILL)  # type: ignore[assignment]
        place.save(Holding([connection(id="NEVER")]))

    assert Fork(work).join() == -signal.SIGKILL


def test_a_process_that_is_killed_while_it_writes_changes_nothing_and_litters_nothing(place: Place) -> None:
    place.save()
    for _time in range(3):
        killed_while_it_writes(place)
        assert place.open().read(SERVICE) == HOLDING
        assert place.open().read_all() == HOLDING.connections
    assert len([*place.root.glob("*/*.new")]) == 1
    place.save(Holding([connection(id="NEXT")]))
    assert [item.id for item in place.open().read(SERVICE).connections] == ["NEXT"]
    assert {path.suffix for path in place.file.parent.iterdir()} == {".json", ".lock"}
    killed_while_it_writes(place)
    place.save(Holding())
    assert {path.suffix for path in place.root.glob("*/*")} == {".lock"}


# -- many at once -----------------------------------------------------------------------------------------------------


def test_readers_always_see_one_whole_state_or_another(place: Place, tmp_path: Path) -> None:
    small = Holding([connection(id="SMALL")])
    large = Holding([connection(id=f"LARGE{number}") for number in range(40)])
    place.save(small)

    stop = tmp_path / "stop"

    def write(report: Callable[[str], None]) -> None:
        report("ready")
        while not stop.exists():
            place.save(large)
            place.save(small)

    writers = [Fork(write) for _time in range(2)]
    registry = place.open()
    assert [writer.receive() for writer in writers] == ["ready"] * 2
    seen: set[int] = set()
    begun = time.monotonic()
    while time.monotonic() - begun < (0.4 if seen == {1, 40} else 20):
        holding = registry.read(SERVICE)
        assert holding in (small, large)
        assert registry.read_all() in (small.connections, large.connections)
        seen.add(len(holding.connections))
    stop.touch()
    assert [writer.join() for writer in writers] == [0, 0]
    assert seen == {1, 40}
    # nothing is left over
    assert {path.suffix for path in place.file.parent.iterdir()} == {".json", ".lock"}


def test_one_process_at_a_time_may_write(place: Place) -> None:
    def add(_report: Callable[[str], None]) -> None:
        registry = place.open()
        for _time in range(10):
            with registry.locked(SERVICE, Deadline(60)) as holding:
                holding.connections.append(connection(id=f"C{len(holding.connections)}"))
                registry.save(SERVICE, holding)

    forks = [Fork(add) for _time in range(6)]
    assert [fork.join() for fork in forks] == [0] * 6
    assert [item.id for item in place.open().read(SERVICE).connections] == [f"C{number}" for number in range(60)]


def hold(place: Place, service_id: str = SERVICE) -> Fork:
    """A process that has the lock and does not let go of it."""

    def work(report: Callable[[str], None]) -> None:
        with place.open().locked(service_id, Deadline(10)):
            report("locked")
            time.sleep(60)

    fork = Fork(work)
    assert fork.receive() == "locked"
    return fork


def test_a_lock_that_is_held_is_waited_for_and_then_given_up(place: Place) -> None:
    holder = hold(place)
    begun = time.monotonic()
    with pytest.raises(OutOfTimeError) as caught, place.open().locked(SERVICE, Deadline(0.3)):
        pytest.fail("the lock was taken")
    holder.kill()
    assert 0.25 < time.monotonic() - begun < 20
    (lock,) = place.root.glob("*/*.lock")
    assert str(caught.value) == (
        "Another process still opens or closes connections of this service after 0.3 seconds "
        f"(lock {lock}); try again, or raise timeout."
    )


def test_a_lock_ends_with_a_process_that_is_killed(place: Place) -> None:
    holder = hold(place)
    holder.kill()
    with place.open().locked(SERVICE, Deadline(10)) as holding:
        assert holding == Holding()


def test_a_lock_is_had_as_soon_as_it_is_free(place: Place) -> None:
    holder = hold(place)

    def work(report: Callable[[str], None]) -> None:
        report("waiting")
        with place.open().locked(SERVICE, Deadline(60)):
            report("locked")

    waiting = Fork(work)
    assert waiting.receive() == "waiting"
    time.sleep(0.05)
    holder.kill()
    assert waiting.receive() == "locked"
    assert waiting.join() == 0


def test_a_lock_excludes_nobody_who_reads_or_works_on_another_service(place: Place) -> None:
    place.save()
    holder = hold(place)
    assert place.open().read(SERVICE) == HOLDING
    assert place.open().read_all() == HOLDING.connections
    place.save(Holding([connection(service_id=OTHER_SERVICE)]), OTHER_SERVICE)
    # nor another key
    place.save(credentials=credentials(key_id="ANOTHER"))
    holder.kill()


def test_a_lock_is_let_go_when_the_work_fails(place: Place) -> None:
    with pytest.raises(ZeroDivisionError), place.open().locked(SERVICE, Deadline(10)):
        _nothing = 1 / 0
    with place.open().locked(SERVICE, Deadline(10)):
        pass
