# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""When a device counts as online, as offline, and as back."""

from __future__ import annotations

import pytest

from ansible_collections.community.remoteit.plugins.module_utils._fleet.presence import Presence, Sighting
from tests.doubles.fleet_cloud import id_of

PI = id_of(1)
# 2026-02-03T04:05:06Z
SINCE = 1770091506.0
BEFORE, THEN, LATER = (f"2026-02-03T04:{time}.000Z" for time in ("05:05", "05:06", "15:06"))


def pi(online: bool = True, last_reported: str | None = BEFORE, service_id: str | None = None) -> dict[str, Sighting]:
    """A look that sees the device."""
    return {PI: Sighting(PI, "pi", service_id, online, last_reported)}


def missing(presence: Presence, *looks: dict[str, Sighting], ahead: float = 0.0) -> list[str]:
    """What is missing after these looks."""
    for look in looks:
        presence.take(look, ahead)
    return presence.missing()


@pytest.mark.parametrize("is_online", [True, False])
def test_what_is_asked_for_is_what_is_seen_last(is_online: bool) -> None:
    assert missing(Presence([PI], online=True), pi(not is_online), pi(is_online)) == ([] if is_online else [PI])
    assert missing(Presence([PI], online=False), pi(not is_online), pi(is_online)) == ([PI] if is_online else [])


def test_what_is_not_there_is_offline() -> None:
    assert missing(Presence(["new"], online=True), {}) == ["new"]
    assert missing(Presence(["new"], online=False), {}) == []


def test_before_the_first_look_nothing_is_online() -> None:
    assert Presence([PI], online=True).missing() == [PI]


def test_missing_and_seen_are_in_the_order_in_which_they_were_asked_for() -> None:
    presence = Presence(["b", "c", "a"], online=True)
    sightings = {name: Sighting(id_of(1), name, None, name == "c", None) for name in "abc"}
    assert missing(presence, sightings) == ["b", "a"]
    assert [one.name for one in presence.seen()] == ["b", "c", "a"]


@pytest.mark.parametrize(("last_reported", "is_back"), [(BEFORE, False), (THEN, True), (LATER, True)])
def test_who_has_reported_since_is_back(last_reported: str, is_back: bool) -> None:
    presence = Presence([PI], online=True, since=SINCE)
    assert missing(presence, pi(last_reported=last_reported)) == ([] if is_back else [PI])


def test_who_was_seen_offline_is_back_whatever_it_last_reported() -> None:
    presence = Presence([PI], online=True, since=SINCE)
    assert missing(presence, pi(), pi(online=False), pi()) == []


def test_who_was_not_there_is_back_when_it_is() -> None:
    assert missing(Presence([PI], online=True, since=SINCE), {}, pi()) == []


def test_one_that_was_away_says_nothing_of_another() -> None:
    presence = Presence([PI, "other"], online=True, since=SINCE)
    other = {"other": Sighting(id_of(2), "other", None, True, BEFORE)}
    assert missing(presence, {**pi(online=False), **other}, {**pi(), **other}) == ["other"]


def test_who_has_reported_but_is_offline_is_not_back() -> None:
    assert missing(Presence([PI], online=True, since=SINCE), pi(online=False, last_reported=LATER)) == [PI]


@pytest.mark.parametrize(("ahead", "is_back"), [(0.0, True), (600.0, True), (601.0, False), (-3600.0, True)])
def test_since_is_by_our_clock_and_the_last_report_by_that_of_remoteit(ahead: float, is_back: bool) -> None:
    presence = Presence([PI], online=True, since=SINCE)
    assert missing(presence, pi(last_reported=LATER), ahead=ahead) == ([] if is_back else [PI])


@pytest.mark.parametrize("told", [None, "", "soon", "0000-00-00T00:00:00Z"])
def test_a_last_report_that_is_no_time_proves_nothing(told: str | None) -> None:
    assert missing(Presence([PI], online=True, since=SINCE), pi(last_reported=told)) == [PI]


def test_why_is_for_people() -> None:
    presence = Presence([PI, "new\n"], online=True)
    presence.take(pi(online=False), 0.0)
    assert presence.why(PI) == f"pi ({PI}) is offline"
    assert presence.why("new\n") == "new does not exist yet"
    presence.take(pi(online=False, service_id=id_of(1, 1)), 0.0)
    assert presence.why(PI) == f"service {id_of(1, 1)} of pi is offline"
    still = Presence([PI], online=False)
    still.take(pi(), 0.0)
    assert still.why(PI) == f"pi ({PI}) is online"


def test_who_is_online_but_was_never_away_is_told_so() -> None:
    presence = Presence([PI], online=True, since=SINCE)
    presence.take(pi(), 0.0)
    assert presence.why(PI) == f"pi ({PI}) is online, but not shown to have been away since 2026-02-03T04:05:06Z"
    presence.take(pi(online=False), 0.0)
    assert presence.why(PI) == f"pi ({PI}) is offline"


def test_what_is_returned() -> None:
    (sighting,) = pi(service_id=id_of(1, 1)).values()
    assert sighting.as_result() == {
        "id": PI,
        "name": "pi",
        "service_id": id_of(1, 1),
        "online": True,
        "last_reported": BEFORE,
    }
