# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Options that a ProxyCommand can be given, as hypothesis makes them from the table of its options."""

from __future__ import annotations

import os
from typing import Any

from hypothesis import strategies as st

from ansible_collections.community.remoteit.plugins.module_utils._ssh.arguments import (
    OPTIONS,
    PATH,
    PLACE,
    SECONDS,
    SWITCH,
    Option,
)


def options(characters: st.SearchStrategy[str]) -> st.SearchStrategy[dict[str, Any]]:
    """Any of the options, with values that are valid, and texts and paths of these *characters*."""
    text = st.text(characters, min_size=1)
    paths = text.map(lambda one: os.path.abspath(f"/{one}"))
    values = {
        PATH: paths,
        PLACE: paths.map(lambda one: one.replace("\0", "").replace(":", "")) | st.just("redis://localhost/0?prefix=a"),
        SECONDS: st.floats(allow_nan=False),
        SWITCH: st.just(False),
    }

    def any_of(option: Option) -> st.SearchStrategy[Any]:
        return st.sampled_from(option.choices) if option.choices else values.get(option.kind, text)

    return st.fixed_dictionaries({}, optional={name: any_of(option) for name, option in OPTIONS.items()})
