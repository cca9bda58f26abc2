# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where Ansible finds the collections that are measured."""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_OTHERS = ROOT / ".venv" / "others"


def collection_path() -> str:
    """The value of ANSIBLE_COLLECTIONS_PATH."""
    return os.pathsep.join(str(path) for path in (ROOT / ".venv" / "tree", _OTHERS))


def has_hetzner() -> bool:
    """Whether the collection of Hetzner Cloud is there."""
    return (_OTHERS / "ansible_collections" / "hetzner" / "hcloud").is_dir()
