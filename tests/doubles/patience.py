# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The patience of the core, as short as a test wants it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any
from unittest import mock

from ansible_collections.community.remoteit.plugins.module_utils._settings import settings
from ansible_collections.community.remoteit.plugins.module_utils._settings.patience import PATIENCE


@contextlib.contextmanager
def impatient(**changes: Any) -> Iterator[None]:
    """While it lasts, settings that are made of options have the usual patience but for *changes*."""
    with mock.patch.object(settings, "PATIENCE", PATIENCE._replace(**changes)):
        yield
