# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What keeps a device from being changed or removed: rights, and signs that it is in use or is another one."""

from __future__ import annotations

from .._base.dates import from_iso8601
from .._base.errors import OptionError, RefusedError
from .._base.text import inert, printable
from .device_view import MANAGE, DeviceView


def check_manageable(device: DeviceView) -> None:
    """Raise RefusedError if whoever asks may not change *device*."""
    if MANAGE not in device.permissions:
        raise RefusedError(
            f"No change: this access key may not manage {device.shown()}; ask {device.owner or 'its owner'} for MANAGE.",
            200,
            "",
        )


def check_removable(device: DeviceView, expect_name: str, min_offline: int, now: float) -> None:
    """Raise OptionError or RefusedError unless *device* is the one that is meant, the account's own, and out of use.

    *min_offline* is how many seconds remote.it must not have heard of it at *now*, seconds since the epoch.
    """
    if expect_name not in (device.name, inert(device.name)):
        raise OptionError(
            f"expect_name={expect_name!r} is not the name of {device.shown()}, so it may be another device than the one that "
            "is meant: compare id and name."
        )
    if not device.is_own:
        raise _refused(
            f"{device.shown()} belongs to {device.owner or 'another account'}: its owner removes it; for a device of an "
            "organisation, set account."
        )
    check_manageable(device)
    if device.online:
        raise _refused(
            f"{device.shown()} is online: uninstall the remote.it software on it, and wait until it is offline."
        )
    _check_silence(device, min_offline, now)
    if device.sessions:
        raise _refused(f"{device.shown()} has {device.sessions} open connections: close them.")


def _check_silence(device: DeviceView, min_offline: int, now: float) -> None:
    last = device.last_reported or device.created
    try:
        silence = now - from_iso8601(last or "")
    except ValueError:
        raise _refused(
            f"remote.it does not tell when it last heard of {device.shown()}: remove it in the remote.it application."
        ) from None
    if silence < min_offline:
        raise OptionError(
            f"min_offline={min_offline}: remote.it last heard of {device.shown()} at {printable(last or '')}, "
            f"{max(0, int(silence))} seconds ago: wait, or set min_offline to less."
        )


def _refused(why: str) -> RefusedError:
    return RefusedError(f"No removal: {why}", 200, "")
