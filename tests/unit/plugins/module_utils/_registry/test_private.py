# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which directory is private enough to say where SSH connects to."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from ansible_collections.community.remoteit.plugins.module_utils._base.errors import RegistryError
from ansible_collections.community.remoteit.plugins.module_utils._registry.private import check_above, check_private
from tests.doubles.processes import OTHER_USER, as_other_user


@pytest.fixture
def anyones() -> Iterator[Path]:
    """A directory like /tmp: every user may write there, but remove only what is theirs."""
    with tempfile.TemporaryDirectory() as name:
        os.chmod(name, 0o1777)
        yield Path(name)


def made(path: Path, mode: int = 0o700) -> Path:
    """A directory at *path*, and those above it."""
    path.mkdir(parents=True)
    path.chmod(mode)
    return path


# -- the directory itself ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", [0o700, 0o500])
def test_what_only_we_can_enter_is_accepted(mode: int, tmp_path: Path) -> None:
    check_private(str(made(tmp_path / "registry", mode)))


@pytest.mark.parametrize("mode", [0o755, 0o750, 0o707, 0o701])
def test_what_is_open_to_others_is_refused(mode: int, tmp_path: Path) -> None:
    directory = made(tmp_path / "registry", mode)
    with pytest.raises(RegistryError) as caught:
        check_private(str(directory))
    assert str(caught.value) == (
        f"The registry directory {directory} is open to other users; run: chmod 700 {directory}"
    )


def test_what_belongs_to_another_user_is_refused() -> None:
    def work() -> str:
        # root's, and so nobody else's
        with pytest.raises(RegistryError) as caught:
            check_private("/")
        return str(caught.value)

    assert as_other_user(work) == "The registry directory / belongs to another user; set registry to your own one."


def test_a_link_is_followed_unless_another_user_planted_it(anyones: Path) -> None:
    made(anyones / "elsewhere")
    link = anyones / "registry"
    link.symlink_to(anyones / "elsewhere")
    check_private(str(link))
    if os.geteuid():
        pytest.skip("only root can give a link away")
    os.chown(link, OTHER_USER, OTHER_USER, follow_symlinks=False)
    with pytest.raises(RegistryError, match=f"^The registry directory {link} belongs to another user; "):
        check_private(str(link))


def test_what_is_none_is_told_by_the_system(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        check_private(str(tmp_path / "none"))
    (tmp_path / "file").touch(mode=0o600)
    with pytest.raises(NotADirectoryError):
        check_private(str(tmp_path / "file"))


# -- those above it ---------------------------------------------------------------------------------------------------


def refused_above(directory: Path) -> str:
    with pytest.raises(RegistryError) as caught:
        check_above(str(directory))
    return str(caught.value)


@pytest.mark.parametrize("mode", [0o777, 0o707, 0o703, 0o2777])
@pytest.mark.parametrize("above", ["a/b/c", "a/b", "a"])
def test_any_directory_above_that_anybody_may_write_to_is_refused(above: str, mode: int, tmp_path: Path) -> None:
    directory = made(tmp_path / "a" / "b" / "c" / "registry")
    (tmp_path / above).chmod(mode)
    assert refused_above(directory) == (
        f"The registry directory {directory} can be replaced by any user, who may write to {tmp_path / above}; run: "
        f"chmod o-w {tmp_path / above}"
    )
    # as it says
    (tmp_path / above).chmod(mode & ~0o002)
    check_above(str(directory))


@pytest.mark.parametrize("mode", [0o1777, 0o775, 0o755])
def test_one_where_no_stranger_can_replace_what_is_ours_is_accepted(mode: int, tmp_path: Path) -> None:
    directory = made(tmp_path / "a" / "registry")
    (tmp_path / "a").chmod(mode)
    check_above(str(directory))


def test_those_above_a_directory_that_is_not_there_yet_are_looked_at(tmp_path: Path) -> None:
    directory = tmp_path / "a" / "b" / "registry"
    check_above(str(directory))
    anybodys = made(tmp_path / "anybody", 0o777)
    assert str(anybodys) in refused_above(anybodys / "b" / "registry")


@pytest.mark.parametrize("side", ["link", "target"])
def test_where_a_link_leads_through_others_both_sides_are_looked_at(side: str, tmp_path: Path) -> None:
    target = made(tmp_path / "target" / "registry")
    link = made(tmp_path / "link") / "registry"
    link.symlink_to(target)
    (tmp_path / side).chmod(0o777)
    assert f"who may write to {tmp_path / side};" in refused_above(link)


def test_a_relative_path_is_looked_at_as_the_whole_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(made(tmp_path / "a"))
    (tmp_path / "a").chmod(0o777)
    assert f"who may write to {tmp_path / 'a'};" in refused_above(Path(f"relative-{tmp_path.name}"))


def test_what_can_be_no_directory_is_told_by_the_system(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(NotADirectoryError):
        check_above(str(tmp_path / "file" / "a" / "registry"))
