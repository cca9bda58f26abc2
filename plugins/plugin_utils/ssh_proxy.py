# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A ProxyCommand for OpenSSH: it opens the tunnel of a service, or joins one, and closes it when SSH goes away.

``ssh -o ProxyCommand='python ssh_proxy.py 80:00:00:00:01:02:03:04' pi-kitchen``
"""

from __future__ import annotations

import os
import sys

if not __package__:
    # ssh runs this file by its path (PEP 366).
    sys.path[0] = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
    __package__ = "plugins.plugin_utils"

from ..module_utils._ssh_tunnel import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
