# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Without the libraries it needs, a task says which one is missing, and from which Python."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.lab.lab import Lab
from tests.lab.world import DATABASE

from .tasks import connection

pytestmark = pytest.mark.one_core


@pytest.fixture(scope="module")
def bare_python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Python with nothing installed."""
    root = tmp_path_factory.mktemp("bare")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(root)], check=True)
    return root / "bin" / "python"


def test_the_module_names_the_library_and_the_python(lab: Lab, bare_python: Path) -> None:
    run = lab.run_tasks(
        connection("open", DATABASE, {"async": 30, "poll": 1, "ignore_errors": True}),
        connection("shared", DATABASE, {"async": 30, "poll": 1}, registry="redis://localhost"),
        vars={"ansible_python_interpreter": str(bare_python)},
    )
    for task, library in (("open", "requests>=2.34.2,<3"), ("shared", "hiredis>=3.0,<4")):
        message = run.result(task).result["msg"]
        assert message.startswith(f"Failed to import the required Python library ({library})")
        assert f"Python {bare_python}" in message
    assert "Traceback" not in run.output
    assert lab.cloud.calls() == []


def test_an_old_version_under_the_same_name_does_not_do(lab: Lab, bare_python: Path) -> None:
    """requests-http-signature 0.2.0 has the same import name, but speaks another dialect."""
    site_packages = next(bare_python.parents[1].glob("lib/python*/site-packages"))
    for name in ("requests", "urllib3", "certifi", "idna", "charset_normalizer"):
        module = __import__(name)
        (site_packages / name).symlink_to(Path(str(module.__file__)).parent)
    (site_packages / "requests_http_signature").mkdir()
    (site_packages / "requests_http_signature" / "__init__.py").write_text("class HTTPSignatureAuth: ...\n")
    metadata = site_packages / "requests_http_signature-0.2.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: requests-http-signature\nVersion: 0.2.0\n")
    run = lab.run_tasks(
        connection("open", DATABASE, {"async": 30, "poll": 1}, api="graphql"),
        vars={"ansible_python_interpreter": str(bare_python)},
    )
    message = run.result("open").result["msg"]
    assert message == (
        f"The Python library requests-http-signature>=2.0.0,<3 cannot be used by {bare_python} "
        "(ImportError: its version is 0.2.0); install it anew, with all that it needs."
    )
    assert lab.cloud.calls() == []
