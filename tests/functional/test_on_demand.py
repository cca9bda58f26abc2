# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""SSH opens and closes its own tunnels: no task does, host keys are checked, and nothing is left open."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.lab.lab import Lab
from tests.lab.world import DISABLED, OFFLINE, UNKNOWN, VIEW_ONLY, WEB, service_id
from tests.simulator.threaded import ThreadedSimulator

from .fleet import PERSIST, on_demand, operations, wait_until_nothing_is_open, wait_until_ssh_has_gone
from .plain_ssh import PROGRAM, run_tool, ssh_options
from .tasks import WHO, connection

NAMES = ("pi-kitchen", "pi-garage")
ROOT = Path(__file__).resolve().parents[2]
POSIX = ROOT / ".venv" / "others"


@pytest.fixture(autouse=True)
def nothing_is_left(lab: Lab) -> Iterator[None]:
    """What every test here shows besides: in the end, nothing is open."""
    yield
    wait_until_nothing_is_open(lab)


def run_on_fleet(lab: Lab, *tasks: dict[str, Any], hosts: str = "pis", **keywords: Any) -> Any:
    """Run *tasks* on hosts that the inventory plugin reaches on demand."""
    return lab.run_tasks(*tasks, hosts=hosts, arguments=on_demand(lab), environ=PERSIST, **keywords)


def devices_of(run: Any, task: str = "who") -> dict[str, str]:
    """The device that ran *task* for each host."""
    return {item.host: item.result["stdout"] for item in run.results if item.task == task}


def test_a_play_needs_no_task_for_its_tunnels(lab: Lab) -> None:
    line = {"path": "~/.profile", "line": "export TZ=UTC", "create": True, "mode": "0644"}
    configure = {"name": "configure", "ansible.builtin.lineinfile": line}
    for device in lab.devices:
        (device.home / ".profile").unlink(missing_ok=True)
    first = run_on_fleet(lab, configure, WHO, gather_facts=True)
    assert operations(lab, "connect") == 2
    second = run_on_fleet(lab, configure)
    assert first.returncode == second.returncode == 0, first.output + second.output
    assert devices_of(first) == {name: name for name in NAMES}
    for name in NAMES:
        assert first.result("configure", name).changed
        assert not second.result("configure", name).changed


@pytest.mark.one_core
def test_a_whole_run_opens_each_tunnel_once(lab: Lab) -> None:
    """Facts, ten tasks, a loop, a delegated and an asynchronous task, and a reset, for three hosts on two services."""
    arguments = on_demand(lab)
    inventory = yaml.safe_load(lab.inventory.read_text())
    twin = lab.root / "twin.yml"
    # On a busy machine, a host may wait for its next task for longer than SSH persists elsewhere.
    environ = {"ANSIBLE_SSH_ARGS": "-o ControlMaster=auto -o ControlPersist=10s"}
    shown = lab.run_tasks(
        {"name": "args", "ansible.builtin.debug": {"msg": "{{ ansible_ssh_args }}"}},
        hosts="pi-garage",
        arguments=arguments,
        environ=environ,
    )
    host = {
        **inventory["pis"]["hosts"]["pi-garage"],
        "ansible_host": "remoteit-8000000000000201",
        "ansible_ssh_args": shown.result("args").result["msg"],
    }
    twin.write_text(yaml.safe_dump({"pis": {"hosts": {"twin": host}}}))
    tasks: list[dict[str, Any]] = [
        *({**WHO, "name": f"task {number}"} for number in range(10)),
        {**WHO, "name": "loop", "loop": [1, 2, 3]},
        {**WHO, "name": "delegated", "delegate_to": "pi-kitchen"},
        {"name": "asynchronous", "ansible.builtin.command": "sleep 1", "async": 20, "poll": 1, "changed_when": False},
        {"name": "reset", "ansible.builtin.meta": "reset_connection"},
        WHO,
    ]
    run = lab.run_tasks(
        *tasks,
        hosts="pis",
        gather_facts=True,
        vars={"ansible_async_dir": str(lab.root / "async")},
        arguments=["-i", str(twin), *arguments],
        environ=environ,
    )
    assert run.returncode == 0, run.output
    assert devices_of(run) == {"pi-kitchen": "pi-kitchen", "pi-garage": "pi-garage", "twin": "pi-garage"}
    assert set(devices_of(run, "delegated").values()) == {"pi-kitchen"}
    assert operations(lab, "connect") == 2


@pytest.mark.one_core
def test_large_files_arrive_whole_in_both_directions(lab: Lab) -> None:
    content = os.urandom(1 << 20) * 40
    source, back = lab.root / "large", lab.root / "back"
    source.write_bytes(content)
    run = run_on_fleet(
        lab,
        {"name": "copy", "ansible.builtin.copy": {"src": str(source), "dest": f"{lab.root}/there", "mode": "0600"}},
        {"name": "fetch", "ansible.builtin.fetch": {"src": f"{lab.root}/there", "dest": str(back), "flat": True}},
        hosts="pi-kitchen",
    )
    assert run.returncode == 0, run.output
    assert hashlib.sha256(back.read_bytes()).digest() == hashlib.sha256(content).digest()


@pytest.mark.one_core
def test_a_device_that_restarts_is_reached_again(lab: Lab) -> None:
    """``reboot`` sees the connection break, tries until the device is back, and the play goes on."""
    device = lab.devices[0]
    sign, boots = device.home / "reboot now", device.home / "boots"
    boots.write_text("1")
    done = threading.Event()

    def hardware() -> None:
        while not sign.exists() and not done.wait(0.1):
            pass
        device.restart(off=2)
        boots.write_text("2")

    box = threading.Thread(target=hardware)
    box.start()
    try:
        run = run_on_fleet(
            lab,
            WHO,
            {
                "name": "reboot",
                "ansible.builtin.reboot": {
                    "reboot_command": f"touch '{sign}'",
                    "boot_time_command": f"cat {boots}",
                    "reboot_timeout": 60,
                    "connect_timeout": 5,
                },
            },
            {"name": "wait", "ansible.builtin.wait_for_connection": {"timeout": 30}},
            {**WHO, "name": "after"},
            hosts="pi-kitchen",
        )
    finally:
        done.set()
        box.join()
        sign.unlink(missing_ok=True)
    assert run.returncode == 0, run.output
    assert run.result("reboot").result["rebooted"]
    assert devices_of(run, "after") == {"pi-kitchen": "pi-kitchen"}


@pytest.mark.one_core
def test_waiting_for_devices_asks_seldom_and_finds_them_once_they_are_back(lab: Lab) -> None:
    """One has no SSH server for a while, the other one is offline: each second, SSH is started for both."""
    kitchen, garage = service_id(1, 1), service_id(2, 1)
    lab.devices[0].stop()
    lab.cloud.update(service_id(2, 0), online=False)
    sign, done = lab.root / "waited in vain", threading.Event()

    def hardware() -> None:
        while not sign.exists() and not done.wait(0.1):
            pass
        done.wait(6)
        lab.devices[0].start()
        lab.cloud.update(service_id(2, 0), online=True)

    box = threading.Thread(target=hardware)
    box.start()
    begun = time.monotonic()
    try:
        run = run_on_fleet(
            lab,
            {"name": "in vain", "ansible.builtin.wait_for_connection": {"timeout": 4}, "ignore_errors": True},
            {
                "name": "sign",
                "ansible.builtin.copy": {"content": "", "dest": str(sign), "mode": "0600"},
                "delegate_to": "localhost",
                "run_once": True,
            },
            {"name": "wait", "ansible.builtin.wait_for_connection": {"timeout": 60}},
            WHO,
        )
    finally:
        seconds = time.monotonic() - begun
        done.set()
        box.join()
        sign.unlink(missing_ok=True)
    assert run.returncode == 0, run.output
    assert devices_of(run) == {name: name for name in NAMES}
    assert "check that an SSH server runs on the device" in run.result("in vain", "pi-kitchen").result["msg"]
    assert f"the device of {garage} is offline" in run.result("in vain", "pi-garage").result["msg"]
    connects = [call["service_id"] for call in lab.cloud.calls(operation="connect")]
    # what was opened in vain is kept for 15 seconds, and a refusal is believed for five
    assert connects.count(kitchen) <= 1 + seconds / 15
    assert connects.count(garage) <= 1 + seconds / 5


@pytest.mark.one_core
@pytest.mark.skipif(shutil.which("rsync") is None, reason="there is no rsync")
def test_synchronize_uses_the_same_tunnels(lab: Lab) -> None:
    source, synchronized = lab.root / "tree", lab.root / "tree synchronized"
    source.mkdir()
    (source / "leaf").write_text("green")
    task = {
        "name": "synchronize",
        "ansible.posix.synchronize": {"src": f"{source}/", "dest": str(synchronized), "use_ssh_args": True},
    }
    collections = f"{lab.environment()['ANSIBLE_COLLECTIONS_PATH']}:{POSIX}"
    environ = {**PERSIST, "ANSIBLE_COLLECTIONS_PATH": collections}
    first, second = (
        lab.run_tasks(task, hosts="pi-kitchen", arguments=on_demand(lab), environ=environ) for _number in range(2)
    )
    assert first.result("synchronize").changed, first.output
    assert not second.result("synchronize").changed
    assert (synchronized / "leaf").read_text() == "green"


@pytest.mark.parametrize(
    "ssh_args",
    ["-o ControlMaster=auto -o ControlPersist=2s", pytest.param("-o ControlMaster=no", marks=pytest.mark.one_core)],
)
def test_the_reason_is_in_the_message_of_the_unreachable_host(lab: Lab, ssh_args: str) -> None:
    """Though ssh itself throws away what its ProxyCommand says when it is to persist."""
    reasons = {
        UNKNOWN: "is not a service that this access key can see",
        OFFLINE: f"the device of {OFFLINE} is offline",
        DISABLED: f"the service {DISABLED} is disabled",
        VIEW_ONLY: "this access key may see, but not connect to, the service",
        WEB: "is an HTTP(S) service behind a reverse proxy, which SSH cannot use",
        "80": "'80' is not a service id",
    }
    hosts = {
        service: {
            "ansible_host": f"host{number}",
            "ansible_ssh_args": f"-o ProxyCommand='{sys.executable} {PROGRAM} {service}' {ssh_args}",
        }
        for number, service in enumerate(reasons)
    }
    inventory = lab.root / "refused.yml"
    inventory.write_text(yaml.safe_dump({"refused": {"hosts": hosts}}))
    run = lab.run_tasks(WHO, hosts="refused", arguments=["-i", str(inventory)])
    assert len(run.results) == len(reasons)
    for item in run.results:
        assert item.status == "unreachable"
        assert reasons[item.host] in item.result["msg"]
    assert "Traceback" not in run.output


@pytest.mark.one_core
def test_an_address_that_is_dead_is_noticed_and_opened_anew(lab: Lab) -> None:
    """It was closed elsewhere: the registry cannot know."""
    service = service_id(1, 1)
    lab.run_tasks(connection("open", service))
    lab.cloud.close(lab.open_connections()[0]["id"])
    run = run_on_fleet(lab, WHO, hosts="pi-kitchen")
    assert devices_of(run) == {"pi-kitchen": "pi-kitchen"}
    assert operations(lab, "connect") == 2
    lab.run_tasks(connection("close", service, state="absent"))


@pytest.mark.one_core
def test_tasks_and_ssh_share_tunnels_and_what_a_task_wants_stays_open(lab: Lab) -> None:
    """One is opened by a task and joined by SSH, the other one is opened by SSH and taken over by a task."""
    kitchen = lab.run_tasks(connection("open", service_id(1, 1))).result("open").result["connection"]
    run = run_on_fleet(lab, WHO, connection("open", "{{ remoteit_service_id }}"))
    assert devices_of(run) == {name: name for name in NAMES}
    assert not any(item.changed for item in run.results)
    assert run.result("open", "pi-kitchen").result["connection"]["id"] == kitchen["id"]
    assert operations(lab, "connect") == 2
    wait_until_ssh_has_gone(lab)
    assert len(lab.open_connections()) == 2
    closed = run_on_fleet(lab, connection("close", "{{ remoteit_service_id }}", state="absent"))
    assert closed.result("close", "pi-kitchen").changed
    assert closed.result("close", "pi-garage").changed


@pytest.mark.one_core
def test_what_ssh_starts_imports_nothing_heavy(lab: Lab) -> None:
    options = ssh_options(lab, service_id(1, 1), f"{sys.executable} -X importtime")
    said = run_tool(lab, "ssh", *options, f"{lab.devices[0].user}@pi", "printenv DEVICE_NAME")
    assert said.stdout == "pi-kitchen\n", said.stderr
    imported = {line.rpartition("|")[2].strip() for line in said.stderr.splitlines() if line.startswith("import time:")}
    assert any(name.endswith("module_utils._tunnels.program") for name in imported)
    ours = {name for name in imported if "module_utils._" in name}
    assert all("module_utils._tunnels" in name for name in ours), ours
    assert not imported & {"json", "typing", "re", "ssl", "asyncio", "subprocess", "dataclasses", "requests", "ansible"}


@pytest.mark.one_core
@pytest.mark.parametrize("is_all_killed", [False, True])
def test_what_a_killed_ssh_leaves_is_closed(is_all_killed: bool, lab: Lab) -> None:
    """By the process that has its tunnel, or if that is killed as well, by the next who comes."""
    service = service_id(1, 1)
    command = ["ssh", *ssh_options(lab, service), f"{lab.devices[0].user}@pi", "echo ready; sleep 60"]
    environment = {**os.environ, **lab.environment()}
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True, start_new_session=True) as ssh:
        assert ssh.stdout is not None
        assert ssh.stdout.readline() == "ready\n"
        if is_all_killed:
            lab.kill_multiplexers()
        subprocess.run(["pkill", "-KILL", "-g", str(ssh.pid)], check=not is_all_killed)
    assert len(lab.open_connections()) == 1
    if is_all_killed:
        time.sleep(5)
        run = lab.run_tasks(connection("open", service, access="public", close="at_end"))
        assert run.returncode == 0, run.output
        assert len(run.result("open").result["closed"]) == 1


@pytest.mark.one_core
def test_a_reused_proxy_address_never_leads_to_the_wrong_device(lab: Lab) -> None:
    """The first device's connection is closed elsewhere while SSH persists, and the second one gets its address."""
    persist = {
        "ANSIBLE_SSH_ARGS": "-o ControlMaster=auto -o ControlPersist=10s",
        "REMOTEIT_INVENTORY_CLOSE": "with_ssh",
    }
    with ThreadedSimulator(lab.simulator_config(reuse_ports=True, cut_on_close=False)) as cloud:
        environ = {**lab.environment(cloud), **persist}
        ports, answers = set(), []
        for host in (*NAMES, "pi-kitchen"):
            run = lab.run_tasks(WHO, hosts=host, arguments=on_demand(lab), environ=environ)
            answers.append(devices_of(run).get(host))
            for item in cloud.state()["connections"]:
                ports.add(item["port"])
                cloud.close(item["id"])
        assert len(ports) == 1, "the proxy port was not reused"
        assert answers == [*NAMES, "pi-kitchen"]
        # while there is a simulator to ask
        wait_until_nothing_is_open(lab)


@pytest.mark.one_core
def test_another_host_key_is_refused(lab: Lab) -> None:
    known_hosts = lab.root / "known_hosts"
    right = known_hosts.read_text()
    first, second = (line.split(" ", 1) for line in right.splitlines())
    known_hosts.write_text(f"{first[0]} {second[1]}\n{second[0]} {first[1]}\n")
    try:
        run = run_on_fleet(lab, WHO)
    finally:
        known_hosts.write_text(right)
    assert {item.status for item in run.results} == {"unreachable"}
    assert "Host key verification failed" in run.output


@pytest.mark.one_core
def test_no_secret_is_in_the_arguments_of_any_process(lab: Lab) -> None:
    from tests.lab.world import DEVELOPER_KEY, SECRET

    seen: set[str] = set()
    done = threading.Event()

    def watch() -> None:
        while not done.wait(0.02):
            for path in Path("/proc").glob("[0-9]*/cmdline"):
                try:
                    seen.add(path.read_bytes().replace(b"\0", b" ").decode(errors="replace"))
                except OSError:
                    continue

    watcher = threading.Thread(target=watch)
    watcher.start()
    run_on_fleet(lab, WHO)
    done.set()
    watcher.join()
    commands = [command for command in seen if "ssh_proxy.py" in command]
    assert commands
    assert not [command for command in seen if SECRET in command or DEVELOPER_KEY in command]
