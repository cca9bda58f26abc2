# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How old a sign of life is, whatever clock was set, and that it can be given wherever something is kept."""

from __future__ import annotations

import math
import os
import time
from pathlib import Path

import pytest

from ansible_collections.community.remoteit.plugins.module_utils._base.boot import boot_id
from ansible_collections.community.remoteit.plugins.module_utils._base.errors import RegistryError
from ansible_collections.community.remoteit.plugins.module_utils._registry.signs import Signs
from tests.lab.small_disk import fill, small_disk

NAME = "1/1@pid:[1]/boot"
OTHER = "2/2@pid:[1]/boot"
HOUR = 3600.0
DAY = 24 * HOUR
# What a sleepy machine may take, in seconds
SOON = 60.0


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return tmp_path / "holders"


@pytest.fixture
def signs(directory: Path) -> Signs:
    return Signs(str(directory))


def given(signs: Signs, directory: Path, name: str = NAME) -> Path:
    """The file of the sign that *name* gives now."""
    before = set(directory.iterdir()) if directory.exists() else set()
    signs.give(name)
    (path,) = set(directory.iterdir()) - before
    return path


def set_back(path: Path, seconds: float) -> None:
    """Have the file be touched so many *seconds* ago, by the clock of the file system."""
    then = time.time() - seconds
    os.utime(path, (then, then))


def from_another_start(path: Path, seconds: float) -> None:
    """Have the sign be given so many *seconds* ago, before the machine was started again."""
    path.write_text("00000000-0000-0000-0000-000000000000 5.000")
    set_back(path, seconds)


def test_who_never_gave_one_has_been_silent_for_ever(signs: Signs, directory: Path) -> None:
    assert signs.age(NAME) == math.inf
    signs.give(OTHER)
    assert signs.age(NAME) == math.inf
    assert signs.age(OTHER) < SOON


@pytest.mark.parametrize("hours", [-5.0, 5.0])
def test_in_this_start_of_the_machine_no_clock_that_is_set_matters(hours: float, signs: Signs, directory: Path) -> None:
    set_back(given(signs, directory), hours * HOUR)
    assert signs.age(NAME) < SOON


@pytest.mark.parametrize("hours", [-5.0, 5.0])
def test_from_another_start_it_is_as_old_as_the_file_in_either_direction(
    hours: float, signs: Signs, directory: Path
) -> None:
    from_another_start(given(signs, directory), hours * HOUR)
    assert signs.age(NAME) == pytest.approx(5 * HOUR, abs=SOON)


def test_time_since_the_start_alone_makes_none_young(signs: Signs, directory: Path) -> None:
    # another machine that has been running for as long as this one
    path = given(signs, directory)
    path.write_text(f"00000000-0000-0000-0000-000000000000 {time.monotonic():.3f}")
    set_back(path, HOUR)
    assert signs.age(NAME) == pytest.approx(HOUR, abs=SOON)


def test_one_that_could_only_be_touched_is_as_old_as_the_file(signs: Signs, directory: Path) -> None:
    path = given(signs, directory)
    path.write_bytes(b"")
    set_back(path, HOUR)
    assert signs.age(NAME) == pytest.approx(HOUR, abs=SOON)


def test_half_of_one_is_as_old_as_the_file(signs: Signs, directory: Path) -> None:
    path = given(signs, directory)
    for half in (boot_id(), f"{boot_id()} ", f"{boot_id()} 1.2.3"):
        path.write_text(half)
        set_back(path, HOUR)
        assert signs.age(NAME) == pytest.approx(HOUR, abs=SOON)


def test_a_clock_beside_that_of_the_file_system_makes_none_old(
    signs: Signs, directory: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from_another_start(given(signs, directory), 0.0)
    now = time.time
    monkeypatch.setattr(time, "time", lambda: now() - 5 * HOUR)
    assert signs.age(NAME) == pytest.approx(5 * HOUR, abs=SOON)
    with open(tmp_path / "any", "wb") as file:
        signs.look_at_clock(file.fileno())
    assert signs.age(NAME) < SOON


def test_it_is_given_again(signs: Signs, directory: Path) -> None:
    from_another_start(given(signs, directory), HOUR)
    signs.give(NAME)
    assert signs.age(NAME) < SOON
    assert len(list(directory.iterdir())) == 1


def test_it_is_taken_back(signs: Signs, directory: Path) -> None:
    signs.give(NAME)
    signs.take_back(NAME)
    signs.take_back(NAME)
    assert signs.age(NAME) == math.inf
    assert list(directory.iterdir()) == []


def test_only_its_owner_can_read_or_write_it(signs: Signs, directory: Path) -> None:
    assert given(signs, directory).stat().st_mode & 0o777 == 0o600
    assert directory.stat().st_mode & 0o777 == 0o700


def test_old_ones_are_removed_when_a_new_one_is_made(signs: Signs, directory: Path) -> None:
    old, young = given(signs, directory), given(signs, directory, OTHER)
    from_another_start(old, DAY + SOON)
    from_another_start(young, DAY - SOON)
    signs.give(OTHER)
    assert old.exists()
    new = given(signs, directory, "3/3@pid:[1]/boot")
    assert set(directory.iterdir()) == {young, new}


def test_what_is_none_does_no_harm(signs: Signs, directory: Path) -> None:
    given(signs, directory)
    (directory / "somebody's directory").mkdir()
    (directory / "somebody's link").symlink_to("nowhere")
    assert given(signs, directory, OTHER).exists()


def test_to_look_writes_nothing(signs: Signs, directory: Path) -> None:
    signs.age(NAME)
    assert not directory.exists()
    path = given(signs, directory)
    from_another_start(path, DAY + SOON)
    before = path.stat(), directory.stat()
    signs.age(NAME)
    signs.age(OTHER)
    after = path.stat(), directory.stat()
    assert [(status.st_mtime_ns, status.st_ctime_ns) for status in before] == [
        (status.st_mtime_ns, status.st_ctime_ns) for status in after
    ]


def test_a_link_in_its_place_is_not_followed(signs: Signs, directory: Path, tmp_path: Path) -> None:
    path = given(signs, directory)
    path.rename(tmp_path / "target")
    path.symlink_to(tmp_path / "target")
    set_back(tmp_path / "target", HOUR)
    with pytest.raises(RegistryError, match="cannot be written"):
        signs.give(NAME)
    with pytest.raises(RegistryError, match="it is a symbolic link"):
        signs.age(NAME)


def test_on_a_full_disk_who_has_given_one_gives_it_again_and_nobody_else(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk") as disk:
        directory = disk / "holders"
        signs = Signs(str(directory))
        touched, written = given(signs, directory), given(signs, directory, OTHER)
        touched.write_bytes(b"")
        set_back(touched, HOUR)
        from_another_start(written, HOUR)
        fill(disk)
        for name in (NAME, OTHER):
            assert signs.age(name) > SOON
            signs.give(name)
            assert signs.age(name) < SOON
        assert touched.read_bytes() == b""
