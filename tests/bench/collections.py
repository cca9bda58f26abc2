# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where Ansible finds the collections that are measured."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from tests import conftest

ROOT = conftest.ROOT
# beside the interpreter that runs this, wherever the checkout is
_OTHERS = Path(sys.prefix) / "others"


def collection_path() -> str:
    """The value of ANSIBLE_COLLECTIONS_PATH."""
    return os.pathsep.join([os.environ["ANSIBLE_COLLECTIONS_PATH"], str(_OTHERS)])


def has_hetzner() -> bool:
    """Whether the collection of Hetzner Cloud is there."""
    return (_OTHERS / "ansible_collections" / "hetzner" / "hcloud").is_dir()
