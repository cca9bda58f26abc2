# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A library that is missing, or does not work, is told of where it is needed and not where it is imported."""

from __future__ import annotations

from pathlib import Path

import pytest

from ansible_collections.community.remoteit.plugins.module_utils._base.errors import MissingLibraryError
from ansible_collections.community.remoteit.plugins.module_utils._base.library import Library


def failure(library: Library) -> MissingLibraryError:
    with pytest.raises(MissingLibraryError) as caught:
        library.require()
    assert caught.value.library == library.requirement
    return caught.value


def test_what_can_be_imported_is_not_complained_of() -> None:
    library = Library("json>=1")
    with library.imported():
        import json
    library.require()
    assert json


@pytest.mark.parametrize("requirement", ["no_such_library>=2,<3", "no-such-library>=2,<3", "no-such-library"])
def test_what_is_missing_is_told_when_it_is_needed(requirement: str) -> None:
    library = Library(requirement)
    with library.imported():
        __import__("no_such_library")
    assert failure(library).cause == ""
    # and each time
    assert failure(library).cause == ""


@pytest.mark.parametrize(
    ("source", "cause"),
    [
        ("import no_such_part", "ModuleNotFoundError: No module named 'no_such_part'"),
        ("raise OSError('libfast.so: cannot open\\x1b')", "OSError: libfast.so: cannot open\\x1b"),
        ("raise RuntimeError", "RuntimeError"),
        ("raise SystemExit('it ended.')", "SystemExit: it ended"),
        ("import json; json.no_such_thing", "AttributeError: module 'json' has no attribute 'no_such_thing'"),
    ],
)
def test_what_does_not_work_is_told_with_the_cause(
    source: str, cause: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a_broken_library.py").write_text(source)
    monkeypatch.syspath_prepend(tmp_path)
    library = Library("a-broken-library")
    with library.imported():
        __import__("a_broken_library")
    assert failure(library).cause == cause


def test_what_fails_when_it_is_used_is_told_there() -> None:
    library = Library("odd>=1")
    with pytest.raises(MissingLibraryError, match=r"odd>=1 cannot be used by .*ValueError: of no use"), library.used():
        raise ValueError("of no use.")
    # it was imported all the same
    library.require()


def test_ctrl_c_is_no_broken_library() -> None:
    library = Library("slow")
    with pytest.raises(KeyboardInterrupt), library.imported():
        raise KeyboardInterrupt
    library.require()


def test_another_library_that_is_missing_is_the_one_that_is_named() -> None:
    with pytest.raises(MissingLibraryError) as caught, Library("outer").used():
        raise MissingLibraryError("inner")
    assert caught.value.library == "inner"
