# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import contextlib
import os

import pytest

from ansible_collections.community.remoteit.plugins.module_utils._base.environment import environment
from ansible_collections.community.remoteit.plugins.module_utils._base.errors import OptionError

pytestmark = pytest.mark.one_core


def test_it_is_another_one_only_while_it_lasts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REMOTEIT_TEST_A", "before")
    monkeypatch.delenv("REMOTEIT_TEST_B", raising=False)
    before = dict(os.environ)
    with contextlib.suppress(KeyError), environment({"REMOTEIT_TEST_A": "", "REMOTEIT_TEST_B": "ä=\n"}):
        assert dict(os.environ) == {**before, "REMOTEIT_TEST_A": "", "REMOTEIT_TEST_B": "ä=\n"}
        raise KeyError
    assert dict(os.environ) == before


@pytest.mark.parametrize(
    ("name", "value"), [("", "secret"), ("A=", "secret"), ("A\0", "secret"), ("A", "secret\0"), ("A", "secret\ud800")]
)
def test_what_can_be_no_variable_is_refused_and_changes_nothing(name: str, value: str) -> None:
    before = dict(os.environ)
    with pytest.raises(OptionError) as caught, environment({"REMOTEIT_TEST_A": "1", name: value}):
        pass
    assert "cannot be set" in str(caught.value) and "secret" not in str(caught.value)
    assert dict(os.environ) == before
