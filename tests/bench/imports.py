# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What it costs Ansible's main process to import the collection before it forks, beside importing Ansible itself."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator

from .collections import collection_path
from .measure import Row, row
from .plays import CONNECTION

_ROUNDS = 15
# The libraries that the collection needs come first: they are imported from bytecode, as Ansible is.
_PROGRAM = f"""
import json, sys, time

begun = time.process_time()
import ansible.cli.playbook
from ansible.executor.task_queue_manager import FinalQueue
from ansible.plugins.loader import action_loader, init_plugin_loader

theirs = time.process_time() - begun
FinalQueue()
init_plugin_loader()
action_loader.get("ansible.builtin.debug", class_only=True)
import requests, requests_http_signature

begun = time.process_time()
action_loader.get("{CONNECTION}", class_only=True)
ours = time.process_time() - begun
modules = [name for name in sys.modules if name.startswith("ansible_collections.community.remoteit.plugins.")]
print(json.dumps([ours, theirs, len(modules)]))
"""


def rows() -> Iterator[Row]:
    """The row of the import, measured in one process each time."""
    environ = {**os.environ, "ANSIBLE_COLLECTIONS_PATH": collection_path()}
    measured = []
    for _round in range(_ROUNDS):
        done = subprocess.run([sys.executable, "-c", _PROGRAM], env=environ, check=True, capture_output=True, text=True)
        measured.append(json.loads(done.stdout))
    how = f"{_ROUNDS} rounds, without the libraries of others; {measured[0][2]} modules and packages"
    ratios = [ours / theirs for ours, theirs, _modules in measured]
    yield row("importing the collection before forks, CPU : importing Ansible", ratios, "x", 0.2, how)
