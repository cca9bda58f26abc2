# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A ProxyCommand for OpenSSH: it opens the tunnel of a service, or joins one, and closes it when SSH goes away.

``ssh -o ProxyCommand='python ssh_proxy.py 80:00:00:00:01:02:03:04' pi-kitchen``

Its path and its arguments are public: users' SSH configurations hold them.
"""

from __future__ import annotations

import os
import sys

if not __package__:
    # ssh runs this file by its path (PEP 366), where "plugins" may be somebody else's package.
    _collection = type(sys)("community_remoteit")
    _collection.__path__ = [os.path.dirname(os.path.dirname(os.path.abspath(__file__)))]
    sys.modules[_collection.__name__] = _collection
    __package__ = f"{_collection.__name__}.plugin_utils"

from ..module_utils._tunnels.program import main

if __name__ == "__main__":
    sys.exit(main(os.path.realpath(__file__), sys.argv[1:]))
