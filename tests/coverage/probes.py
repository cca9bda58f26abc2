# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Probes: calls, added to a source text without moving its lines, that write down which of them are reached.

A tracer would have to look at every line of Ansible too, which takes two thirds more CPU on Python 3.11, and would have
to be started in every process. Probes are where the text is: in forks, in modules that run from a zip archive, in
processes that are killed.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

# Text to be added before a place: the line from 1, the column in bytes.
_Edit = tuple[int, int, str]

# Everything is bound before a test can replace it, and nothing stays open.
_DEFINITION = """
import os
def _reached(line, seen=set(), error=OSError, open=os.open, write=os.write, close=os.close):
    if line not in seen:
        seen.add(line)
        try:
            descriptor = open({log!r}, {flags})
            write(descriptor, b"%d {file}\\n" % line)
            close(descriptor)
        except error:
            pass
del os
"""


def with_probes(source: bytes, file: str, log: str, flags: int) -> tuple[bytes, set[int]]:
    """*source* with a probe for each statement that does something, and the lines of those.

    What is reached is added to the file *log*, opened with *flags*, as a line that has the line's number and *file*.
    """
    tree = ast.parse(source)
    statements = list(_statements(tree.body))
    edits = [edit for statement in statements for edit in _probe(statement)]
    definition = _DEFINITION.format(log=log, flags=flags, file=file)
    edits += [(*_end(one), f"; exec({definition!r})") for one in tree.body if _is_future(one)]
    lines = source.splitlines(keepends=True)
    # From the end, so that nothing that is still to be found is moved.
    for line, column, text in sorted(edits, reverse=True):
        before = lines[line - 1]
        lines[line - 1] = before[:column] + text.encode() + before[column:]
    return b"".join(lines), {statement.lineno for statement in statements}


def _statements(body: Iterable[ast.stmt]) -> Iterator[ast.stmt]:
    """What does something: a line that only defines or begins a block is reached with what is in it."""
    for statement in body:
        if _is_future(statement) or _is_docstring(statement) or _is_for_types(statement):
            continue
        if not isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Try)):
            yield statement
        for block in ("body", "orelse", "finalbody"):
            yield from _statements(getattr(statement, block, ()))
        for handler in getattr(statement, "handlers", ()):
            yield from _statements(handler.body)


def _is_future(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.ImportFrom) and statement.module == "__future__"


def _is_docstring(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def _is_for_types(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.If) and ast.unparse(statement.test) == "TYPE_CHECKING"


def _probe(statement: ast.stmt) -> Iterator[_Edit]:
    """A call before a simple statement, or around the first expression of one that begins a block."""
    call = f"_reached({statement.lineno})"
    if isinstance(statement, (ast.If, ast.While)):
        first = statement.test
    elif isinstance(statement, (ast.For, ast.AsyncFor)):
        first = statement.iter
    elif isinstance(statement, (ast.With, ast.AsyncWith)):
        first = statement.items[0].context_expr
    else:
        yield statement.lineno, statement.col_offset, f"{call}; "
        return
    yield first.lineno, first.col_offset, f"({call} or ("
    yield *_end(first), "))"


def _end(node: ast.stmt | ast.expr) -> tuple[int, int]:
    """The line and the column where *node* ends."""
    assert node.end_lineno is not None and node.end_col_offset is not None
    return node.end_lineno, node.end_col_offset
