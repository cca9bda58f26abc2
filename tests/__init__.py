# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tests of community.remoteit, and what they need."""

from __future__ import annotations

import os
from pathlib import Path

# What is tested: this checkout, or a collection that was made of it.
COLLECTION = Path(os.environ.get("TESTED_COLLECTION") or Path(__file__).resolve().parents[1])
