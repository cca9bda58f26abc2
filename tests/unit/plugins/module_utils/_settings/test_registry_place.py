# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ansible_collections.community.remoteit.plugins.module_utils._base.errors import OptionError
from ansible_collections.community.remoteit.plugins.module_utils._settings.registry_place import absolute_registry


def refused(given: str) -> str:
    with pytest.raises(OptionError) as caught:
        absolute_registry(given)
    return str(caught.value)


@pytest.mark.parametrize("value", ["a\0b", "a\ud800b"])
def test_a_registry_that_is_no_path_is_refused(value: str) -> None:
    assert refused(value) == f"registry={value!r} is not a directory: give the path of one."


def test_a_password_in_the_registry_is_refused_and_not_shown() -> None:
    message = refused("redis://runner:s3cret@localhost/0")
    assert message.startswith("registry='redis://runner:********@localhost/0' cannot be used: a password is shown to")
    assert "s3cret" not in message


def test_a_tilde_in_the_registry_is_home(home: Path) -> None:
    assert absolute_registry("~/r") == os.path.join(home, "r")


@pytest.mark.parametrize("given", ["r", "./r/", "s/../r"])
def test_a_registry_is_the_same_wherever_a_process_goes(
    given: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert absolute_registry(given) == str(tmp_path / "r")


@pytest.mark.parametrize("given", ["~nobody-has-this-name/r", "~nobody-has-this-name"])
def test_a_registry_in_an_unknown_home_is_refused(given: str) -> None:
    assert refused(given) == (
        f"registry={given} is below a home directory that is not known: give the whole path, or set HOME."
    )
