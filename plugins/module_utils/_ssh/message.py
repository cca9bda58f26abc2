# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A word to the user of SSH when there is no server to speak for itself.

With ControlPersist, ssh sends the error output of its ProxyCommand to /dev/null (OpenSSH 9.2, ssh_proxy_connect). What
a server says when it disconnects is shown always, so that is how an error is said then.
"""

from __future__ import annotations

import contextlib
import os
import select
import struct
import sys

# RFC 4253, section 11.1
_MSG_DISCONNECT = 1
_SERVICE_NOT_AVAILABLE = 7
_BLOCK = 8
_WAIT = 5.0
# ssh shows no more of a reason (OpenSSH 9.2, ssh_packet_read_poll2), and what to do stands at the end.
_SHOWN = 400


def tell(sentence: str) -> None:
    """Make ssh, or the terminal, show *sentence* to the user."""
    if not os.path.samestat(os.fstat(2), os.stat(os.devnull)):
        sys.stderr.write(f"{sentence}\n")
        return
    with contextlib.suppress(OSError):
        os.write(1, disconnect(sentence))
        # ssh reads it only after it could write its own part.
        while select.select([0], [], [], _WAIT)[0] and os.read(0, 4096):
            pass


def disconnect(sentence: str) -> bytes:
    """What an SSH server sends that refuses a client for the reason in *sentence* (RFC 4253, sections 4.2, 6 and 11.1)."""
    # An argument or a path need not be text.
    text = _shortened(sentence).encode(errors="backslashreplace")
    payload = struct.pack(">BII", _MSG_DISCONNECT, _SERVICE_NOT_AVAILABLE, len(text)) + text + struct.pack(">I", 0)
    padding = _BLOCK - (5 + len(payload)) % _BLOCK
    if padding < 4:
        padding += _BLOCK
    return b"SSH-2.0-remoteit\r\n" + struct.pack(">IB", 1 + len(payload) + padding, padding) + payload + bytes(padding)


def _shortened(sentence: str) -> str:
    """*sentence*, without its middle where ssh would not show its end."""
    half = (_SHOWN - len(" … ".encode())) // 2
    return sentence if len(sentence) <= _SHOWN else f"{sentence[:half]} … {sentence[-half:]}"
