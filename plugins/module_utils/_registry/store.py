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


class Store(Protocol):
    """Records by name, each as a whole. All methods raise RegistryError where the place cannot be used safely."""

    @property
    def renew_every(self) -> float | None:
        """Seconds after which a process has to say again that it lives; None where it need not."""

    def read(self, name: str) -> bytes | None:
        """The record, None when there is none, without waiting for its lock and without writing anything."""

    def read_many(self, names: Sequence[str]) -> list[bytes | None]:
        """Several records in the order of their names, read as read() does."""

    def records(self) -> Iterator[tuple[str, bytes]]:
        """All records by their names, read as read() does."""

    def locked(self, name: str, deadline: Deadline) -> AbstractContextManager[bytes | None]:
        """The record, which until this is left nobody else may write. Raises OutOfTimeError if somebody has it too long."""

    def write(self, name: str, record: bytes | None) -> None:
        """Replace the record in one step, or remove it. Only while it is locked."""

    def set_aside(self, name: str) -> str:
        """Move a record away that cannot be used, and say where to. Only while it is locked."""

    def title(self, name: str) -> str:
        """What the user knows the record by, as the beginning of a sentence."""

    def renew(self, holders: Collection[str]) -> None:
        """Renew the sign of life, for other machines, of those of the processes that run on this one."""

    def lapsed(self, holders: Collection[str]) -> set[str]:
        """Those of the processes that are on other machines, which have not said for too long that they live."""


def busy(deadline: Deadline, lock: str) -> OutOfTimeError:
    """The error for who waited for *lock* in vain."""
    return OutOfTimeError(
        f"Another process still opens or closes connections of this service after {deadline.seconds:g} "
        f"seconds (lock {lock}); try again, or raise timeout."
    )
