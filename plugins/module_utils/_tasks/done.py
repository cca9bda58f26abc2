# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a task had done before it failed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from .._base.errors import RemoteItError


@contextmanager
def telling(done: Sequence[str]) -> Iterator[None]:
    """Let an error tell what is *done*, a sentence for each change."""
    try:
        yield
    except RemoteItError as error:
        error.done = done
        raise
