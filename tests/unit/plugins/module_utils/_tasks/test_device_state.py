# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The task that has a device be as it is described; whole playbooks are in tests/functional/test_device.py."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ansible_collections.community.remoteit.plugins.module_utils._base.errors import OptionError, RemoteItError
from ansible_collections.community.remoteit.plugins.module_utils._tasks import device_info, device_state
from tests.doubles.task import parameters
from tests.lab.site import OFFLINE, SERVICE, Site, configuration
from tests.lab.world import service_id
from tests.simulator.threaded import ThreadedSimulator

pytestmark = pytest.mark.slow

CABINET, CELLAR = service_id(1, 0), service_id(2, 0)
ORGANISATION = "f0:00:00:00:00:00:00:02"
LETTERS = ("a", "b")


def run(site: Site, *, check: bool = False, **options: Any) -> dict[str, Any]:
    given = parameters(device_state.argument_spec(), site.settings(), **options)
    return device_state.run(given, check, site.warnings.append)


def listed(site: Site, id_: str = CABINET, **options: Any) -> dict[str, Any]:
    """The device as remoteit_device_info shows it."""
    given = parameters(device_info.argument_spec(), site.settings(), **options)
    devices = device_info.run(given, False, site.warnings.append)["devices"]
    return next(device for device in devices if device["id"] == id_)


def test_what_it_returns_is_what_the_other_module_lists(simulated: Site) -> None:
    wanted: dict[str, Any] = {
        "name": "attic",
        "tags": ["b", "A"],
        "attributes": {"note": "{{ x }}", "rack": [1, None]},
        "description": "above",
    }
    for _time in range(2):
        told = run(simulated, device_id=CABINET, **wanted)["device"]
        now = listed(simulated)
        assert told.pop("last_reported")
        services = [
            (one, next(other for other in now["services"] if other["id"] == one["id"])) for one in told.pop("services")
        ]
        for one, other in [(told, now), *services]:
            one.pop("description", None)
            assert one == {name: other[name] for name in one}
        assert len(services) == len(now["services"])
    assert (now["name"], now["tags"]) == ("attic", ["A", "b"])


def test_a_tag_that_the_account_has_is_taken_as_it_is_spelt(simulated: Site) -> None:
    simulated.cloud.update(CELLAR, tags=["Prod"])
    told = run(simulated, device_id=CABINET, tags=["prod", "new"])
    assert (told["tags_added"], told["tags_created"]) == (["Prod", "new"], ["new"])
    assert listed(simulated)["tags"] == ["Prod", "new"]


def test_what_may_not_be_read_of_the_account_is_not_told(simulated: Site) -> None:
    simulated.cloud.set_fault({"operation": "query", "fault": "refused", "after": 1, "count": 1})
    assert run(simulated, device_id=CABINET, tags=["a"])["tags_created"] is None
    assert simulated.warnings == []


@pytest.fixture
def organisation(tmp_path: Path) -> Iterator[Site]:
    """The cellar belongs to an organisation, in which the key manages what is tagged."""
    config = configuration("127.0.0.1:9")
    role = {"role": "Cooks", "permissions": ["VIEW", "MANAGE", "ADMIN"], "tag": {"values": ["kitchen", "old"]}}
    config["accounts"][0]["memberships"] = [{"account": ORGANISATION, **role}]
    config["accounts"][1]["organization"] = "ACME"
    config["devices"][1] |= {"owner": ORGANISATION, "tags": ["kitchen"]}
    with ThreadedSimulator(config) as cloud:
        yield Site(cloud, tmp_path)


@pytest.mark.parametrize("check", [True, False])
def test_who_may_get_or_lose_access_by_a_tag_is_warned_of(check: bool, organisation: Site) -> None:
    theirs: dict[str, Any] = {"device_id": CELLAR, "account": "ACME"}
    run(organisation, check=check, **theirs, tags=["new", "kitchen"])
    assert organisation.warnings == []
    run(organisation, check=check, **theirs, tags=["Old"])
    run(organisation, check=check, **theirs, tags=["new"], purge_tags=True)
    sentence = (
        f"Custom roles select devices by tags that change at cellar ({CELLAR}): Cooks. People may get access to it"
    )
    assert len(organisation.warnings) == 2
    assert all(sentence in warning for warning in organisation.warnings)


def test_a_device_of_an_organisation_is_its_own_and_nobody_elses(organisation: Site) -> None:
    gone: dict[str, Any] = {"device_id": CELLAR, "expect_name": "cellar", "state": "absent"}
    with pytest.raises(RemoteItError, match="for a device of an organisation, set account"):
        run(organisation, **gone)
    assert run(organisation, account=ORGANISATION, **gone)["changed"]


def test_by_name_the_account_is_asked_for_once(organisation: Site) -> None:
    told = run(organisation, device="cellar", account="ACME", tags=["x"])
    assert not told["device"]["shared"]
    assert told["device"]["tags"] == ["kitchen", "x"]
    assert len(organisation.cloud.calls(operation="query")) == 4


def test_what_is_held_open_to_a_device_that_is_gone_is_forgotten(simulated: Site) -> None:
    simulated.task()
    (id_,) = simulated.open_ids()
    simulated.cloud.close(id_)
    simulated.cloud.update(CABINET, online=False, last_reported="2024-01-01T00:00:00.000Z")
    gone: dict[str, Any] = {"device_id": CABINET, "expect_name": "cabinet", "state": "absent"}
    assert run(simulated, check=True, **gone)["changed"]
    assert len(simulated.registry().read_all()) == 1
    assert run(simulated, **gone)["changed"]
    assert simulated.registry().read_all() == []


def test_who_is_connected_keeps_a_device(simulated: Site) -> None:
    simulated.task()
    simulated.cloud.update(CABINET, online=False, last_reported="2024-01-01T00:00:00.000Z")
    with pytest.raises(RemoteItError, match="has 1 open connections"):
        run(simulated, device_id=CABINET, expect_name="cabinet", state="absent")


@pytest.mark.parametrize("id_", [SERVICE, OFFLINE])
@pytest.mark.parametrize("state", ["present", "absent"])
def test_the_id_of_a_service_is_no_device(id_: str, state: str, simulated: Site) -> None:
    with pytest.raises(OptionError, match=r"is the id of a service of c.*: give the id of the device"):
        run(simulated, device_id=id_, state=state, expect_name="x")


def test_what_was_done_before_a_failure_is_told(simulated: Site) -> None:
    simulated.cloud.set_fault({"operation": "rename_service", "fault": "refused"})
    with pytest.raises(RemoteItError) as caught:
        run(simulated, device_id=CABINET, tags=["a"], attributes={"rack": 1}, name="x")
    assert caught.value.as_result()["done"] == ["Tags added: a.", "Attributes set: rack."]
    simulated.cloud.set_fault()
    with pytest.raises(RemoteItError) as caught:
        run(simulated, device_id=service_id(7, 0))
    assert "done" not in caught.value.as_result()


def test_a_device_that_cannot_be_shown_is_not_changed(simulated: Site) -> None:
    simulated.cloud.update(CABINET, attributes={str(number): number for number in range(1001)})
    with pytest.raises(RemoteItError, match="its attributes are too many or too deep"):
        run(simulated, device_id=CABINET, tags=["a"])
    assert simulated.cloud.calls(operation="add_tag") == []


def _stem(service: dict[str, Any]) -> str:
    return str(service["name"]).removeprefix("cabinet-")


TAGS = st.lists(st.sampled_from(["a", "A", "b", "Prod", "prod", "{{x}}"]), max_size=4)
VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.sampled_from([0, 1, 1.0, 1.5, "", "1", "{{ x }}", [], [1, True], {}, {"in": [None]}]),
)
ATTRIBUTES = st.dictionaries(st.sampled_from(["rack", "row", "{{x}}"]), VALUES, max_size=3)
TEXTS = st.sampled_from(["", "x", "y {{ z }}"])
LETTERED = st.dictionaries(st.sampled_from(LETTERS), TEXTS)
SERVICES = st.lists(
    st.fixed_dictionaries(
        {"name": st.sampled_from(["a", "b", "cabinet-a", "service 01"]), "application": st.sampled_from(["ssh", "7"])},
        optional={
            "host": st.sampled_from(["127.0.0.1", "printer"]),
            "port": st.integers(1, 65535),
            "enabled": st.booleans(),
            "description": TEXTS,
        },
    ),
    max_size=3,
    unique_by=_stem,
)
WISHES = st.fixed_dictionaries(
    {},
    optional={
        "name": st.sampled_from(["attic", "{{ x }}", "cabinet"]),
        "tags": TAGS,
        "purge_tags": st.booleans(),
        "attributes": ATTRIBUTES,
        "purge_attributes": st.booleans(),
        "description": TEXTS,
        "categories": LETTERED,
        "statuses": LETTERED,
        "services": SERVICES,
        "purge_services": st.booleans(),
    },
)
STATES = st.fixed_dictionaries(
    {
        "tags": TAGS,
        "attributes": st.dictionaries(
            st.sampled_from(["rack", "row", "old", "a.b", "{{x}}", "$other"]),
            VALUES.filter(lambda value: value is not None),
        ),
    }
)


class Cased(Site):
    """A site whose remote.it spells tags in a way of its own."""

    case = "insensitive"

    def begin(self, state: dict[str, Any]) -> None:
        """Have the cabinet be in this state."""
        self.cloud.reset()
        tags = [tag.lower() for tag in state["tags"]] if self.case == "lower" else state["tags"]
        self.cloud.update(CABINET, tags=tags, attributes=state["attributes"])


@pytest.fixture(scope="module", params=["insensitive", "sensitive", "lower"])
def cased(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cased]:
    """A simulator for each way in which remote.it may spell tags."""
    with ThreadedSimulator(configuration("127.0.0.1:9", tag_case=request.param)) as cloud:
        site = Cased(cloud, tmp_path_factory.mktemp("cased"))
        site.case = request.param
        yield site


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(state=STATES, wishes=st.lists(WISHES, min_size=1, max_size=3))
def test_check_mode_says_what_then_happens_and_a_second_time_nothing_does(
    cased: Cased, state: dict[str, Any], wishes: list[dict[str, Any]]
) -> None:
    cased.begin(state)
    for wish in wishes:
        options = {"device_id": CABINET, "force": True, **wish}
        predicted = run(cased, check=True, **options)
        done = run(cased, **options)
        told = [{name: value for name, value in result.items() if name != "device"} for result in (predicted, done)]
        assert told[0] == told[1]
        assert listed(cased)["attributes"] == done["device"]["attributes"]
        assert not run(cased, **options)["changed"]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(state=STATES, wish=WISHES)
def test_what_the_other_module_lists_is_as_it_is(cased: Cased, state: dict[str, Any], wish: dict[str, Any]) -> None:
    cased.begin(state)
    run(cased, device_id=CABINET, force=True, **wish)
    now = listed(cased)
    shown = now["attributes"].get("$remoteit", {})
    before = run(
        cased,
        device_id=CABINET,
        name=now["name"],
        tags=now["tags"],
        attributes={name: value for name, value in now["attributes"].items() if "$" not in name and "." not in name},
        description=shown.get("description", ""),
        categories={letter: shown.get(f"category{letter.upper()}", "") for letter in LETTERS},
        purge_tags=True,
        purge_attributes=True,
    )
    assert not before["changed"]
