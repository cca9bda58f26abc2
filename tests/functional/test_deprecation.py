# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An option that is to go away still works, and says so in the controller as it would in a module."""

from __future__ import annotations

from tests.lab.lab import Lab
from tests.lab.world import DATABASE

from .tasks import connection

# What CONTRIBUTING asks for where an option is deprecated.
ACTION = """\
from ansible_collections.community.remoteit.plugins.plugin_utils._run.action import TaskAction

SPEC = {
    "old": {"type": "str", "removed_in_version": "99.0.0", "removed_from_collection": "community.remoteit"},
    "new": {
        "type": "str",
        "aliases": ["former"],
        "deprecated_aliases": [{"name": "former", "version": "99.0.0", "collection_name": "community.remoteit"}],
    },
}


class ActionModule(TaskAction):
    def run(self, tmp=None, task_vars=None):
        return self.run_task(lambda params, check_mode, warn: {"got": params}, SPEC, task_vars)
"""


def test_what_is_deprecated_works_and_says_so_once(lab: Lab) -> None:
    place = lab.root / "deprecating"
    place.mkdir()
    (place / "aging.py").write_text(ACTION)
    run = lab.run_tasks(
        {"name": "old", "aging": {"old": "x"}, "loop": [1, 2]},
        {"name": "former", "aging": {"former": "y"}},
        connection("twice", DATABASE, service_address=DATABASE, state="absent"),
        environ={"ANSIBLE_ACTION_PLUGINS": str(place), "ANSIBLE_DEPRECATION_WARNINGS": "1", "COLUMNS": "500"},
    )
    assert run.returncode == 0, run.output
    assert run.result("former").result["got"]["new"] == "y"
    for sentence in (
        "Param 'old' is deprecated. See the module docs for more information",
        "Alias 'former' is deprecated. See the module docs for more information",
    ):
        (line,) = [line for line in run.output.splitlines() if sentence in line]
        assert line.startswith("[DEPRECATION WARNING]")
        assert "removed from collection 'community.remoteit' version 99.0.0" in line
    assert run.output.count("Both option service_id and its alias service_address are set.") == 1
