# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A file that is replaced while others read it, links to it, and what is no file."""

from __future__ import annotations

import json
import os
import resource
import signal
import stat
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.community.remoteit.plugins.plugin_utils._run.recap_file import replace
from tests.doubles.processes import Fork, as_other_user

OLD: dict[str, Any] = {"services": ["old"]}
NEW: dict[str, Any] = {"services": ["new"]}
REPLACEMENTS = 300


@pytest.fixture(autouse=True)
def umask() -> Iterator[None]:
    before = os.umask(0o027)
    yield
    os.umask(before)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "recap.json"


def written(path: Path) -> Any:
    return json.loads(path.read_text())


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_what_was_there_is_returned(path: Path) -> None:
    assert replace(str(path), OLD) == {}
    assert replace(str(path), NEW) == OLD
    assert written(path) == NEW
    assert path.read_text().endswith("}\n")


def test_one_that_is_mounted_itself_is_written_to(path: Path) -> None:
    path.write_text(json.dumps(OLD))
    mount = ["mount", "--bind", str(path), str(path)]
    if os.geteuid() or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("nothing can be mounted here")
    try:
        replace(str(path), NEW)
        assert written(path) == NEW and os.listdir(path.parent) == [path.name]
    finally:
        subprocess.run(["umount", str(path)], check=True)


def test_one_in_a_directory_of_others_is_written_to() -> None:
    with tempfile.TemporaryDirectory() as theirs:
        path = Path(theirs, "recap.json")
        path.write_text(json.dumps(OLD))
        path.parent.chmod(0o755)
        path.chmod(0o666)
        as_other_user(lambda: replace(str(path), NEW))
        assert written(path) == NEW


@pytest.mark.parametrize("content", ["", "{", "[1]", "[" * 100_000, "\udcff"])
def test_what_was_there_may_be_anything(path: Path, content: str) -> None:
    path.write_text(content, errors="surrogateescape")
    assert replace(str(path), NEW) == {}
    assert written(path) == NEW


def test_it_has_the_mode_of_any_new_file_or_of_the_old_one(path: Path) -> None:
    replace(str(path), OLD)
    assert mode(path) == 0o640
    path.chmod(0o604)
    replace(str(path), NEW)
    assert mode(path) == 0o604


def test_a_file_stays_its_owners(path: Path) -> None:
    path.touch()
    try:
        os.chown(path, 12345, 23456)
    except PermissionError:
        pytest.skip("only root may give files away")
    replace(str(path), NEW)
    assert (path.stat().st_uid, path.stat().st_gid) == (12345, 23456)


def test_who_cannot_give_it_back_makes_it_theirs(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path.touch()
    path.chmod(0o604)
    path.parent.chmod(0o777)
    # The directories above belong to others.
    monkeypatch.chdir(path.parent)

    def owner_and_mode() -> str:
        replace(path.name, NEW)
        status = os.stat(path.name)
        return f"{status.st_uid == os.geteuid()} {status.st_mode & 0o777:o}"

    assert as_other_user(owner_and_mode) == "True 604"


def test_a_link_stays_and_its_file_is_replaced(tmp_path: Path, path: Path) -> None:
    (tmp_path / "reports").mkdir()
    target = tmp_path / "reports" / "one.json"
    (tmp_path / "reports" / "latest").symlink_to("one.json")
    path.symlink_to("reports/latest")
    for data in (OLD, NEW):
        replace(str(path), data)
        assert path.is_symlink() and not target.is_symlink()
        assert written(target) == data
    assert sorted(one.name for one in target.parent.iterdir()) == ["latest", "one.json"]


def test_a_name_without_a_directory_is_one_of_this_directory(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(path.parent)
    replace(path.name, NEW)
    assert written(path) == NEW


def test_a_reader_never_sees_half_of_it(path: Path) -> None:
    many = {"services": [str(number) for number in range(5000)]}
    replace(str(path), many)

    def read(report: Callable[[str], None]) -> None:
        report("reading")
        versions = set()
        while (data := written(path)) != NEW:
            assert data == many
            versions.add(path.stat().st_mtime_ns)
        report(str(len(versions) > 1))

    reader = Fork(read)
    reader.receive()
    for _number in range(REPLACEMENTS):
        replace(str(path), many)
    replace(str(path), NEW)
    assert reader.receive() == "True"
    assert reader.join() == 0


def test_nothing_is_left_behind_where_it_cannot_be_written(path: Path) -> None:
    replace(str(path), OLD)

    def write(report: Callable[[str], None]) -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (8, 8))
        try:
            replace(str(path), NEW)
        except OSError as error:
            report(str(error.strerror))

    writer = Fork(write)
    assert writer.receive() == "File too large"
    assert writer.join() == 0
    assert written(path) == OLD
    assert list(path.parent.iterdir()) == [path]


def test_what_is_in_the_way_is_told(tmp_path: Path, path: Path) -> None:
    path.symlink_to(path)
    for place in (tmp_path, path, tmp_path / "missing" / "recap.json"):
        with pytest.raises(OSError, match=r"directory|symbolic links"):
            replace(str(place), NEW)


def test_a_pipe_is_written_to(path: Path) -> None:
    os.mkfifo(path)

    def read(report: Callable[[str], None]) -> None:
        report("reading")
        report(str(written(path) == NEW))

    reader = Fork(read)
    reader.receive()
    assert replace(str(path), NEW) == {}
    assert reader.receive() == "True"
    assert reader.join() == 0
    assert stat.S_ISFIFO(path.stat().st_mode)


@pytest.mark.parametrize("is_link", [False, True])
def test_what_a_process_has_open_is_written_to_whatever_it_is(tmp_path: Path, path: Path, is_link: bool) -> None:
    log = tmp_path / "log"
    log.touch()
    inode = log.stat().st_ino
    with log.open("a") as file:
        place = f"/proc/self/fd/{file.fileno()}"
        if is_link:
            path.symlink_to(place)
        replace(str(path) if is_link else place, NEW)
    assert written(log) == NEW
    assert log.stat().st_ino == inode
