# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The task that has a service be as it is described; whole playbooks are in tests/functional/test_service.py."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ansible_collections.community.remoteit.plugins.module_utils._base.errors import OptionError, RefusedError
from ansible_collections.community.remoteit.plugins.module_utils._tasks import service_state
from tests.doubles.task import parameters
from tests.lab.site import OFFLINE, SERVICE, SERVICES, Site
from tests.lab.world import service_id

pytestmark = pytest.mark.slow

CABINET = service_id(1, 0)


def run(site: Site, *, check: bool = False, **options: Any) -> dict[str, Any]:
    given = parameters(service_state.argument_spec(), site.settings(), **options)
    return service_state.run(given, check, site.warnings.append)


def test_udp_is_warned_of_once_it_is_changed(simulated: Site) -> None:
    wanted: dict[str, Any] = {"device_id": CABINET, "name": "tunnel", "application": "wireguard"}
    run(simulated, **wanted)
    assert "is UDP: the connections of this collection are TCP only" in simulated.warnings[0]
    run(simulated, **wanted)
    assert len(simulated.warnings) == 1


def test_what_a_device_that_is_offline_is_to_take_is_pending(simulated: Site) -> None:
    first, second = (run(simulated, service_id=OFFLINE, port=99) for _time in range(2))
    assert (first["pending"], second["pending"]) == (True, False)


def test_forced_connections_are_closed_after_the_change(simulated: Site) -> None:
    simulated.task()
    with pytest.raises(OptionError, match="force=true"):
        run(simulated, service_id=SERVICE, state="absent")
    assert run(simulated, check=True, service_id=SERVICE, state="absent", force=True)["changed"]
    assert len(simulated.open_ids()) == 1
    run(simulated, service_id=SERVICE, state="absent", force=True)
    assert (simulated.open_ids(), simulated.registry().read_all()) == ([], [])


STATES = st.fixed_dictionaries(
    {},
    optional={
        "application": st.sampled_from(["ssh", "tcp", "http", "7"]),
        "host": st.sampled_from(["127.0.0.1", "10.0.0.7", "printer"]),
        "port": st.integers(1, 65535),
        "enabled": st.booleans(),
        "state": st.sampled_from(["present", "absent"]),
    },
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.tuples(st.sampled_from(["a", "b"]), STATES), min_size=1, max_size=4))
def test_check_mode_says_what_then_happens_and_a_second_time_nothing_does(
    simulated: Site, steps: list[tuple[str, dict[str, Any]]]
) -> None:
    for name, options in steps:
        wanted = {"device_id": CABINET, "name": name, **options}
        predicted = outcome(simulated, check=True, **wanted)
        done = outcome(simulated, **wanted)
        assert predicted == done
        if not isinstance(done, str):
            assert outcome(simulated, **wanted)[0] is False


def outcome(site: Site, *, check: bool = False, **options: Any) -> Any:
    """Whether something changed and the diff, or the sentence of the failure."""
    try:
        result = run(site, check=check, **options)
    except (OptionError, RefusedError) as error:
        return str(error)
    return result["changed"], result["diff"]


def test_nothing_else_is_touched(simulated: Site) -> None:
    before = run(simulated, service_id=SERVICES[1])["service"]
    run(simulated, service_id=SERVICE, port=99, host="10.0.0.1", name="other")
    assert run(simulated, service_id=SERVICES[1])["service"] == before
