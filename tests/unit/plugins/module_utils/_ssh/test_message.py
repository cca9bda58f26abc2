# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.community.remoteit.plugins.module_utils._ssh import message as ssh_message
from ansible_collections.community.remoteit.plugins.module_utils._ssh.message import disconnect
from tests.doubles.loopback import PATIENCE

pytestmark = pytest.mark.one_core

PROXY = Path(ssh_message.__file__).parents[2] / "plugin_utils" / "ssh_proxy.py"


def parsed(data: bytes) -> tuple[int, str, str]:
    """Reason, description and language tag, read as RFC 4253 says: sections 4.2, 6 and 11.1."""
    banner, packet = data.split(b"\r\n", 1)
    assert banner.startswith(b"SSH-2.0-") and len(banner) <= 253
    assert banner.isascii() and b"-" not in banner[8:] and b" " not in banner[8:]
    length, padding = int.from_bytes(packet[:4], "big"), packet[4]
    # the whole packet and nothing else, in blocks of eight
    assert len(packet) == 4 + length and len(packet) % 8 == 0 and len(packet) >= 16
    assert 4 <= padding <= 255
    payload = packet[5 : len(packet) - padding]
    assert payload[0] == 1
    reason = int.from_bytes(payload[1:5], "big")
    end = 9 + int.from_bytes(payload[5:9], "big")
    language = end + 4 + int.from_bytes(payload[end : end + 4], "big")
    assert language == len(payload)
    return reason, payload[9:end].decode(), payload[end + 4 : language].decode()


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=300))
def test_what_is_sent_is_a_disconnect_message(sentence: str) -> None:
    assert parsed(disconnect(sentence)) == (7, sentence, "")


@pytest.mark.parametrize("length", [*range(20), 399, 400])
def test_any_length_will_do(length: int) -> None:
    assert parsed(disconnect("x" * length)) == (7, "x" * length, "")


@pytest.mark.parametrize("length", [401, 2000, 30000])
def test_of_a_long_sentence_the_beginning_and_the_end_are_sent(length: int) -> None:
    _reason, sent, _language = parsed(disconnect("problem" + "x" * length + "cure"))
    assert sent.startswith("problem") and sent.endswith("cure") and " … " in sent
    assert 390 < len(sent.encode()) <= 400


def test_what_is_no_text_is_sent_all_the_same() -> None:
    assert parsed(disconnect("registry=/tmp/\udcff"))[1] == "registry=/tmp/\\udcff"


# -- what OpenSSH makes of it -----------------------------------------------------------------------------------------


def ssh(proxy_command: str, *options: str) -> subprocess.CompletedProcess[str]:
    words = ["ssh", "-F", "none", "-o", "BatchMode=yes", *options, "-o", f"ProxyCommand={proxy_command}", "pi", "true"]
    return subprocess.run(
        words, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=PATIENCE, check=False
    )


def shown(sentence: str, tmp_path: Path) -> str:
    """What ssh tells its user when a server says *sentence*."""
    (tmp_path / "said").write_bytes(disconnect(sentence))
    # ssh ends with "Broken pipe" when nobody takes what it says
    script = f"cat {shlex.quote(str(tmp_path / 'said'))}; exec cat >/dev/null"
    done = ssh(shlex.join(["sh", "-c", script]))
    assert done.returncode == 255
    return done.stderr


def test_ssh_shows_the_sentence(tmp_path: Path) -> None:
    sentence = 'remote.it: No connection: the device of 80:00:00:00:01:02:03:04 is offline; it said "100 %s %n $HOME".'
    assert sentence in shown(sentence, tmp_path)


def test_ssh_survives_what_is_not_plain(tmp_path: Path) -> None:
    said = shown("remote.it: Profile 'k\u00fcche' is\nnot \x1b[31mthere\x1b[0m, the end.", tmp_path)
    assert "remote.it: Profile 'k" in said and "the end." in said
    # it lets no control sequence through
    assert "\x1b" not in said


def test_ssh_shows_what_to_do_about_it_however_long_the_sentence_is(tmp_path: Path) -> None:
    said = shown(f"remote.it: {'word ' * 400}: raise the limit.", tmp_path)
    assert "remote.it: " + "word " * 30 in said and "word : raise the limit." in said


def test_the_sentence_is_seen_although_ssh_hides_the_error_output(tmp_path: Path) -> None:
    command = shlex.join([sys.executable, str(PROXY), "no-service"])
    sentence = "remote.it: service_id='no-service' is not a service id"
    assert ssh(command).stderr.startswith(sentence)
    control = ("ControlMaster=auto", "ControlPersist=60", f"ControlPath={tmp_path}/cp-%r")
    said = ssh(command, *(word for option in control for word in ("-o", option))).stderr
    assert sentence in said
    assert said.startswith("Received disconnect from ")
