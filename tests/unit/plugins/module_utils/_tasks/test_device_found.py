# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.community.remoteit.plugins.module_utils._base.errors import OptionError
from ansible_collections.community.remoteit.plugins.module_utils._tasks import service_state
from ansible_collections.community.remoteit.plugins.module_utils._tasks.device_found import checked_device
from tests.doubles.task import parameters
from tests.lab.site import SERVICE, Site
from tests.unit.plugins.module_utils._changes.views import DEVICE_ID, device

pytestmark = pytest.mark.slow


def test_a_device_is_that_of_its_own_id_alone(simulated: Site) -> None:
    connections = simulated.connections()
    assert checked_device(device(), DEVICE_ID, connections) == device()
    with pytest.raises(OptionError, match="is not a device that this access key can see"):
        checked_device(None, DEVICE_ID, connections)
    with pytest.raises(OptionError, match="is the id of a service of pi"):
        checked_device(device(), "80:01", connections)


def test_a_service_is_not_looked_for_on_another_service(simulated: Site) -> None:
    options = parameters(service_state.argument_spec(), simulated.settings(), device_id=SERVICE, name="x")
    with pytest.raises(OptionError, match=r"give the id of the device|is not a device"):
        service_state.run(options, False, simulated.warnings.append)
