# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Closes what a run of Ansible leaves, when that has ended, or says so by an empty line on its standard input.

Private to this collection, which starts it itself.
"""

from __future__ import annotations

import os
import signal
import sys
import types

if not __package__:
    # It is run by its path (PEP 366), where "plugins" may be somebody else's package.
    _collection = types.ModuleType("community_remoteit")
    _collection.__path__ = [os.path.dirname(os.path.dirname(os.path.abspath(__file__)))]
    sys.modules[_collection.__name__] = _collection
    __package__ = f"{_collection.__name__}.plugin_utils"

if __name__ == "__main__":
    # Before it waits: the run ends no sooner than this process does.
    from ..module_utils._connections.sweep import serve
    from ..module_utils._connections.sweep_orders import lines

    # Whoever ends all processes of a run means the run; this one ends when it has closed what is open.
    for number in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    serve(sys.argv[1], lines(0, sys.argv[1]))
