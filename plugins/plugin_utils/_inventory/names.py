# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Names for hosts: safe as a pattern and as a file name, one for each host, and never another host's by accident."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass

# Host patterns give a meaning to , : [ ] * ? ! & ~ @ and to white space, and host_vars reads files by these names.
_UNSAFE = re.compile(r"[^\w.-]+")
# In bytes. Ansible calls files by the names of hosts, such as those of a fact cache, which ends the run of all hosts when
# one cannot have its file; file systems take 255 bytes.
_LONGEST = 128


@dataclass(frozen=True)
class Candidate:
    """A host that wants to be called *name*; *suffix* is unique to it, *shared* devices belong to somebody else."""

    name: str
    suffix: str
    shared: bool


def safe_name(text: str) -> str:
    """The beginning of *text* with letters, digits, ``_``, ``.`` and ``-`` only; empty when nothing is left of it."""
    words = _UNSAFE.sub(" ", unicodedata.normalize("NFC", text)).split()
    name = "-".join(filter(None, (word.strip("-.") for word in words)))
    return name.encode()[:_LONGEST].decode(errors="ignore").strip("-.")


# Whether a name is that of another machine than the candidate with this index.
IsOther = Callable[[str, int], bool]


def unique_names(
    candidates: Sequence[Candidate], groups: Collection[str], is_other: IsOther
) -> tuple[list[str], list[str]]:
    """The name of each candidate, and those wanted names that were not given to all who wanted them.

    Nobody takes the name of one of *groups*: to Ansible it would win over the group. Nobody takes the name of another
    machine in an inventory that was read before. Of two own hosts with one name, neither keeps it, so that it cannot
    come to mean the other one. A device that others share does not take away the name of an own one.
    """
    given: dict[int, str] = {}
    taken = {*groups, "all", "ungrouped", "localhost", "127.0.0.1", "::1"}
    for shared in (False, True):
        indexes = [index for index, candidate in enumerate(candidates) if candidate.shared is shared]
        _give(candidates, indexes, given, lambda name, index: name in taken or is_other(name, index))
        taken.update(given[index] for index in indexes)
    names = [given[index] for index in range(len(candidates))]
    changed = {candidate.name for candidate, name in zip(candidates, names, strict=True) if candidate.name != name}
    return names, sorted(changed)


def _give(candidates: Sequence[Candidate], indexes: Iterable[int], given: dict[int, str], is_taken: IsOther) -> None:
    """Name the candidates at *indexes*: first those who are alone, because they may keep what they want."""
    indexes = list(indexes)
    counted = Counter(candidates[index].name for index in indexes)
    for index in indexes:
        name = candidates[index].name
        if counted[name] == 1 and not is_taken(name, index):
            given[index] = name
    names = {given[index] for index in indexes if index in given}
    for index in indexes:
        if index not in given:
            name = f"{candidates[index].name}-{candidates[index].suffix}"
            while name in names or is_taken(name, index):
                name += f"-{candidates[index].suffix}"
            given[index] = name
            names.add(name)
