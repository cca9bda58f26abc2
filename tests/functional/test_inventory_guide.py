# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The guide shows what the commands in it really print. An ellipsis stands for text or lines that it leaves out."""

from __future__ import annotations

import re
import shlex
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

from .fleet_lab import PLUGIN, Fleet

pytestmark = pytest.mark.one_core

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "docsite" / "rst" / "guide_inventory.rst"
_BLOCK = re.compile(r"^\.\. code-block:: (yaml|console)\n\n((?:    .*\n|\n)+)", re.M)
_COMMAND = re.compile(r"^\$ ansible-inventory -i fleet\.remoteit\.yml (.*)\n((?:(?!\$ ).*\n)*)", re.M)


def commands() -> Iterator[tuple[str, str, str]]:
    """The configuration that stands before each command, its arguments, and what the guide says it prints."""
    config = ""
    for kind, indented in _BLOCK.findall(GUIDE.read_text()):
        block = textwrap.dedent(indented)
        if kind == "yaml" and f"plugin: {PLUGIN}\n" in block:
            config = block
        if kind == "console":
            for arguments, output in _COMMAND.findall(block):
                yield config, arguments, output


COMMANDS = list(commands())


def pattern(output: str) -> re.Pattern[str]:
    """A pattern of the output: a line of an ellipsis stands for any lines, one in a line for the rest of a text."""
    lines = (
        "(?:.*\n)*?" if line == "…" else re.escape(line).replace("…", ".*") + "\n"
        for line in output.rstrip().split("\n")
    )
    return re.compile("".join(lines) + r"\n*")


def test_the_guide_has_commands() -> None:
    assert {shlex.split(arguments)[0] for _config, arguments, _output in COMMANDS} == {"--graph", "--list", "--host"}


@pytest.mark.parametrize("number", range(len(COMMANDS)))
def test_what_a_command_prints(fleet: Fleet, number: int) -> None:
    config, arguments, output = COMMANDS[number]
    # In a directory without group_vars.
    listing = fleet.show(config, *shlex.split(arguments), name="guide/fleet.remoteit.yml")
    assert listing.returncode == 0, listing.errors
    assert pattern(output).fullmatch(listing.output), listing.output
