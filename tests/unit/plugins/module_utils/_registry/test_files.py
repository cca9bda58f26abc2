# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Small files are read and replaced as a whole, and outlast a crash of the machine."""

from __future__ import annotations

import errno
import os
import signal
import socket
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from ansible_collections.community.remoteit.plugins.module_utils._base.errors import RegistryError
from ansible_collections.community.remoteit.plugins.module_utils._registry import files
from tests.doubles.processes import OTHER_USER, Fork


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "record.json"


def refused(path: Path) -> str:
    with pytest.raises(RegistryError) as caught:
        files.read(str(path))
    return str(caught.value)


# -- read -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("content", [b"", b"{}", b"x" * 200_000], ids=len)
def test_what_was_written_is_read(content: bytes, path: Path) -> None:
    files.replace(str(path), b"before")
    files.replace(str(path), content)
    assert files.read(str(path)) == content
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert os.listdir(path.parent) == [path.name]


def test_none_is_told_by_the_system(path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        files.read(str(path))


def test_one_of_another_user_is_refused(path: Path) -> None:
    if os.geteuid():
        pytest.skip("only root can give a file away")
    path.touch()
    os.chown(path, OTHER_USER, OTHER_USER)
    assert refused(path) == f"The registry file {path} belongs to another user."


def test_a_symbolic_link_is_refused_and_replaced(path: Path, tmp_path: Path) -> None:
    target = tmp_path / "target"
    target.write_text("theirs")
    path.symlink_to(target)
    assert refused(path) == f"The registry file {path} cannot be read: it is a symbolic link."
    files.replace(str(path), b"ours")
    assert (target.read_text(), files.read(str(path))) == ("theirs", b"ours")


def make_socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        descriptor = os.open(path.parent, os.O_RDONLY)
        # the name of a socket may only have some hundred characters
        listener.bind(f"/proc/self/fd/{descriptor}/{path.name}")
        os.close(descriptor)


@pytest.mark.parametrize("make", [Path.mkdir, os.mkfifo, make_socket])
def test_what_is_no_plain_file_is_refused_at_once(make: Callable[[Path], None], path: Path) -> None:
    make(path)

    def work(report: Callable[[str], None]) -> None:
        signal.alarm(20)
        before = os.listdir("/proc/self/fd")
        report(refused(path))
        assert os.listdir("/proc/self/fd") == before

    fork = Fork(work)
    assert fork.receive().startswith(f"The registry file {path} cannot be read: ")
    assert fork.join() == 0


# -- replace ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def steps(path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is written through to disk, and when it is renamed."""
    noted: list[str] = []
    fsync, replace = os.fsync, os.replace

    def noted_fsync(descriptor: int) -> None:
        noted.append(f"sync {os.path.basename(os.readlink(f'/proc/self/fd/{descriptor}'))}")
        assert os.fstat(descriptor).st_size
        fsync(descriptor)

    def noted_replace(source: str, target: str) -> None:
        noted.append(f"rename {os.path.basename(source)} {os.path.basename(target)}")
        replace(source, target)

    monkeypatch.setattr(os, "fsync", noted_fsync)
    monkeypatch.setattr(os, "replace", noted_replace)
    return noted


def test_the_content_is_on_disk_before_it_counts_and_that_it_counts_afterwards(path: Path, steps: list[str]) -> None:
    files.replace(str(path), b"content")
    assert steps == ["sync record.json.new", "rename record.json.new record.json", f"sync {path.parent.name}"]


def test_what_a_killed_process_left_is_overwritten(path: Path) -> None:
    leftover = path.with_name("record.json.new")
    leftover.write_bytes(b"half of a much longer one")
    files.replace(str(path), b"whole")
    assert (files.read(str(path)), leftover.exists()) == (b"whole", False)


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_failure_changes_nothing_and_leaves_nothing_behind(
    step: str, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files.replace(str(path), b"before")

    def fail(*_arguments: object) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(os, step, fail)
    with pytest.raises(OSError, match="Input/output error"):
        files.replace(str(path), b"after")
    assert os.listdir(path.parent) == [path.name]
    assert files.read(str(path)) == b"before"


def syncs_no_directory(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    """Have the file system answer *number* when a directory is to be written through."""
    fsync = os.fsync

    def answer(descriptor: int) -> None:
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            raise OSError(number, os.strerror(number))
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", answer)


def test_a_file_system_that_cannot_sync_directories_will_do(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    syncs_no_directory(monkeypatch, errno.EINVAL)
    files.replace(str(path), b"content")
    assert files.read(str(path)) == b"content"


def test_a_disk_that_fails_the_directory_is_told(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    syncs_no_directory(monkeypatch, errno.EIO)
    before = os.listdir("/proc/self/fd")
    with pytest.raises(OSError, match="Input/output error"):
        files.replace(str(path), b"content")
    assert os.listdir("/proc/self/fd") == before


# -- remove, and what is said -----------------------------------------------------------------------------------------


def test_it_is_removed_with_what_was_left_beside_it(path: Path) -> None:
    files.replace(str(path), b"content")
    path.with_name("record.json.new").touch()
    files.remove(str(path))
    files.remove(str(path))
    assert os.listdir(path.parent) == []


def test_who_could_not_write_is_told_why() -> None:
    error = files.unwritable("/a/b", OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)))
    assert str(error) == (
        "The registry file /a/b cannot be written: No space left on device; make room, or set registry to another "
        "directory."
    )
