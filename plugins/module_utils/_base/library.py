# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The Python libraries of others: imported if they work, and told of where they are needed if they do not."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator

from .errors import MissingLibraryError
from .text import printable


class Library:
    """A library that may be missing, or not work. *requirement* is such as ``requests>=2.34.2,<3``."""

    def __init__(self, requirement: str) -> None:
        self.requirement = requirement
        self._failure: MissingLibraryError | None = None

    @contextlib.contextmanager
    def imported(self) -> Iterator[None]:
        """Around its import: whatever that raises is raised by require() instead, as MissingLibraryError."""
        try:
            with self.used():
                yield
        except MissingLibraryError as failure:
            self._failure = failure

    @contextlib.contextmanager
    def used(self) -> Iterator[None]:
        """Around its use, where it may fail because it does not work with what it needs. Raises MissingLibraryError."""
        try:
            yield
        except (KeyboardInterrupt, MissingLibraryError):
            raise
        # A part of it that was not made for this machine, or is damaged, raises anything.
        except BaseException as error:  # noqa: BLE001
            raise MissingLibraryError(self.requirement, self._cause(error)) from None

    def require(self) -> None:
        """Raise MissingLibraryError if it could not be imported."""
        if self._failure is not None:
            raise MissingLibraryError(self.requirement, self._failure.cause)

    def _cause(self, error: BaseException) -> str:
        name = re.split("[<>=]", self.requirement)[0]
        if isinstance(error, ModuleNotFoundError) and error.name in (name, name.replace("-", "_")):
            return ""
        words = printable(str(error)).rstrip(".")
        return f"{type(error).__name__}: {words}" if words else type(error).__name__
