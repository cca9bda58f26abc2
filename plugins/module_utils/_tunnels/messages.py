# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a multiplexer is told of a use that begins. The program that ssh starts imports this.

It holds no secret.
"""

from __future__ import annotations

import os
from collections.abc import Sequence

# The answer to a use that was taken over.
TAKEN = b"+"


class Use:
    """The use of a service that begins.

    :ivar words: the command line, for parse()
    :ivar directory: where relative paths in them begin
    :ivar run: the name of the run that it belongs to, as a holder; empty for none
    :ivar journal: the file where that run wants to read what was done; empty for none
    :ivar ssh: the command line of what started the program; empty where that cannot be seen
    :ivar by_streams: whether the program stays, and tells itself why it could not be connected
    """

    def __init__(
        self, words: Sequence[str], directory: str, run: str, journal: str, ssh: Sequence[str], by_streams: bool
    ) -> None:
        self.words = list(words)
        self.directory = directory
        self.run = run
        self.journal = journal
        self.ssh = list(ssh)
        self.by_streams = by_streams

    def encoded(self) -> bytes:
        """The message."""
        numbers = (str(len(self.words)), "s" if self.by_streams else "")
        return os.fsencode("\0".join((self.directory, self.run, self.journal, *numbers, *self.words, *self.ssh)))

    @classmethod
    def decoded(cls, data: bytes) -> Use:
        """The inverse of encoded(). Raises ValueError."""
        directory, run, journal, number, by_streams, *rest = os.fsdecode(data).split("\0")
        words = int(number)
        return cls(rest[:words], directory, run, journal, rest[words:], bool(by_streams))
