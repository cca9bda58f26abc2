# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The command: start, stop, and what it refuses."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.simulator.__main__ import main
from tests.simulator.harness import ROOT, Simulator

from .client import ALICE_KEY, Client, Rfc9421Auth
from .conftest import Start
from .targets import dial, is_hung_up_on
from .test_proxies import is_closed, port_of
from .world import SSH, configuration

pytestmark = pytest.mark.slow

EXAMPLE = ROOT / "tests" / "simulator" / "example.yml"


def test_sigterm_closes_everything_and_ends_well(target: tuple[str, int]) -> None:
    with Simulator(configuration(target)) as simulator:
        port = port_of(Client(simulator).open(SSH))
        with dial(port) as client:
            assert simulator.stop() == 0
            assert is_hung_up_on(client)
        assert is_closed(port)


def test_the_example_works_on_the_port_that_is_asked_for_and_sigint_ends_it() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "tests.simulator", str(EXAMPLE), "--port", str(port)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        base = f"http://127.0.0.1:{port}"
        urls = f"rest={base}/apv/v27 graphql={base}/graphql/v1 admin={base}/_simulator"
        assert process.stdout.readline() == f"remote.it simulator ready: {urls}\n"
        process.send_signal(signal.SIGINT)
        assert process.wait(10) == 0
        assert process.stdout.read() == ""


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("host: 0.0.0.0", "host: must be an IPv4 loopback address"),
        ("host: 192.0.2.1", "host: must be an IPv4 loopback address"),
        ("behaviour: {proxy_host: 10.0.0.1}", "behaviour.proxy_host: must be an IPv4 loopback address"),
        ("behaviour: {lifetim: 1}", "behaviour.lifetim: is not a known key"),
        ("- no mapping", "configuration: must be a mapping"),
        ("a: [", "is not YAML"),
    ],
)
def test_a_bad_configuration_is_one_line_and_exit_code_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, words: str
) -> None:
    config = tmp_path / "simulator.yml"
    config.write_text(text)
    assert main([str(config)]) == 2
    output = capsys.readouterr()
    assert output.out == ""
    assert output.err.count("\n") == 1
    assert words in output.err


def test_a_port_that_is_taken_is_one_line_and_exit_code_2() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        command = [sys.executable, "-m", "tests.simulator", str(EXAMPLE), "--port", str(taken.getsockname()[1])]
        result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=30, check=False)
    assert (result.returncode, result.stdout, result.stderr.count("\n")) == (2, "", 1)


def test_a_configuration_that_does_not_exist_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["/nowhere/simulator.yml"]) == 2
    assert "/nowhere/simulator.yml" in capsys.readouterr().err


def write_certificate(directory: Path) -> None:
    """Write a self-signed certificate for 127.0.0.1."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(1).not_valid_before(now).not_valid_after(now + timedelta(days=1))
    certificate = builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    (directory / "server.pem").write_bytes(certificate)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (directory / "server.key").write_bytes(private)


@pytest.mark.filterwarnings("ignore:Unverified HTTPS request")
def test_the_apis_can_speak_tls(start: Start, tmp_path: Path) -> None:
    write_certificate(tmp_path)
    files = {"certificate": str(tmp_path / "server.pem"), "key": str(tmp_path / "server.key")}
    server = start({**configuration(), "tls": files})
    assert server.rest_url.startswith("https://")
    for client in (Client(server), Client(server, auth=Rfc9421Auth(ALICE_KEY))):
        assert client.graphql("{ login { email } }")["login"]["email"] == "alice@example.com"
