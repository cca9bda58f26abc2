# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What holds in every cell of the fault table, whatever its outcome; and the words for the outcome."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .cells import CHECK, CLOSE, LIST, OPEN, REQUESTS, Cell, Seen

# By how much a task may outlast its timeout.
_GRACE = 1.0


def is_late(cell: Cell, seen: Seen) -> bool:
    """Whether the task outlasted its timeout by more than it may."""
    return seen.seconds > cell.timeout + _GRACE


def broken(cell: Cell, seen: Seen, says: str, *, unseen: bool = False) -> list[str]:
    """The promises that are broken.

    An error must say what *says*, a regular expression, or that the time was over. If nothing can show that the
    connection is gone, that is *unseen*.
    """
    found = list(_always(cell, seen))
    if seen.error is not None:
        if not says or not re.search(f"{says}|time limit", str(seen.error), re.IGNORECASE | re.DOTALL):
            found.append(f"the message does not say what happened: {seen.error}")
    elif cell.operation in (OPEN, CHECK) and not unseen:
        found += _has_the_one(seen)
    elif cell.operation == CLOSE and (seen.after or seen.held):
        found.append(f"closed without an error, but {seen.after} is open and {seen.held} held")
    if seen.error is not None and cell.operation != LIST:
        found += [*_knows_what_is_open(cell, seen), *_ends_well(seen)]
    return found


def _always(cell: Cell, seen: Seen) -> Iterator[str]:
    if is_late(cell, seen):
        yield f"took {seen.seconds:.1f} seconds"
    if len(seen.after) > 1:
        yield f"{len(seen.after)} connections are open"
    if seen.error is None and not isinstance(seen.result, list):
        yield from _tells_the_truth(seen)


def _tells_the_truth(seen: Seen) -> Iterator[str]:
    if seen.outcome.changed != (seen.before != seen.after):
        yield f"changed is {seen.outcome.changed}, but open was {seen.before} and is {seen.after}"
    if not set(seen.outcome.closed) <= seen.before - seen.after:
        yield f"closed {seen.outcome.closed}, but open was {seen.before} and is {seen.after}"


def _has_the_one(seen: Seen) -> Iterator[str]:
    if seen.after != {seen.returned}:
        yield f"returned {seen.returned}, but open is {seen.after}"
    if seen.held != {seen.returned}:
        yield f"returned {seen.returned}, but the registry holds {seen.held}"


def _knows_what_is_open(cell: Cell, seen: Seen) -> Iterator[str]:
    if cell.operation == OPEN:
        may_be_open = re.search("A connection to .* may be open.*The next task .* closes it", str(seen.error))
        if seen.after and not may_be_open:
            yield f"{seen.after} is open, but the message does not say so: {seen.error}"
    elif not seen.after <= seen.held:
        yield f"{seen.after} is open, but the registry holds {seen.held}"


def _ends_well(seen: Seen) -> Iterator[str]:
    assert seen.next is not None
    if seen.next.error is not None:
        yield f"the next task fails: {seen.next.error}"
    elif seen.next.after or seen.next.held:
        yield f"after the next task {seen.next.after} is open and {seen.next.held} held"
    elif seen.next.outcome.changed != bool(seen.after):
        yield f"the next task says changed={seen.next.outcome.changed}, but open was {seen.after}"


# -- words ------------------------------------------------------------------------------------------------------------


def words(cell: Cell, seen: Seen) -> str:
    """What the guide says of the outcome."""
    if cell.operation == OPEN:
        return _of_opening(cell, seen)
    if cell.operation == CHECK:
        return _of_checking(seen)
    if cell.operation == CLOSE:
        return _of_closing(cell, seen)
    return "fails" if seen.error else "listed" if seen.asked["graphql.query"] == 1 else "listed after a retry"


def _asked(cell: Cell, seen: Seen) -> int:
    return seen.asked[".".join(REQUESTS[cell.operation, cell.wire])]


def _of_opening(cell: Cell, seen: Seen) -> str:
    if seen.error is not None:
        return "fails; says what may be open" if seen.after else "fails; nothing is open"
    if _asked(cell, seen) == 1:
        return "opened"
    closed = seen.asked["graphql.disconnect"]
    return "opened again, the lost one closed" if closed else "opened after a retry"


def _of_checking(seen: Seen) -> str:
    if seen.error is not None:
        return "fails; kept in the registry" if seen.held else "fails; nothing is open"
    if seen.outcome.changed:
        return "replaced by another"
    if seen.returned not in seen.after:
        return "used again, though it is gone"
    return "used again: its proxy answers" if seen.returned in seen.tried else "used again"


def _of_closing(cell: Cell, seen: Seen) -> str:
    if seen.error is not None:
        return "fails; kept in the registry" if seen.held else "fails; nothing is open"
    if not seen.outcome.changed:
        return "no change"
    return "closed" if _asked(cell, seen) == 1 else "closed after a retry"
