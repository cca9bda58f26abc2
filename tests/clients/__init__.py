# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Signature libraries of others verify what the collection sends: ``python -m tests.clients``."""

from __future__ import annotations

from tests import conftest

assert conftest.ROOT.exists(), "importing it makes the collection importable"
