# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options that modules share, as their argument specs and their documentation have them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.community.remoteit.plugins.module_utils._model.access import MODES
from ansible_collections.community.remoteit.plugins.module_utils._tasks import argspec
from ansible_collections.community.remoteit.plugins.module_utils._tasks.argspec import (
    access_argument_spec,
    api_argument_spec,
    service_argument_spec,
)
from ansible_collections.community.remoteit.plugins.module_utils._tasks.filter_argspec import filter_argument_spec

FRAGMENTS = Path(argspec.__file__).parents[2] / "doc_fragments"


def test_secrets_are_hidden_from_logs_and_an_id_is_not() -> None:
    hidden = {name for name, option in api_argument_spec().items() if option.get("no_log")}
    assert hidden == {"secret_access_key", "developer_key", "registry_password"}
    # it stands in messages, which no_log would blank out
    assert api_argument_spec()["access_key_id"]["no_log"] is False


def documented(name: str) -> dict[str, dict[str, Any]]:
    """The options in the doc fragment of that name."""
    (path,) = FRAGMENTS.glob(f"*{name}.py")
    source = re.search('DOCUMENTATION = r"""(.*?)"""', path.read_text(encoding="utf-8"), re.S)
    assert source
    options: dict[str, dict[str, Any]] = yaml.safe_load(source[1])["options"]
    return options


@pytest.mark.parametrize(
    ("fragment", "spec"),
    [
        ("remoteit", api_argument_spec()),
        ("service", {name: option for name, option in service_argument_spec().items() if name != "service_id"}),
        ("filters", filter_argument_spec()),
    ],
)
def test_each_option_is_documented_as_it_is(fragment: str, spec: dict[str, dict[str, Any]]) -> None:
    keys = ("type", "elements", "choices", "default")
    told = {name: {key: option.get(key) for key in keys} for name, option in documented(fragment).items()}
    assert told == {name: {key: option.get(key) for key in keys} for name, option in spec.items()}


def test_whoever_may_use_a_connection_is_one_of_the_modes() -> None:
    assert access_argument_spec()["access"]["choices"] == list(MODES)
