# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an exchange that failed means for the caller, in one sentence: who failed, remote.it or a web proxy, and why."""

from __future__ import annotations

import http.client
import os
import re
import ssl

from .._base.errors import AnswerLostError, NotSentError, OptionError
from .._base.text import printable
from .http_session import REQUESTS, SECURING, TUNNELLING, Progress

with REQUESTS.imported():
    import requests
    import urllib3.exceptions

    _WRAPPERS = (requests.exceptions.RequestException, urllib3.exceptions.HTTPError)
    _TIMEOUTS = (requests.exceptions.Timeout, urllib3.exceptions.TimeoutError)
    _NO_URL = (requests.exceptions.InvalidURL, urllib3.exceptions.LocationValueError, UnicodeError)

# What the libraries put around the words of an error.
_AROUND = re.compile(r"Tunnel connection failed: |\[Errno -?\d+\] ")
# Read by requests, the first one first, where certificates are checked and no CA is named.
_CA_VARIABLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")


def check_ca(name: str, path: str) -> None:
    """Raise OptionError if *path*, the value of *name*, is a file without CA certificates, or is not there.

    A directory is not read before a certificate is looked for.
    """
    try:
        if not os.path.isdir(path):
            ssl.create_default_context(cafile=path)
    except OSError as error:
        raise OptionError(f"{name}={path} cannot be used as CA certificates: {_cause(error)}.") from None


def check_ca_of_environment() -> None:
    """Raise OptionError if the environment names CA certificates that cannot be used."""
    for name in _CA_VARIABLES:
        if path := os.environ.get(name):
            check_ca(name, path)
            return


def not_sent(url: str, limit: float, error: Exception, progress: Progress) -> NotSentError:
    """What *error* means that came before the request could be sent within *limit* seconds."""
    if isinstance(error, _NO_URL):
        # The cause may quote a part of the web proxy's URL, in which there may be a password.
        return NotSentError(f"{url} cannot be asked: it, or the URL of the web proxy in the environment, is not one.")
    if progress.proxy and progress.stage < SECURING:
        return _no_way_through(url, limit, error, progress)
    cause = _cause(error)
    if _is_certificate(error):
        return NotSentError(
            f"The TLS certificate of {url} is not trusted ({cause}); if a private CA signed it, set ca_path."
        )
    if _is_over(error):
        return NotSentError(f"{url} could not be reached within {round(limit, 1):g} seconds.")
    if isinstance(error, requests.exceptions.SSLError):
        return NotSentError(f"{url} could not be reached: TLS failed ({cause}).")
    return NotSentError(f"{url} could not be reached ({cause}).")


def _no_way_through(url: str, limit: float, error: Exception, progress: Progress) -> NotSentError:
    """What *error* means that the web proxy is to blame for."""
    proxy, cause = progress.proxy, _cause(error)
    if _is_certificate(error):
        return NotSentError(
            f"{url} was not asked: the TLS certificate of the web proxy {proxy} is not trusted ({cause}); if a private "
            "CA signed it, set ca_path."
        )
    if _is_over(error):
        cause = f"no answer within {round(limit, 1):g} seconds"
    # Whoever speaks SOCKS does not tell one from the other.
    if progress.stage == TUNNELLING or proxy.startswith("socks"):
        return NotSentError(f"{url} was not asked: the web proxy {proxy} did not open a tunnel to it ({cause}).")
    return NotSentError(f"{url} was not asked: the web proxy {proxy} could not be reached ({cause}).")


def answer_lost(url: str, limit: float, error: Exception) -> AnswerLostError:
    """What *error* means that came when the request may have been sent."""
    if _is_over(error):
        return AnswerLostError(f"{url} did not answer within {round(limit, 1):g} seconds.")
    origin = _origin(error)
    if isinstance(origin, ssl.SSLError):
        return AnswerLostError(f"TLS with {url} failed ({_cause(error)}).")
    if isinstance(origin, (ConnectionError, http.client.IncompleteRead)):
        return AnswerLostError(f"The connection to {url} broke before the answer was complete.")
    return AnswerLostError(f"The answer of {url} could not be read ({_cause(error)}).")


def _is_over(error: Exception) -> bool:
    """Whether the time was over, by our own limit and not by one of the system."""
    origin = _origin(error)
    return isinstance(origin, _TIMEOUTS) or (isinstance(origin, TimeoutError) and origin.errno is None)


def _is_certificate(error: Exception) -> bool:
    origin = _origin(error)
    # Not every version of urllib3 leaves the host's name to the ssl module.
    by_urllib3 = isinstance(error, requests.exceptions.SSLError) and isinstance(origin, ValueError)
    return by_urllib3 or isinstance(origin, ssl.SSLCertVerificationError)


def _origin(error: BaseException) -> BaseException:
    """The error that requests and urllib3 wrapped."""
    while isinstance(error, _WRAPPERS) and not isinstance(error, http.client.IncompleteRead):
        inner = error.__context__ or error.__cause__
        if inner is None:
            break
        error = inner
    return error


def _cause(error: BaseException) -> str:
    """The words of the error that began it."""
    origin = _origin(error)
    if isinstance(origin, ssl.SSLCertVerificationError):
        words = getattr(origin, "verify_message", "") or str(origin)
    elif isinstance(origin, ssl.SSLError) and origin.reason:
        words = origin.reason.replace("_", " ").lower()
    elif isinstance(origin, OSError) and origin.strerror:
        words = origin.strerror
    elif isinstance(origin, ValueError) and not isinstance(origin, requests.exceptions.InvalidSchema):
        # It may quote what it was given, such as a key.
        words = ""
    else:
        words = _AROUND.sub("", str(origin))
    words = printable(words).rstrip(".")
    return words if " " in words else f"{type(origin).__name__} {words}".rstrip()
