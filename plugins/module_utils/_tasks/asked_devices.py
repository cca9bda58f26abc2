# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The devices and services that a task is about, many of them: by ids or by names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .._base.errors import OptionError
from .._base.text import inert
from .._fleet.lookout import ASKED, DEVICES
from .._model.ids import is_id
from .._settings.checks import checked_listed_id

# The most that remote.it gives at once (vendor page "API Usage").
_MOST = 1000


def asked_for(params: Mapping[str, Any]) -> tuple[str, list[str]]:
    """The one option of ASKED that is given, and what it holds: canonical ids or names, each once. Raises OptionError."""
    option = next(name for name in ASKED if params[name] is not None)
    texts = params[option]
    if option == DEVICES:
        names: dict[str, str] = {}
        for text in texts:
            # Those that are shown alike are one.
            names.setdefault(inert(text), _checked_name(text))
        asked = list(names.values())
    else:
        asked = list(dict.fromkeys(checked_listed_id(option, text) for text in texts))
    if not 1 <= len(asked) <= _MOST:
        raise OptionError(
            f"{option} has {len(asked)} different items: give 1 to {_MOST}, or skip the task when there are none, and loop "
            "over batches when there are more."
        )
    return option, asked


def _checked_name(text: str) -> str:
    if not text.strip():
        raise OptionError("devices has an empty name: give names, or leave it out.")
    if is_id(text.strip()):
        raise OptionError(f"devices={text!r} is an id, not a name: set device_ids, or service_ids, instead of devices.")
    return text
