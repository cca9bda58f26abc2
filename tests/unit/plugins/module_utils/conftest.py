# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A simulator of remote.it in a thread, where a test is about what it makes of a change."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lab.site import Site, configuration
from tests.simulator.threaded import ThreadedSimulator


@pytest.fixture
def simulated(tmp_path: Path) -> Iterator[Site]:
    """A device with three TCP services and a web page, and one that is offline; nothing is behind them."""
    with ThreadedSimulator(configuration("127.0.0.1:9")) as cloud:
        yield Site(cloud, tmp_path)
