# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: lab_json
type: stdout
short_description: Writes a JSON document at the end, and nothing else
description:
  - Writes the statistics of the run as a JSON document to the standard output at its end.
"""

import json
from typing import Any

from ansible.plugins.callback import CallbackBase


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "stdout"
    CALLBACK_NAME = "lab_json"

    def v2_playbook_on_stats(self, stats: Any) -> None:
        self._display.display(json.dumps({host: stats.summarize(host) for host in stats.processed}))
