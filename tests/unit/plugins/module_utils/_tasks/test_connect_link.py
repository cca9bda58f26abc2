# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The task that has a connect link be as it is described; whole playbooks are in tests/functional/test_connect_link.py."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ansible_collections.community.remoteit.plugins.module_utils._base.errors import OptionError, RemoteItError
from ansible_collections.community.remoteit.plugins.module_utils._changes.link_writes import set_link
from ansible_collections.community.remoteit.plugins.module_utils._tasks import connect_link
from tests.doubles.task import parameters
from tests.lab.site import PAGE, SERVICE, Site, configuration
from tests.lab.world import service_id
from tests.simulator.threaded import ThreadedSimulator

pytestmark = pytest.mark.slow

OFFICE = ["192.0.2.0/24"]
# Without any word of passwords, each run with one changes something.
BEHAVIOURS = [
    {"link_password": password, "link_url": url} for password in ("plain", "stars") for url in ("stable", "rotates")
]


def run(site: Site, *, check: bool = False, **options: Any) -> dict[str, Any]:
    given = parameters(connect_link.argument_spec(), site.settings(), **{"service_id": PAGE, **options})
    return connect_link.run(given, check, site.warnings.append)


def warned(site: Site) -> list[str]:
    """What was warned of since the last time."""
    said = list(site.warnings)
    site.warnings.clear()
    return said


def test_what_everybody_can_open_is_warned_of_each_time(simulated: Site) -> None:
    for _time in range(2):
        run(simulated)
        (said,) = warned(simulated)
        assert said.startswith(
            "As far as remote.it tells, anybody on the Internet who has the URL can open the connect link of service 04"
        )
    run(simulated, state="disabled")
    run(simulated, allow=OFFICE)
    assert warned(simulated) == []


def test_a_url_that_is_another_one_after_switching_on_is_told(tmp_path: Any) -> None:
    with ThreadedSimulator(configuration("127.0.0.1:9", link_url="rotates")) as cloud:
        site = Site(cloud, tmp_path)
        old = run(site, allow=OFFICE)["link"]["url"]
        assert run(site, state="disabled")["link"]["url"] == old
        assert warned(site) == []
        new = run(site)["link"]["url"]
        (said,) = warned(site)
        assert said.endswith(f"has another URL than before: {new} instead of {old}.")


@pytest.mark.parametrize(
    ("rule", "changes", "again"),
    [("plain", True, False), ("stars", False, False), ("omitted", True, True)],
)
def test_a_password_is_set_again_only_if_it_is_told_to_be_another(
    rule: str, changes: bool, again: bool, tmp_path: Any
) -> None:
    with ThreadedSimulator(configuration("127.0.0.1:9", link_password=rule)) as cloud:
        site = Site(cloud, tmp_path)
        assert run(site, password="sesame")["link"]["has_password"]
        assert run(site, password="other")["changed"] is changes
        assert run(site, password="other")["changed"] is again
        assert any("does not tell whether the connect link of" in one for one in warned(site)) is (rule == "omitted")
        for _time in range(2):
            assert run(site, password="sesame", update_password="always")["changed"]
        assert run(site, password="")["changed"] is (rule != "omitted")
        assert not run(site, password="")["link"]["has_password"]


def test_a_lost_list_is_told(simulated: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    made = run(simulated, allow=OFFICE)["link"]
    # as if what is not sent did not stay
    monkeypatch.setattr(connect_link, "set_link", lambda *given: set_link(*given)._replace(allow=()))
    run(simulated, deny=["198.51.100.7"])
    assert "other networks in allow" in warned(simulated)[0]
    assert made["allow"] == OFFICE


@pytest.mark.parametrize("state", ["present", "disabled"])
def test_an_id_of_nothing_is_nothing_to_be_linked(state: str, simulated: Site) -> None:
    gone = service_id(7, 1)
    with pytest.raises(
        OptionError, match=r"is not a service that this access key can see: check it, and that the key is"
    ):
        run(simulated, service_id=gone, state=state)
    nothing = run(simulated, service_id=gone, state="absent")
    assert nothing == {
        "changed": False,
        "link": None,
        "service": None,
        "device": None,
        "diff": {"before": {}, "after": {}},
    }


def test_no_other_service_is_touched(simulated: Site) -> None:
    with pytest.raises(OptionError, match="has the type TCP, which is no web service"):
        run(simulated, service_id=SERVICE)
    assert [call["operation"] for call in simulated.cloud.calls()] == ["query"]


STEPS = st.fixed_dictionaries(
    {"state": st.sampled_from(["present", "present", "disabled", "absent"])},
    optional={
        "password": st.sampled_from(["", "sesame", "other"]),
        "allow": st.sampled_from([[], OFFICE, ["192.0.2.7", *OFFICE]]),
        "deny": st.sampled_from([[], ["198.51.100.7"]]),
    },
)


@pytest.mark.parametrize("behaviour", BEHAVIOURS, ids=lambda behaviour: "-".join(behaviour.values()))
def test_check_mode_says_what_then_happens_and_a_second_time_nothing_does(
    behaviour: dict[str, str], tmp_path: Any
) -> None:
    @settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.differing_executors])
    @given(steps=st.lists(STEPS, min_size=1, max_size=4))
    def prove(steps: list[dict[str, Any]]) -> None:
        cloud.reset()
        for options in steps:
            predicted, done = run(site, check=True, **options), run(site, **options)
            assert (predicted["changed"], predicted["diff"]) == (done["changed"], done["diff"])
            again = run(site, **options)
            assert (again["changed"], again["diff"]["before"]) == (False, done["diff"]["after"])
            assert "sesame" not in str([predicted, done, again, site.warnings])

    with ThreadedSimulator(configuration("127.0.0.1:9", **behaviour)) as cloud:
        site = Site(cloud, tmp_path)
        prove()


def test_what_is_wrong_is_found_before_anything_is_asked(simulated: Site) -> None:
    for wrong in ({"password": " x"}, {"allow": ["::1"]}, {"timeout": 0}, {"service_id": "web"}):
        with pytest.raises(RemoteItError):
            run(simulated, **wrong)
    assert simulated.cloud.calls() == []
