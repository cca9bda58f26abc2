# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is done for uses of a service, and for the end of them."""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path

import pytest

from ansible_collections.community.remoteit.plugins.module_utils._base.clock import Deadline
from ansible_collections.community.remoteit.plugins.module_utils._base.errors import ApiError, RemoteItError
from ansible_collections.community.remoteit.plugins.module_utils._base.process import process_name
from ansible_collections.community.remoteit.plugins.module_utils._connections.connections import Connections
from ansible_collections.community.remoteit.plugins.module_utils._connections.sweep_orders import Claim
from ansible_collections.community.remoteit.plugins.module_utils._model.access import RESTRICTED, Access
from ansible_collections.community.remoteit.plugins.module_utils._model.wanted import Wanted
from ansible_collections.community.remoteit.plugins.module_utils._registry import journal
from ansible_collections.community.remoteit.plugins.module_utils._tunnels import account as account_module
from ansible_collections.community.remoteit.plugins.module_utils._tunnels.account import Account, Errand
from tests.doubles.account import listed
from tests.doubles.held import Site, made
from tests.doubles.material import SERVICE
from tests.doubles.renewal import Renewal

ME, OTHER = process_name(os.getpid()), process_name(os.getppid())
WANTED = Wanted(access=None, verify_after=900, holder=ME, by_ssh=True)
OPENS = {
    "status": "true",
    "connection": {"connectionid": "NEW", "proxyserver": "127.0.0.1", "proxyport": 9, "reverseProxy": False},
}


@pytest.fixture
def told() -> list[tuple[str, frozenset[str]]]:
    """Each sentence and the runs that it is for."""
    return []


@pytest.fixture
def account(site: Site, told: list[tuple[str, frozenset[str]]]) -> Account:
    site.account.says["connect"] = OPENS
    return Account(site.settings, ME, lambda sentence, runs: told.append((sentence, runs)))


def deadline() -> Deadline:
    return Deadline(10)


def test_what_is_not_there_is_opened_and_what_is_there_is_joined(site: Site, account: Account) -> None:
    opened, is_new = account.found(SERVICE, WANTED, deadline())
    assert (opened.id, is_new) == ("NEW", True)
    joined, is_new = account.found(SERVICE, WANTED, deadline())
    assert (joined.id, is_new) == ("NEW", False)
    assert site.account.asked == ["connect"]
    # who joins what was opened here does not make it another's
    assert list(account.memory.opened()) == [SERVICE]


def test_what_is_dead_is_replaced_and_closed(site: Site, account: Account) -> None:
    dead, _is_new = account.found(SERVICE, WANTED, deadline())
    site.account.says["connect"] = {**OPENS, "connection": {**OPENS["connection"], "connectionid": "OTHER"}}  # type: ignore[dict-item]
    other, is_new = account.found_instead(dead, False, WANTED, deadline())
    assert (other.id, is_new) == ("OTHER", True)
    assert list(site.held()) == ["OTHER"]


def test_what_is_used_by_others_here_all_the_same_is_not(site: Site, account: Account) -> None:
    used, _is_new = account.found(SERVICE, WANTED, deadline())
    site.account.says["connect"] = {**OPENS, "connection": {**OPENS["connection"], "connectionid": "OTHER"}}  # type: ignore[dict-item]
    account.found_instead(used, True, WANTED, deadline())
    assert list(site.held()) == ["NEW", "OTHER"]


def test_a_refusal_is_believed_for_a_moment(site: Site, account: Account) -> None:
    site.account.says["connect"] = {"status": "false", "reason": "service is inactive"}
    for _number in range(3):
        with pytest.raises(ApiError, match="service is inactive"):
            account.found(SERVICE, WANTED, deadline())
    assert site.account.asked.count("connect") == 1


def test_so_is_that_ssh_cannot_use_it(site: Site, account: Account) -> None:
    web = {"connectionid": "WEB", "proxy": "https://web.p18.rt3.io", "reverseProxy": True}
    site.account.says["connect"] = {"status": "true", "connection": web}
    for _number in range(3):
        with pytest.raises(RemoteItError, match="which SSH cannot use"):
            account.found(SERVICE, WANTED, deadline())
    assert site.account.asked.count("connect") == 1


def test_what_nobody_needs_is_closed_and_forgotten(site: Site, account: Account) -> None:
    account.found(SERVICE, WANTED, deadline())
    account.close({SERVICE: Errand()})
    assert (site.held(), account.memory.held()) == ({}, {})
    assert site.account.asked.count("stop") == 1


def test_what_others_need_is_left_to_them_without_a_word_to_remote_it(site: Site, account: Account) -> None:
    site.hold(made("A", holders=(OTHER,)))
    account.found(SERVICE, WANTED, deadline())
    account.close({SERVICE: Errand()})
    assert site.held() == {"A": (False, (OTHER,))}
    assert (site.account.asked, account.memory.held()) == ([], {})


def test_what_was_opened_is_closed_though_the_registry_has_lost_it(site: Site) -> None:
    site.account.says["connect"] = OPENS
    site.account.sessions = [listed("NEW", time.time())]
    settings = site.settings._replace(patience=site.settings.patience._replace(life_lease=0.3))
    account = Account(settings, ME, lambda sentence, _run: pytest.fail(sentence))
    account.found(SERVICE, WANTED, deadline())
    shutil.rmtree(site.settings.registry)
    account.close({SERVICE: Errand()})
    assert site.account.asked.count("stop") == 1


# What ends the use in its turn: in the registry alone where others need it too, else at remote.it.
@pytest.mark.parametrize(("ends", "others"), [("leave", (OTHER,)), ("release", ())])
def test_a_renewal_that_is_late_puts_nothing_back_of_what_is_ended(
    site: Site, account: Account, ends: str, others: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    site.hold(made("A", holders=others))
    account.memory.remember(Claim(made("A"), opened=True))
    renewal = Renewal(account.memory, monkeypatch)
    # what is lost by now is put back by who closes; nobody else is to be waited for
    monkeypatch.setattr(account.memory, "unsaid", lambda: 0.0)
    place = account_module if ends == "leave" else Connections
    monkeypatch.setattr(place, ends, renewal.then(getattr(place, ends)))
    account.close({SERVICE: Errand()})
    assert site.held() == ({"A": (False, others)} if others else {})


def test_what_could_not_be_closed_is_told_and_is_nobodys_and_can_be_closed_later(site: Site, account: Account) -> None:
    site.account.says["stop"] = {"status": "false", "reason": "not now"}
    site.account.sessions = [listed("NEW", time.time())]
    account.found(SERVICE, WANTED, deadline())
    failed = account.close({SERVICE: Errand()})
    assert failed[SERVICE].startswith(f"A connection to {SERVICE} was left open: ")
    assert site.held() == {"NEW": (False, ())}
    assert account.memory.held() == {}
    site.account.says["stop"] = {"status": "true"}
    assert account.close({SERVICE: Errand()}) == {}
    assert site.held() == {}


def test_what_others_left_is_told_to_the_runs_that_it_is_done_for(
    site: Site, account: Account, ended: str, told: list[tuple[str, frozenset[str]]]
) -> None:
    site.hold(made("A", access="public", holders=(ended,)))
    site.account.sessions = [listed("A", time.time())]
    runs = frozenset({"one", "other"})
    restricted = WANTED._replace(access=Access(RESTRICTED, "203.0.113.7"))
    with account.on(Errand(runs)):
        account.found(SERVICE, restricted, deadline())
    ((sentence, for_whom),) = told
    assert sentence.startswith("Connection A ") and "was left behind by a process that has ended" in sentence
    assert for_whom == runs


def test_what_is_done_is_in_the_journal_of_the_run_that_it_is_done_for(account: Account, tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    for path in (first, second):
        path.touch()
    with account.on(Errand(journal=str(first))):
        account.found(SERVICE, WANTED, deadline())
    account.found(SERVICE, WANTED, deadline())
    account.close({SERVICE: Errand(journal=str(second))})
    assert [event.what for event in journal.read(str(first))] == [journal.OPENED]
    assert [event.what for event in journal.read(str(second))] == [journal.CLOSED]


def test_that_the_registry_fails_is_told_once(
    site: Site, account: Account, told: list[tuple[str, frozenset[str]]]
) -> None:
    account.found(SERVICE, WANTED, deadline())
    Path(site.settings.registry).chmod(0o755)
    for _number in range(2):
        with pytest.raises(Exception, match="registry"):
            account._renew_aloud()
    assert len(told) == 1
