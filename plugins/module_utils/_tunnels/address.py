# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where the processes of a user listen that outlive what started them: the multiplexers, one for each environment, and what
sweeps at the end of a run.

The program that ssh starts imports this, so it imports little.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
import sys
from collections.abc import Iterator, Mapping, Sequence

# Of what is said through the sockets.
VERSION = "1"
# What a process was started with that decides how it reaches remote.it and the registry, and as whom.
_DECIDING = ("R3_", "REMOTEIT_REGISTRY", "SSL_CERT_")
_DECIDING_ALSO = {
    *("HOME", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"),
    *("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"),
}
_PATHS = (
    *("REMOTEIT_REGISTRY", "R3_CREDENTIALS_FILE"),
    *("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR"),
)
# Of one run: its name as a holder, and where it wants what is done to be noted.
ENV_RUN = "REMOTEIT_RUN"
ENV_JOURNAL = "REMOTEIT_JOURNAL"
_OF_ONE_USE = ("--timeout=", "--access=", "--client-ip=")
_OF_A_RUN = ".run"
# The path of a socket has about 100 characters, on some systems.
_LONGEST = 60


def directory(environ: Mapping[str, str] | None = None) -> str:
    """The directory of the sockets, which nobody else can enter; it is made if need be. Raises OSError.

    *environ* is the environment that counts, by default that of this process.
    """
    for path in _directories(os.environ if environ is None else environ):
        with contextlib.suppress(OSError):
            os.mkdir(path, 0o700)
        if _is_private(path) and os.access(path, os.W_OK):
            return path
    raise OSError(
        "no directory can be made for the sockets of tunnels: set XDG_RUNTIME_DIR to a directory of yours with a short path"
    )


def _directories(environ: Mapping[str, str]) -> Iterator[str]:
    """Those that will do, the best one first."""
    for parent in (environ.get("XDG_RUNTIME_DIR", ""), environ.get("TMPDIR", ""), "/tmp"):
        path = os.path.join(parent, f"remoteit-{os.geteuid()}")
        if os.path.isabs(parent) and len(path) <= _LONGEST and _can_be_trusted(parent):
            yield path


def _can_be_trusted(parent: str) -> bool:
    """Whether nobody else can put another directory in the place of one of ours there."""
    try:
        status = os.stat(parent)
    except OSError:
        return False
    is_for_all = status.st_mode & (stat.S_IWGRP | stat.S_IWOTH) and not status.st_mode & stat.S_ISVTX
    return status.st_uid in (0, os.geteuid()) and not is_for_all


def _is_private(path: str) -> bool:
    try:
        status = os.lstat(path)
    except OSError:
        return False
    return stat.S_ISDIR(status.st_mode) and status.st_uid == os.geteuid() and not status.st_mode & 0o077


def socket_path(program: str, words: Sequence[str]) -> str:
    """The socket of the multiplexer for *program*, the path of the one that ssh started, and its *words*. Raises OSError.

    What differs in keys, URLs, registry, web proxy, CA certificates or version of the collection has another one.
    """
    deciding = [
        VERSION,
        sys.executable,
        program,
        str(os.stat(program).st_mtime_ns),
        *(word for word in words if not (word.startswith(_OF_ONE_USE) or _is_service(word))),
        *(f"{name}={os.environ[name]}" for name in sorted(os.environ) if _decides(name)),
        *_namespaces(),
    ]
    return os.path.join(directory(), f"{_digest(*deciding)}.sock")


def _is_service(word: str) -> bool:
    return len(word) == 23 and not word.strip("0123456789abcdefABCDEF:")


def _decides(name: str) -> bool:
    return name.startswith(_DECIDING) or name.upper() in _DECIDING_ALSO


def see_paths_from(directory: str) -> None:
    """Make the paths in the environment absolute that begin in *directory*, where the multiplexer is not."""
    for name in _PATHS:
        path = os.environ.get(name, "")
        if path and not path.startswith(("/", "~")) and "://" not in path:
            os.environ[name] = os.path.join(directory, path)


def _namespaces() -> Iterator[str]:
    """Those of a container, where there are any: a process of another one sees other files, processes and networks."""
    for kind in ("mnt", "net", "pid"):
        with contextlib.suppress(OSError):
            yield os.readlink(f"/proc/self/ns/{kind}")


def run_socket(run: str) -> str:
    """Where this process, a multiplexer, is told that the run with this name has ended. Raises OSError."""
    return os.path.join(directory(), f"{_digest(run)}.{os.getpid()}{_OF_A_RUN}")


def sweeper_socket(run: str, environ: Mapping[str, str]) -> str:
    """Where what sweeps at the end of the run is told of that, and beforehand what it is to sweep. Raises OSError."""
    return os.path.join(directory(environ), f"{_digest(run)}{_OF_A_RUN}")


def run_sockets(run: str) -> list[str]:
    """Where all of these are told that the run has ended: who ends in order takes its own away."""
    begin = _digest(run)
    found = []
    for place in filter(_is_private, dict.fromkeys(_directories(os.environ))):
        with contextlib.suppress(OSError):
            names = sorted(os.listdir(place))
            found += [
                os.path.join(place, name) for name in names if name.startswith(begin) and name.endswith(_OF_A_RUN)
            ]
    return found


def _digest(*texts: str) -> str:
    return hashlib.sha256("\0".join(texts).encode(errors="surrogateescape")).hexdigest()[:16]
