# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Make ``ansible_collections.community.remoteit`` importable from a checkout at any path."""

from __future__ import annotations

import atexit
import os
import shutil
import sys
import tempfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


def _linked_tree(collection: Path) -> Path:
    tree = Path(tempfile.mkdtemp(prefix="remoteit-tree-"))
    atexit.register(shutil.rmtree, tree, ignore_errors=True)
    namespace = tree / "ansible_collections" / "community"
    namespace.mkdir(parents=True)
    (namespace / "remoteit").symlink_to(collection)
    return tree


def _make_importable() -> None:
    from ansible.utils.collection_loader import AnsibleCollectionConfig
    from ansible.utils.collection_loader._collection_finder import _AnsibleCollectionFinder

    from tests import COLLECTION

    in_place = COLLECTION.parts[-3:-1] == ("ansible_collections", "community")
    tree = COLLECTION.parents[2] if in_place else _linked_tree(COLLECTION)
    # for the commands that tests start: this collection, and the Ansible of this very interpreter
    os.environ["ANSIBLE_COLLECTIONS_PATH"] = str(tree)
    os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    if AnsibleCollectionConfig.collection_finder is None:
        _AnsibleCollectionFinder(paths=[str(tree)])._install()


def pytest_configure(config: pytest.Config) -> None:
    """Register our markers here: ansible-test reads no pyproject.toml."""
    config.addinivalue_line(
        "markers", "one_core: shows nothing new on another ansible-core, so the gate runs it on one"
    )
    config.addinivalue_line("markers", "slow: waits for something, so make quick leaves it out")
    config.addinivalue_line("markers", "either_registry: holds for connections that are remembered in Redis, too")


if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))
# ansible-test has its own loader in place by now
if not any(name.partition(".")[0] == "ansible_collections" for name in sys.modules):
    _make_importable()
