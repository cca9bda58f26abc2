# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import base64
import errno
import fcntl
import os
import re
import signal
import stat
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ansible_collections.community.remoteit.plugins.module_utils._base.clock import Deadline
from ansible_collections.community.remoteit.plugins.module_utils._base.errors import RegistryError
from ansible_collections.community.remoteit.plugins.module_utils._registry.holding import Holding
from tests.doubles import registry_place
from tests.doubles.material import DEVELOPER_KEY, KEY, SECRET, SERVICE, connection
from tests.doubles.processes import Fork, as_other_user
from tests.doubles.registry_place import HOLDING


class Place(registry_place.Place):
    """A registry in the directory *root*."""

    def __init__(self, root: Path) -> None:
        super().__init__(str(root))
        self.root = root

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


# -- what is kept, beside what any registry keeps: test_registry.py ---------------------------------------------------


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
    place = Place(place.root / "a" / "b")
    place.save()
    assert place.open().read(SERVICE) == HOLDING


def refused(work: Callable[[], object]) -> str:
    with pytest.raises(RegistryError) as caught:
        work()
    return str(caught.value)


@pytest.mark.parametrize("which", ["root", "below"])
def test_a_directory_that_is_open_to_others_is_refused(which: str, place: Place) -> None:
    place.save()
    directory = place.root if which == "root" else place.file.parent
    directory.chmod(0o755)
    for work in every_use(place):
        assert refused(work) == (
            f"The registry directory {directory} is open to other users; run: chmod 700 {directory}"
        )
    directory.chmod(0o700)
    for work in every_use(place):
        work()


def test_one_that_others_could_replace_is_refused_and_not_made(tmp_path: Path) -> None:
    (tmp_path / "anybody").mkdir()
    (tmp_path / "anybody").chmod(0o777)
    place = Place(tmp_path / "anybody" / "registry")
    for work in every_use(place):
        assert refused(work).startswith(f"The registry directory {place.root} can be replaced by any user, ")
    assert not place.root.exists()


@pytest.mark.parametrize("make", [Path.mkdir, os.mkfifo])
def test_what_is_no_plain_file_is_refused(make: Callable[[Path], None], place: Place) -> None:
    place.save()
    path = place.file
    path.unlink()
    make(path)
    for work in every_use(place):
        assert refused(work) == f"The registry file {path} cannot be read: it is not a plain file."


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
        with registry.locked(SERVICE, Deadline(10)) as turn:
            turn.holding = HOLDING
            directory = next(place.root.iterdir())
            directory.chmod(0o500)
            return refused(turn.save)

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


def test_a_symbolic_link_in_place_of_the_lock_is_refused(place: Place, tmp_path: Path) -> None:
    place.save()
    lock = next(place.root.glob("*/*.lock"))
    lock.unlink()
    lock.symlink_to(tmp_path / "elsewhere")
    assert refused(place.save).startswith(f"The lock {lock} cannot be opened: ")
    assert not (tmp_path / "elsewhere").exists()


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


# -- killed while it writes -------------------------------------------------------------------------------------------


def killed_while_it_writes(place: Place) -> None:
    """A process that ends between the last byte and the moment from which on it counts."""

    def work(_report: Callable[[str], None]) -> None:
        os.replace = lambda *_paths: os.kill(os.getpid(), signal.SIGKILL)
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
