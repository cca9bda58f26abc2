# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Closes what a run of Ansible leaves, when that has ended: it listens on its standard input, a socket, for what that may be.

Private to this collection, which starts it itself.
"""

from __future__ import annotations

import os
import sys
import types

if not __package__:
    # It is run by its path (PEP 366), where "plugins" may be somebody else's package.
    _collection = types.ModuleType("community_remoteit")
    _collection.__path__ = [os.path.dirname(os.path.dirname(os.path.abspath(__file__)))]
    sys.modules[_collection.__name__] = _collection
    __package__ = f"{_collection.__name__}.plugin_utils"

if __name__ == "__main__":
    from ..module_utils._connections.sweep import main

    main(*sys.argv[1:])
