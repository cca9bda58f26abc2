# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The command line of the ProxyCommand: read with getopt, because argparse is slower than all else at its start."""

from __future__ import annotations

import getopt
from collections.abc import Sequence
from typing import Any

from .._base.errors import OptionError
from .._model.access import MODES
from .._settings.settings import APIS, DEFAULT_TIMEOUT, SIGNATURES

_TEXTS = ("profile", "credentials-file", "rest-url", "graphql-url", "ca-path", "registry", "client-ip")
_CHOICES = {"api": APIS, "signature": SIGNATURES, "access": MODES}
_SECONDS = ("request-timeout", "timeout")
_VALUED = (*_TEXTS, *_CHOICES, *_SECONDS)
_NO_CERTS = "no-validate-certs"


def parse(arguments: Sequence[str]) -> dict[str, Any]:
    """``service_id``, ``timeout`` and the API options, by their names, of those that are given. Raises OptionError."""
    try:
        given, services = getopt.gnu_getopt(list(arguments), "", [*(f"{name}=" for name in _VALUED), _NO_CERTS])
    except getopt.GetoptError as error:
        raise _refused(error.msg) from None
    if len(services) != 1:
        raise _refused(f"it takes one service id, not {len(services)}")
    options: dict[str, Any] = {"service_id": services[0], "timeout": DEFAULT_TIMEOUT}
    for option, text in given:
        name = option.removeprefix("--")
        if name == _NO_CERTS:
            options["validate_certs"] = False
        else:
            options[name.replace("-", "_")] = _value(name, text)
    return options


def _value(name: str, text: str) -> str | float:
    if name in _SECONDS:
        try:
            return float(text)
        except ValueError:
            raise _refused(f"--{name}={text!r} is not a number of seconds") from None
    choices = _CHOICES.get(name)
    if choices and text not in choices:
        raise _refused(f"--{name}={text!r} is none of {', '.join(choices)}")
    return text


def _refused(reason: str) -> OptionError:
    names = [f"--{name}" for name in (*_VALUED, _NO_CERTS)]
    return OptionError(
        f"the ProxyCommand of community.remoteit cannot be run so: {reason}. Give it a service id and any of "
        f"{', '.join(names)}."
    )
