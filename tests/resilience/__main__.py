# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""``python -m tests.resilience`` prints what the next use makes of a process that was killed, for each point and wire."""

from __future__ import annotations

from tests import conftest
from tests.simulator.harness import Simulator


def main() -> None:
    """Kill, use, and print a line for each."""
    assert conftest.ROOT.exists(), "importing it makes the collection importable"
    from tests.doubles.patience import impatient
    from tests.lab.site import configuration
    from tests.lab.target import answering_target

    from .engine.kill_matrix import NEXT, rows

    # The simulator lists at once what is open.
    with impatient(looks=(0.0, 0.05)), answering_target() as target, Simulator(configuration(target)) as cloud:
        for row in (["killed", "wire", "connection", *NEXT], *rows(cloud)):
            print("{:48}  {:8}  {:10}  {:16}  {:12}  {}".format(*row), flush=True)


if __name__ == "__main__":
    main()
