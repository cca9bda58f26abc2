# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""All measurements, or those that are named."""

from __future__ import annotations

import argparse

from . import lookup_hit, proxy_command

_ROWS = {"lookup-hit": lookup_hit.main, "proxy-command": proxy_command.main}

if __name__ == "__main__":
    parser = argparse.ArgumentParser("tests.bench", description=__doc__)
    parser.add_argument("row", nargs="*", choices=[[], *_ROWS], default=[], help="what to measure, by default all")
    for row in parser.parse_args().row or _ROWS:
        _ROWS[row]()
