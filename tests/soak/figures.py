# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a soak came to."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from .operations import TIMEOUT

# How much longer than its time limit an operation may take, in seconds: the limit's second, and a busy machine.
_PATIENCE = 4.0
# They have time limits of their own.
_UNLIMITED = ("sweep", "tunnel", "use")
_SPECIFICS = (
    (re.compile(r"https?://[^\s,)]+"), "URL"),
    (re.compile(r"/[^\s,)]+\.(json|lock)[^\s,)]*"), "FILE"),
    (re.compile(r"([0-9A-F]{2}:){7}[0-9A-F]{2}"), "SERVICE"),
    (re.compile(r"\b[0-9a-fA-F]{8}-[0-9a-fA-F-]{27}\b"), "CONNECTION"),
    (re.compile(r"\b[0-9.]*[0-9]\b"), "N"),
)


def read_diaries(root: Path) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """What the processes wrote down: operations, and what those that came to the end say about themselves."""
    # The last line of a process that was killed may be half a line.
    lines = [line for path in root.glob("*.diary") for line in path.read_text().splitlines() if line.endswith("}")]
    entries = [json.loads(line) for line in lines]
    return [entry for entry in entries if "number" in entry], [entry for entry in entries if "peak" in entry]


def table(title: str, counted: Counter[str]) -> Iterator[str]:
    """*counted* as lines, the most frequent first."""
    yield f"{title}: {counted.total()}"
    for what, count in counted.most_common():
        yield f"{count:>8}  {what}"


def operations(entries: Iterable[dict[str, Any]]) -> Counter[str]:
    """How many operations there were of each kind, and what came of them."""
    return Counter(f"{entry['kind']}: {entry['outcome']}" for entry in entries)


def errors(entries: Iterable[dict[str, Any]]) -> Counter[str]:
    """How often each sentence was said, whatever service or connection it was about."""
    return Counter(f"{entry['error']}: {_general(entry['sentence'])}" for entry in entries if "sentence" in entry)


def faults(calls: Iterable[dict[str, Any]]) -> Counter[str]:
    """How often each fault hit a request."""
    return Counter(
        f"{call['fault']} {call['status']}" if call["fault"] == "status" else call["fault"]
        for call in calls
        if call["fault"]
    )


def complaints(entries: Iterable[dict[str, Any]]) -> Iterator[str]:
    """What no operation may do."""
    for entry in entries:
        if entry["outcome"] == "crash":
            yield f"{entry['kind']} (operation {entry['number']}) crashed:\n{entry['trace']}"
        if entry["seconds"] > TIMEOUT + _PATIENCE and entry["kind"] not in _UNLIMITED:
            yield f"{entry['kind']} (operation {entry['number']}) took {entry['seconds']:.1f} s of {TIMEOUT} s"


def _general(sentence: str) -> str:
    for pattern, name in _SPECIFICS:
        sentence = pattern.sub(name, sentence)
    return sentence
