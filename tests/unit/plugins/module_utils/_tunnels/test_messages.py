# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os

from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.community.remoteit.plugins.module_utils._tunnels.messages import Use

# Any bytes that an argument, a path or a variable may have.
TEXT = st.binary(max_size=20).map(lambda data: os.fsdecode(data.replace(b"\0", b"")))
WORDS = st.lists(TEXT, max_size=5)


@given(WORDS, TEXT, TEXT, TEXT, WORDS, st.booleans())
def test_what_is_said_of_a_use_is_understood(
    words: list[str], directory: str, run: str, journal: str, ssh: list[str], by_streams: bool
) -> None:
    said = Use(words, directory, run, journal, ssh, by_streams)
    assert vars(Use.decoded(said.encoded())) == vars(said)
