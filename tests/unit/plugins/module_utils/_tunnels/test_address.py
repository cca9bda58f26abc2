# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who has the same multiplexer, and where it may be reached."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from ansible_collections.community.remoteit.plugins.module_utils._registry import journal
from ansible_collections.community.remoteit.plugins.module_utils._tunnels import address
from ansible_collections.community.remoteit.plugins.module_utils._tunnels.address import (
    ENV_JOURNAL,
    ENV_RUN,
    directory,
    run_socket,
    run_sockets,
    see_paths_from,
    socket_path,
    sweeper_socket,
)

SERVICE = "80:00:00:00:01:00:00:01"
OTHER_SERVICE = "80:00:00:00:01:00:00:0a"


@pytest.fixture
def runtime(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    # the path of a socket has to be short
    with tempfile.TemporaryDirectory(prefix="mux-") as path:
        monkeypatch.setenv("XDG_RUNTIME_DIR", path)
        monkeypatch.setenv("TMPDIR", "")
        yield Path(path)


def path_of(*words: str, program: str = address.__file__) -> str:
    return socket_path(program, words)


def test_it_is_in_a_directory_that_nobody_else_can_enter(runtime: Path) -> None:
    place = Path(directory())
    assert place.parent == runtime
    assert place.stat().st_mode & 0o777 == 0o700
    assert Path(path_of(SERVICE)).parent == place


@pytest.mark.parametrize("mode", [0o777, 0o770, 0o775])
def test_where_others_could_replace_it_it_is_not(mode: int, runtime: Path) -> None:
    runtime.chmod(mode)
    assert directory() == f"/tmp/remoteit-{os.geteuid()}"


def test_what_is_no_directory_of_ours_is_not_used(runtime: Path) -> None:
    elsewhere = runtime / "elsewhere"
    elsewhere.mkdir()
    (runtime / f"remoteit-{os.geteuid()}").symlink_to(elsewhere)
    assert directory() == f"/tmp/remoteit-{os.geteuid()}"


def test_what_others_can_read_is_not_used(runtime: Path) -> None:
    (runtime / f"remoteit-{os.geteuid()}").mkdir(mode=0o755)
    assert directory() == f"/tmp/remoteit-{os.geteuid()}"


@pytest.mark.parametrize("name", ["", "relative", "/nowhere/at/all", "/tmp/" + "long" * 20])
def test_there_is_always_another_place(name: str, runtime: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", name)
    assert directory() == f"/tmp/remoteit-{os.geteuid()}"


def test_where_there_is_none_it_says_what_to_do(runtime: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(address, "_is_private", lambda _status: False)
    with pytest.raises(OSError, match=r"^no directory can be made for the sockets of tunnels: set XDG_RUNTIME_DIR to "):
        directory()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_what_cannot_be_written_is_not_used(runtime: Path) -> None:
    (runtime / f"remoteit-{os.geteuid()}").mkdir(mode=0o500)
    assert directory() == f"/tmp/remoteit-{os.geteuid()}"


def test_uses_of_services_share_one(runtime: Path) -> None:
    assert path_of(SERVICE) == path_of("--timeout=5", "--access=public", OTHER_SERVICE, "--client-ip=203.0.113.7")


@pytest.mark.parametrize("word", ["--profile=other", "--registry=/other", "--no-validate-certs", "--api=graphql"])
def test_another_way_to_remote_it_is_another_one(word: str, runtime: Path) -> None:
    assert path_of(SERVICE) != path_of(word, SERVICE)


@pytest.mark.parametrize(
    "name",
    [
        *("R3_ACCESS_KEY_ID", "R3_SECRET_ACCESS_KEY", "R3_PROFILE", "REMOTEIT_REGISTRY", "REMOTEIT_REGISTRY_PASSWORD"),
        *("HOME", "https_proxy", "HTTPS_PROXY", "no_proxy", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"),
    ],
)
def test_another_environment_is_another_one(name: str, runtime: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = path_of(SERVICE)
    monkeypatch.setenv(name, "other")
    assert path_of(SERVICE) != before
    assert "other" not in path_of(SERVICE)


@pytest.mark.parametrize("name", [ENV_RUN, ENV_JOURNAL, "REMOTEIT_RECAP_PATH", "LANG", "SSH_AUTH_SOCK"])
def test_what_is_of_one_run_alone_is_not(name: str, runtime: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = path_of(SERVICE)
    monkeypatch.setenv(name, "other")
    assert path_of(SERVICE) == before


def test_another_version_is_another_one(runtime: Path, tmp_path: Path) -> None:
    (program := tmp_path / "ssh_proxy.py").touch()
    before = path_of(SERVICE, program=str(program))
    assert before != path_of(SERVICE)
    os.utime(program, (1, 1))
    assert path_of(SERVICE, program=str(program)) != before


def test_where_a_run_is_to_say_that_it_ends_is_found_by_that_run(runtime: Path) -> None:
    for run in ("41/5@[1]/a", "41/5@[1]/b"):
        assert run_sockets(run) == []
        Path(run_socket(run)).touch()
        Path(sweeper_socket(run, os.environ)).touch()
        assert sorted(run_sockets(run)) == sorted([run_socket(run), sweeper_socket(run, os.environ)])
    Path(path_of(SERVICE)).touch()
    assert len(list(Path(directory()).iterdir())) == 5


def test_who_used_nothing_makes_no_directory_to_say_that_he_ends(runtime: Path) -> None:
    assert run_sockets("41/5@[1]/a") == []
    assert list(runtime.iterdir()) == []


def test_that_the_environment_has_changed_meanwhile_does_not_matter(
    runtime: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    environ = dict(os.environ)
    before = sweeper_socket("41/5@[1]/a", environ)
    monkeypatch.setenv("XDG_RUNTIME_DIR", "/nowhere")
    assert sweeper_socket("41/5@[1]/a", environ) == before


def test_the_journal_is_called_as_the_registry_calls_it() -> None:
    assert ENV_JOURNAL == journal.ENV


def test_relative_paths_are_those_of_where_ssh_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    given = {
        "REMOTEIT_REGISTRY": "here/registry",
        "R3_CREDENTIALS_FILE": "~/credentials",
        "REQUESTS_CA_BUNDLE": "/etc/ca.pem",
        "SSL_CERT_FILE": "ca.pem",
    }
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    see_paths_from("/where/ssh/runs")
    assert {name: os.environ[name] for name in given} == {
        **given,
        "REMOTEIT_REGISTRY": "/where/ssh/runs/here/registry",
        "SSL_CERT_FILE": "/where/ssh/runs/ca.pem",
    }
    monkeypatch.setenv("REMOTEIT_REGISTRY", "redis://localhost/0")
    see_paths_from("/where/ssh/runs")
    assert os.environ["REMOTEIT_REGISTRY"] == "redis://localhost/0"
