# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the registry asks of the place where it keeps its records."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from .._base.clock import Deadline
from .._base.errors import OutOfTimeError

# How often a lease is renewed while it lasts.
RENEWALS = 3
# How many times as often who has waited for long asks for a lock: each question is work.
_IMPATIENCE = 4.0


class Store(Protocol):
    """Records by name, each as a whole, and signs of life of the processes that need what is recorded.

    All methods raise RegistryError where the place cannot be used safely. They wait for the place until *deadline*, and at
    least for a moment, so that what was opened in time can be written down. A process on another machine lives as long as
    there is a sign of it that is young enough.
    """

    @property
    def renew_every(self) -> float:
        """Seconds after which a process has to say again that it lives."""

    def read(self, name: str, deadline: Deadline) -> bytes | None:
        """The record, None when there is none, without waiting for its lock and without writing anything."""

    def read_many(self, names: Sequence[str], deadline: Deadline) -> list[bytes | None]:
        """Several records in the order of their names, read as read() does."""

    def records(self, deadline: Deadline) -> Iterator[tuple[str, bytes]]:
        """All records by their names, read as read() does. RecordError comes after all that could be read."""

    def locked(self, name: str, deadline: Deadline) -> AbstractContextManager[bytes | None]:
        """The record, which until this is left nobody else may write. Raises OutOfTimeError if somebody has it too long."""

    def write(self, name: str, record: bytes | None, deadline: Deadline) -> None:
        """Replace the record in one step, or remove it. Only while it is locked."""

    def set_aside(self, name: str, deadline: Deadline) -> str:
        """Move a record away that cannot be used, and say where to. Only while it is locked."""

    def title(self, name: str) -> str:
        """What the user knows the record by, as the beginning of a sentence."""

    def renew(self, holders: Collection[str], deadline: Deadline) -> None:
        """Renew the sign of life, for other machines, of those of the processes that run on this one."""

    def lapsed(self, holders: Collection[str], deadline: Deadline) -> set[str]:
        """Those of the processes that are on other machines, which have not said for too long that they live."""

    def unsure(self, holders: Collection[str], deadline: Deadline) -> float:
        """Seconds until it is known of all the processes whether they have lapsed; 0.0 where it is."""

    def forget(self, holder: str, deadline: Deadline) -> None:
        """Take back the sign of life of a process that has ended."""

    def caveats(self, deadline: Deadline) -> list[str]:
        """What may make the place lose what it is given, a sentence each for the user."""


def pause(seconds: float, waited: float) -> float:
    """How long who has *waited* for a lock so many seconds waits until it asks again, at first *seconds*.

    Who has waited for longer asks more often, so that nobody starves where many want the same lock.
    """
    return seconds / min(1 + waited, _IMPATIENCE)


def busy(deadline: Deadline, lock: str) -> OutOfTimeError:
    """The error for who waited for *lock* in vain."""
    return OutOfTimeError(
        f"Another process still opens or closes connections of this service after {deadline.seconds:g} "
        f"seconds (lock {lock}); try again, or raise timeout."
    )
