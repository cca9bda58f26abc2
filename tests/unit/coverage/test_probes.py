# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What probes tell of a text, and that they change nothing else about it."""

from __future__ import annotations

import ast
import asyncio
import contextlib
import os
from pathlib import Path
from typing import Any

from tests.coverage.probes import with_probes

SOURCE = '''"""A text."""
from __future__ import annotations
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from never import Reached

class Both:
    """A class."""
    ü = "ü"; b: int = 2

def sums(numbers: list[int]) -> list[int]:
    found, n = [], iter(numbers)
    while (one := next(n, None)) is not None:
        try:
            with (contextlib.suppress(ValueError),
                  contextlib.nullcontext()):
                if one < 0 if one else False:
                    raise ValueError
                elif one > 5: found.append(1 /
                                           (one - 6))
                else:
                    found.append(one)
        except ZeroDivisionError:
            found.append(
                -1,
            )
        finally:
            pass
    else:
        return found
    for one in found:
        return [one]
'''
EVERYTHING = {3, 10, 13, 14, 16, 18, 19, 20, 23, 25, 29, 31, 32, 33}


def test_probes_tell_what_was_reached_and_change_nothing(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.touch()
    text, lines = with_probes(SOURCE.encode(), "plugins/a.py", str(log), os.O_WRONLY | os.O_APPEND)
    assert lines == EVERYTHING

    def reached() -> set[int]:
        entries = [entry.split(" ") for entry in log.read_text().splitlines()]
        assert {file for _line, file in entries} == {"plugins/a.py"}
        assert len(entries) == len({line for line, _file in entries})
        return {int(line) for line, _file in entries}

    names: dict[str, Any] = {"contextlib": contextlib}
    exec(compile(text, "a.py", "exec"), names)
    assert (names["Both"].ü, names["Both"].b, names["Both"].__doc__) == ("ü", 2, "A class.")
    assert names["__doc__"] == ast.get_docstring(ast.parse(SOURCE))
    assert reached() == {3, 10}
    assert names["sums"]([-3, 2]) == [2]
    assert reached() == {3, 10, 13, 14, 16, 18, 19, 20, 23, 29, 31}
    assert names["sums"]([0, 6, 7]) == [0, -1, 1.0]
    assert reached() == EVERYTHING - {32, 33}
    log.unlink()
    assert names["sums"]([]) == []


ASYNCHRONOUS = """from __future__ import annotations

async def numbers():
    yield 1

async def total() -> int:
    found = 0
    async with contextlib.AsyncExitStack():
        async for number in numbers():
            found += number
    return found
"""


def test_what_is_asynchronous_is_told_as_well(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.touch()
    text, lines = with_probes(ASYNCHRONOUS.encode(), "plugins/a.py", str(log), os.O_WRONLY | os.O_APPEND)
    assert lines == {4, 7, 8, 9, 10, 11}
    names: dict[str, Any] = {"contextlib": contextlib}
    exec(compile(text, "a.py", "exec"), names)
    assert asyncio.run(names["total"]()) == 1
    assert {int(entry.split(" ")[0]) for entry in log.read_text().splitlines()} == lines
