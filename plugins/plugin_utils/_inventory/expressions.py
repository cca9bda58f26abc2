# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The user's expressions that choose hosts and name them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ansible.errors import AnsibleError, AnsibleParserError, AnsibleTemplateSyntaxError, AnsibleUndefinedVariable

from ...module_utils._base.errors import OptionError
from ...module_utils._model.ids import host_key_alias
from .hosts import FleetHost
from .names import safe_name
from .remembering_templar import RememberingTemplar


class Expressions:
    """The expressions among the inventory's *options*, over the variables of each host.

    *extra_vars* are those of the command line, and *warn* takes one sentence for the user.
    """

    def __init__(
        self,
        templar: RememberingTemplar,
        options: Mapping[str, Any],
        extra_vars: Mapping[str, Any] | None,
        warn: Callable[[str], None],
    ) -> None:
        self._templar = templar
        self._options = options
        self._extra_vars = (extra_vars or {}) if options["use_extra_vars"] else None
        self._warn = warn

    def wants(self, host: FleetHost) -> bool:
        """Whether ``include`` and ``exclude`` leave the host in. One whose condition fails is never listed for it."""
        include, exclude = self._options["include"], self._options["exclude"]
        if include and not any(self._holds("include", condition, host, if_failed=False) for condition in include):
            return False
        return not any(self._holds("exclude", condition, host, if_failed=True) for condition in exclude)

    def name(self, host: FleetHost) -> str:
        """What ``hostname`` calls the host; its id where that gives no name."""
        expressions = self._options["hostname"]
        if not expressions:
            return safe_name("-".join(filter(None, map(safe_name, host.words)))) or host_key_alias(host.id)
        why = "none of them is a text with letters or digits."
        for expression in expressions:
            try:
                value = self._evaluated(expression, host.variables)
            except AnsibleTemplateSyntaxError as error:
                raise _mistake("hostname", expression, error) from None
            except AnsibleError as error:
                why = str(error)
                continue
            name = safe_name(str(value)) if isinstance(value, (str, int)) and not isinstance(value, bool) else ""
            if name:
                return name
        self.failed(f"hostname gives no name to at least one host, so its id is used: {why}")
        return host_key_alias(host.id)

    def failed(self, message: str) -> None:
        """Tell of an expression that failed; with ``strict`` it ends the inventory."""
        if self._options["strict"]:
            raise AnsibleParserError(message)
        self._warn(message)

    def attempt(self, option: str, expression: Any, apply: Callable[[], None]) -> None:
        """Let *apply* use *expression* of *option* for one host, for which it may fail.

        A variable that is not defined is no news without ``strict``, as in ansible.builtin.constructed.
        """
        try:
            apply()
        except Exception as error:  # noqa: BLE001  # some values of a key raise errors of any kind
            # Constructable wraps what the templar raises into an error that names the host.
            cause = error.__context__ or error
            if isinstance(cause, AnsibleTemplateSyntaxError):
                raise _mistake(option, expression, cause) from None
            strict = self._options["strict"]
            if strict or not isinstance(cause, AnsibleUndefinedVariable):
                self.failed(
                    f"{option}={expression!r} failed for at least one host, which it leaves as it is: "
                    f"{error if strict else cause}"
                )

    def _holds(self, option: str, condition: str, host: FleetHost, if_failed: bool) -> bool:
        self._use(host.variables)
        try:
            return bool(self._templar.evaluate_conditional(condition))
        except AnsibleTemplateSyntaxError as error:
            raise _mistake(option, condition, error) from None
        except AnsibleError as error:
            result = str(if_failed).lower()
            self.failed(
                f"{option}={condition!r} failed for at least one host, for which it counts as {result}: {error}"
            )
            return if_failed

    def _evaluated(self, expression: str, variables: Mapping[str, Any]) -> Any:
        if expression in variables and self._extra_vars is None:
            return variables[expression]
        self._use(variables)
        if "{{" in expression or "{%" in expression:
            return self._templar.template(expression)
        return self._templar.evaluate_expression(expression)

    def _use(self, variables: Mapping[str, Any]) -> None:
        self._templar.available_variables = {**variables, **(self._extra_vars or {})}


def _mistake(option: str, expression: Any, error: Exception) -> OptionError:
    """The error for an *expression* that no host can make right."""
    return OptionError(f"{option}={expression!r} cannot be evaluated: {error}. Correct it in the configuration file.")
