# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What can go wrong, told apart by what the caller may do next. Every message is a sentence for the user."""

from __future__ import annotations

import sys


class RemoteItError(Exception):
    """Base of all errors raised by this collection."""


class OptionError(RemoteItError):
    """An option has a value that cannot be used."""


class CredentialsError(RemoteItError):
    """The access key or the developer key is missing or unusable."""


class RegistryError(RemoteItError):
    """The registry of open connections cannot be read or written safely."""


class MissingLibraryError(RemoteItError):
    """A Python library that is needed is not installed, or does not work.

    :ivar library: the requirement, such as ``requests-http-signature>=2.0.0,<3``
    :ivar cause: why it does not work; empty when it is not installed
    """

    def __init__(self, library: str, cause: str = "") -> None:
        state = (
            f"cannot be used by {sys.executable} ({cause}); install it anew, with all that it needs"
            if cause
            else "is missing"
        )
        super().__init__(f"The Python library {library} {state}.")
        self.library = library
        self.cause = cause


class ApiError(RemoteItError):
    """remote.it could not be asked, or did not do what was asked.

    :ivar retry_after: seconds after which remote.it wants to be asked again, 0.0 where it did not say
    """

    def __init__(self, message: str, retry_after: float = 0.0) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class NotSentError(ApiError):
    """The request certainly had no effect: it never reached remote.it."""


class AnswerLostError(ApiError):
    """The request may have had its effect: it was sent, and no usable answer came back."""


class RefusedError(ApiError):
    """remote.it answered no.

    :ivar status: HTTP status code
    :ivar reason: the words of the answer, printable, possibly empty
    """

    def __init__(self, message: str, status: int, reason: str, retry_after: float = 0.0) -> None:
        super().__init__(message, retry_after)
        self.status = status
        self.reason = reason


class OutOfTimeError(ApiError):
    """The time allowed for the whole operation is over and nothing was left half done."""
