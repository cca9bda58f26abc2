# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: remoteit_recap
type: aggregate
short_description: Tells at the end of a run which remote.it connections it opened, reused, closed and leaves open
version_added: 1.0.0
author:
  - community.remoteit contributors (@ansible-collections)
description:
  - Prints one line for each service, with the hosts that it stands for, to the standard error. So whatever prints the
    results of tasks, the standard output stays what another program can read.
  - It knows what tasks, lookups and SSH on demand did in this run, on this machine and since the play began. What the
    inventory opened before is counted once something reuses it.
  - A connection that was found to be gone counts as closed, too.
  - It closes nothing. What is closed at the end of the run is closed after it has printed.
requirements:
  - It must be listed in C(callbacks_enabled) of C(ansible.cfg) or in the environment variable E(ANSIBLE_CALLBACKS_ENABLED).
options:
  show:
    description:
      - Whether to print the recap. Set it to V(false) where only the O(path) is of use.
    type: bool
    default: true
    env:
      - name: REMOTEIT_RECAP_SHOW
    ini:
      - section: callback_remoteit_recap
        key: show
  connections_by_others:
    description:
      - Whether to ask remote.it at the end who else was connected to the services that the run used, and to tell of each such
        connection that began or ended while the run lasted.
      - Others are the users of remote.it whose e-mail address is not that of the access key's user. Connections by other keys of
        the same user are not told apart.
      - The access key is that of the environment or of the credentials file, as for SSH on demand. What only tasks have as
        options is not known here.
      - It takes one request for each 20 services, and up to 15 seconds. If it cannot be asked, there is a warning.
      - With O(path), it is in C(others), with the e-mail addresses.
    type: bool
    default: false
    version_added: 1.1.0
    env:
      - name: REMOTEIT_RECAP_CONNECTIONS_BY_OTHERS
    ini:
      - section: callback_remoteit_recap
        key: connections_by_others
  path:
    description:
      - A file to write the recap to as JSON, with the time of each event.
      - C(run) names the run that it tells of by its C(id), which no other run has, its C(playbooks), and when it C(began) and
        C(ended).
      - A file that is there is replaced in one step, so that a program that reads it never sees half of it. A symbolic link
        stays, and the file that it leads to is replaced. What is no file, such as V(/dev/stdout) or a pipe, is written to; so
        is a file that cannot be replaced, because it is mounted itself or nothing can be made in its directory.
      - Give each run a path of its own where several run at the same time. The last one to end replaces what the others
        wrote, and warns of it.
      - It holds the ids of services and connections, and nothing secret.
    type: path
    env:
      - name: REMOTEIT_RECAP_PATH
    ini:
      - section: callback_remoteit_recap
        key: path
"""

EXAMPLES = r"""
example: |
  ; in ansible.cfg
  [defaults]
  callbacks_enabled = community.remoteit.remoteit_recap

  [callback_remoteit_recap]
  path = ./remoteit.json

# What is printed after PLAY RECAP, to the standard error:
#
# REMOTE.IT RECAP ****************************************************************
# pi-garden 80:00:00:00:01:00:00:02  : opened=1    reused=0    closed=0    open until 2026-11-23T18:05:12Z
# pi-kitchen 80:00:00:00:01:00:00:01 : opened=1    reused=2    closed=1
#
# With connections_by_others, it ends with lines such as
#
# pi-kitchen 80:00:00:00:01:00:00:01 : neighbour@example.com was connected since 2026-11-23T10:01:00Z until 2026-11-23T10:02:00Z
"""

import contextlib
import os
import tempfile
import time
from typing import Any

from ansible import constants
from ansible.plugins.callback import CallbackBase

from ..module_utils._base.errors import RemoteItError
from ..module_utils._model.ids import service_id_of
from ..module_utils._registry.journal import ENV, read
from ..module_utils._tunnels.address import ENV_RUN
from ..plugin_utils._run.end_of_run import END_OF_RUN
from ..plugin_utils._run.recap import Run, events_as_data, lines, lines_of_others, recap
from ..plugin_utils._run.recap_file import replace


class CallbackModule(CallbackBase):
    """Hears of connections, not of tasks, so that it hears of those that SSH opens as well."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "community.remoteit.remoteit_recap"
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._run = Run(time.time())
        self._hosts: dict[str, set[str]] = {}
        self._known: set[str] = set()
        # Ansible removes the directory at its end.
        descriptor, self._journal = tempfile.mkstemp(prefix="remoteit-journal-", dir=constants.DEFAULT_LOCAL_TMP)
        os.close(descriptor)

    def v2_playbook_on_start(self, playbook: Any) -> None:
        """Have everything that happens from now on noted, by whatever process of this run."""
        os.environ[ENV] = self._journal
        self._run.playbooks.append(str(playbook._file_name))

    def v2_runner_on_start(self, host: Any, task: Any) -> None:
        """Remember which service a host is, if its address tells: SSH on demand has no task of its own."""
        name = host.get_name()
        if name not in self._known:
            self._known.add(name)
            with contextlib.suppress(ValueError):
                self._hosts.setdefault(service_id_of(str(host.vars.get("ansible_host"))), set()).add(name)

    def v2_playbook_on_stats(self, stats: Any) -> None:
        """Tell what came of it."""
        events = list(read(self._journal))
        services = recap(events, self._hosts, END_OF_RUN.holder, os.environ.get(ENV_RUN) == END_OF_RUN.holder)
        others = self._others([service["service_id"] for service in services])
        if services and self.get_option("show"):
            for line in [*lines(services, self._display.columns), *lines_of_others(others, services)]:
                self._display.display(line, stderr=True)
        path = self.get_option("path")
        if path:
            asked = {"others": others} if self.get_option("connections_by_others") else {}
            self._write(path, {"services": services, **asked, "events": events_as_data(events)})

    def _others(self, service_ids: list[str]) -> list[dict[str, Any]]:
        if not service_ids or not self.get_option("connections_by_others"):
            return []
        # Few want to know, and it takes all that asks remote.it.
        from ..plugin_utils._run.others import connections_of_others

        try:
            return connections_of_others(service_ids, self._run.began, self._display.warning)
        except RemoteItError as error:
            self._display.warning(f"remoteit_recap cannot tell who else was connected: {error}")
            return []

    def _write(self, path: str, told: dict[str, Any]) -> None:
        try:
            before = replace(path, {"run": self._run.as_data(time.time()), **told})
        except OSError as error:
            self._display.warning(f"path={path} of remoteit_recap cannot be written: {error.strerror}.")
            return
        other = self._run.meanwhile(before)
        if other:
            self._display.warning(
                f"path={path} of remoteit_recap was written by another run while this one lasted ({other}), whose recap "
                "is replaced; give each run a path of its own."
            )
