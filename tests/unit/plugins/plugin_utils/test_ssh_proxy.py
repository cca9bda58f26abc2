# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The ProxyCommand, started by its path as ssh starts it; what it does is in test_tunnel.py."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from ansible_collections.community.remoteit.plugins.plugin_utils._ssh import on_demand
from tests.doubles.loopback import PATIENCE
from tests.doubles.material import SERVICE

PROGRAM = Path(on_demand.__file__).parents[1] / "ssh_proxy.py"
REFUSED = b"remote.it: the ProxyCommand of community.remoteit cannot be run so: option --bogus not recognized."


def run(program: Path, *words: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, str(program), *words],
        cwd=cwd,
        env={"HOME": str(cwd), "REMOTEIT_REGISTRY": str(cwd / "registry"), **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=PATIENCE,
        check=False,
    )


def test_its_words_are_those_of_the_tunnel(tmp_path: Path) -> None:
    done = run(PROGRAM, "--bogus", SERVICE, cwd=tmp_path)
    assert done.returncode == 1
    assert REFUSED in done.stderr


def test_without_a_key_it_says_so_and_leaves_nothing(tmp_path: Path) -> None:
    done = run(PROGRAM, SERVICE, cwd=tmp_path)
    assert done.returncode == 1
    assert done.stderr.startswith(b"remote.it: No remote.it credentials: ")
    assert b"Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_it_finds_its_own_parts_whatever_else_is_called_so(tmp_path: Path) -> None:
    for name in ("plugins", "plugin_utils", "module_utils", "community_remoteit"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text("raise RuntimeError('somebody else')")
    assert REFUSED in run(PROGRAM, "--bogus", cwd=tmp_path, PYTHONPATH=str(tmp_path)).stderr


def test_it_may_be_reached_through_a_link_to_the_collection(tmp_path: Path) -> None:
    (tmp_path / "linked").symlink_to(PROGRAM.parents[1])
    assert REFUSED in run(tmp_path / "linked" / "plugin_utils" / "ssh_proxy.py", "--bogus", cwd=tmp_path).stderr
