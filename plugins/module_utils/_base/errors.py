# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What can go wrong, told apart by what the caller may do next. Every message is a sentence for the user."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import Any


class RemoteItError(Exception):
    """Base of all errors raised by this collection.

    Itself, and ApiError, it is raised only by the lookup and for SSH, which show no more than the sentence.

    :ivar kind: by which a playbook tells it from others, one for each class; documented, so it stays as it is
    :ivar status: HTTP status code of the answer, None without one
    :ivar reason: remote.it's words, printable, possibly empty
    :ivar done: what had been changed before, a sentence for each, where a task makes several changes; None where it does not
    """

    kind = "other"
    status: int | None = None
    reason = ""
    done: Sequence[str] | None = None

    def as_result(self) -> dict[str, Any]:
        """What a task that fails with it returns: ``msg`` for people, ``error`` and ``done`` for playbooks."""
        error = {"kind": self.kind, "status": self.status, "reason": self.reason}
        result = {"failed": True, "msg": str(self), "error": error}
        return result if self.done is None else {**result, "changed": bool(self.done), "done": list(self.done)}


class OptionError(RemoteItError):
    """An option has a value that cannot be used."""

    kind = "options"


class CredentialsError(RemoteItError):
    """The access key or the developer key is missing or unusable."""

    kind = "credentials"


class RegistryError(RemoteItError):
    """The registry of open connections cannot be read or written safely."""

    kind = "registry"


class ControllerError(RemoteItError):
    """Ansible does not let us see what is needed there, such as the end of the run."""

    kind = "controller"


class MissingLibraryError(RemoteItError):
    """A Python library that is needed is not installed, or does not work.

    :ivar library: the requirement, such as ``requests-http-signature>=2.0.0,<3``
    :ivar cause: why it does not work; empty when it is not installed
    """

    kind = "library"

    def __init__(self, library: str, cause: str = "") -> None:
        python = sys.executable
        # It begins as Ansible's own sentence does, for which people search.
        message = (
            f"Failed to import the required Python library ({library}) on {os.uname().nodename}'s Python {python}. "
            f"Install it there: {python} -m pip install '{library}'; or, where a task is sent to a host, let "
            "ansible_python_interpreter name a Python that has it."
        )
        if cause:
            message = (
                f"The Python library {library} cannot be used by {python} ({cause}); install it anew, with all that it "
                "needs."
            )
        super().__init__(message)
        self.library = library
        self.cause = cause


class ApiError(RemoteItError):
    """remote.it could not be asked, or did not do what was asked.

    :ivar retry_after: seconds after which remote.it wants to be asked again, 0.0 where it did not say
    :ivar lost: how the answer to an earlier try of the same was lost, so that the try may have had its effect
    """

    lost: AnswerLostError | None = None

    def __init__(self, message: str, retry_after: float = 0.0, status: int | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after
        self.status = status

    def after(self, lost: AnswerLostError | None) -> ApiError:
        """This error, with the note that the answer to an earlier try was *lost*."""
        self.lost = lost
        return self


class NotSentError(ApiError):
    """The request certainly had no effect: it never reached remote.it."""

    kind = "not_sent"


class AnswerLostError(ApiError):
    """The request may have had its effect: it was sent, and no usable answer came back."""

    kind = "answer_lost"


class RefusedError(ApiError):
    """remote.it answered no. With status 200, it is the API that does, not the server."""

    kind = "refused"

    def __init__(self, message: str, status: int, reason: str, retry_after: float = 0.0) -> None:
        super().__init__(message, retry_after, status)
        self.reason = reason


class OutOfTimeError(ApiError):
    """The time allowed for the whole operation is over and nothing was left half done."""

    kind = "out_of_time"
