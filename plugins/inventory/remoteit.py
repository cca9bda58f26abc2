# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: remoteit
version_added: 1.0.0
short_description: The devices and services of a remote.it account as hosts
description:
  - Lists the devices and services that an access key can see, as hosts with variables and groups.
  - SSH services are reached without any further task. The first SSH connection opens a remote.it connection, and its end
    closes it. See O(connect).
  - The configuration is a YAML file whose name ends in C(remoteit.yml) or C(remoteit.yaml). A misspelt option is an error.
  - The guide R(The inventory,ansible_collections.community.remoteit.docsite.guide_inventory) explains it by examples.
extends_documentation_fragment:
  - community.remoteit._remoteit
  - community.remoteit._filters
  - ansible.builtin.constructed
  - ansible.builtin.inventory_cache
options:
  plugin:
    description:
      - The name of this plugin.
    type: str
    required: true
    choices:
      - community.remoteit.remoteit
  hosts:
    description:
      - What a host is.
      - With V(services), each service that the filters leave is a host.
      - With V(devices), each device is a host, and its services are in a variable. See the notes.
    type: str
    choices:
      - services
      - devices
    default: services
  include:
    description:
      - Jinja2 conditions over the variables of a host, without braces, as in C(when). A host is listed only if one of them
        is true.
      - A condition that fails for a host, for example because a variable is not defined or the result is no boolean, does
        not let it in. There is a warning, or an error with O(strict). A condition that no host can make right, such as one
        with a syntax error, is always an error.
    type: list
    elements: str
    default: []
  exclude:
    description:
      - Conditions as in O(include). A host is left out if one of them is true.
      - It is left out as well if a condition fails for it, with a warning, or an error with O(strict). Use the Jinja2 filter
        C(default) for attributes that some devices do not have.
    type: list
    elements: str
    default: []
  hostname:
    description:
      - How a host is called. Each entry is the name of a variable of the host such as V(remoteit_device_name), another
        Jinja2 expression over its variables, or a template with braces. The first that gives a text is used. Those that
        fail are passed over.
      - By default, a host is called C(device name-service name), or with O(hosts=devices) C(device name). So its name does
        not change when the device gets another service.
      - What a host name must not contain is replaced by a hyphen. Only letters, digits and the characters C(_.-) are
        kept. A host without any usable name gets one that is made of its id.
      - If several hosts would have the same name, the id is added to the name of each, with a warning. The same happens
        if a host would be called as a group, as C(localhost), or as another machine in an inventory that was read before.
        A host on a device that others share with you never takes the name of one of your own. It gets its id instead.
      - What another inventory has under the same name is the same host if it has the same C(remoteit_id), or if it has no
        address of its own, then with a warning. See the notes.
    type: list
    elements: str
    default: []
  hostvars_prefix:
    description:
      - What the names of the variables begin with.
    type: str
    default: remoteit_
  default_groups:
    description:
      - The groups to build without further configuration. An empty list builds none.
      - V(remoteit) is one group of this name, with all hosts.
      - V(state) are the groups C(remoteit_online) and C(remoteit_offline).
      - V(tags) are groups such as C(remoteit_tag_kitchen), one for each tag.
      - V(applications) are groups such as C(remoteit_application_ssh), one for each type of service, in lower case.
      - V(platforms) are groups such as C(remoteit_platform_raspberry_pi), one for each platform, in lower case.
      - In the names, whatever is not a letter, a digit or an underscore is replaced by an underscore.
    type: list
    elements: str
    choices:
      - remoteit
      - state
      - tags
      - applications
      - platforms
    default:
      - remoteit
      - state
      - tags
      - applications
      - platforms
  ssh_service:
    description:
      - Names of services that speak SSH. Others do if the type of their application is SSH, whatever their name is.
      - With O(hosts=devices), the first one that a device has is how SSH reaches it. Without any, it is the device's only
        SSH service. If a device has several, none is chosen, with a warning, because they may lead to different machines.
    type: list
    elements: str
    default: []
  connect:
    description:
      - How the hosts are reached.
      - With V(on_demand), SSH itself opens the connection when it needs one, and closes it. C(ansible_host) is a name made
        of the service id, under which C(known_hosts) keeps the host key. SSH starts a program that cannot be given a
        secret, so the access key must be in the environment or in a profile, not in O(secret_access_key). O(close) says
        what becomes of SSH connections that persist.
      - With V(existing), only hosts with a connection that is in the O(registry) and open now are listed, with its
        address.
      - With V(open), a connection is opened for each host while the inventory is read, or joined if it is open, and closed
        as O(close) says. Services that are offline, disabled or without the permission to connect are left out of this.
      - With V(none), nothing is said about how a host is reached.
      - C(ansible_host) and C(ansible_port) lead to SSH services only. Use the variable C(remoteit_connection) for others,
        which V(existing) and V(open) set. A host that cannot be reached has a C(ansible_host) that does not exist,
        so that Ansible never connects to a machine that happens to have the same name.
    type: str
    choices:
      - on_demand
      - existing
      - open
      - none
    default: on_demand
  access:
    description:
      - Who may use a connection that is opened. See O(community.remoteit.remoteit_connection#module:access).
    type: str
    choices:
      - latching
      - restricted
      - public
    default: latching
  client_ip:
    description:
      - With O(access=restricted), the address that may connect.
    type: str
  close:
    description:
      - When to close what is opened for the hosts.
      - V(at_end) closes it at the end of the run of Ansible that reads the inventory. This may be another one than that
        which uses it, as in AWX, whose inventories are read beforehand. With O(connect=on_demand), a connection is closed
        as soon as SSH has gone, and at the end of the run SSH connections that persist are ended for that.
      - V(with_ssh), for O(connect=on_demand), lets SSH connections persist beyond the run as C(ControlPersist) says, and
        closes with them. It is for those who run short commands in a row.
      - V(never), for O(connect=open), leaves it open. See O(community.remoteit.remoteit_connection#module:close).
    type: str
    choices:
      - at_end
      - with_ssh
      - never
    default: at_end
    env:
      - name: REMOTEIT_INVENTORY_CLOSE
    ini:
      - section: inventory_remoteit
        key: close
  concurrency:
    description:
      - How many connections O(connect=open) opens at a time.
    type: int
    default: 16
  open_limit:
    description:
      - How many services O(connect=open) may open connections to. With more, the inventory fails before it opens any.
    type: int
    default: 100
  timeout:
    description:
      - Seconds that reading the devices may take, and with O(connect=open) that each connection may take.
    type: float
    default: 60
notes:
  - The variables of a host are C(remoteit_id), C(remoteit_name), C(remoteit_online), C(remoteit_state), which is V(online)
    or V(offline), C(remoteit_attributes), C(remoteit_permissions), C(remoteit_device_id), C(remoteit_device_name),
    C(remoteit_device_online), C(remoteit_device_attributes), C(remoteit_device_permissions), C(remoteit_tags),
    C(remoteit_platform), C(remoteit_platform_name), C(remoteit_owner), C(remoteit_shared), C(remoteit_organisation),
    C(remoteit_created), C(remoteit_last_reported), C(remoteit_external_address), C(remoteit_hardware_id),
    C(remoteit_version), C(remoteit_configurable) and C(remoteit_license). What they mean is told of
    RV(community.remoteit.remoteit_device_info#module:devices).
  - With O(hosts=services), the first six are those of the service. C(remoteit_service_id), C(remoteit_service_name),
    C(remoteit_application), C(remoteit_application_name), C(remoteit_protocol), C(remoteit_host), C(remoteit_port),
    C(remoteit_enabled), C(remoteit_can_connect) and C(remoteit_link) are set as well.
  - With O(hosts=devices), C(remoteit_services) is a dictionary of the services by name. Services that share a name stand
    under their ids. C(remoteit_service_id) and C(remoteit_service_name) are those of the service by which SSH reaches the
    device, if there is one.
  - Of several inventories in one run, let static ones be read first. A static host that is read before and has an address
    of its own, such as C(ansible_host), or a C(ansible_connection), is another machine, and keeps its name. Without these it
    is taken for the device of its name, with a warning, unless its C(remoteit_id) or C(remoteit_service_id) says which
    device it is. An inventory that is read later adds to the host. If it sets its address, a warning says so.
  - If the inventory fails, it adds no hosts.
  - Names, tags and attributes are written by whoever owns a device, perhaps a stranger who shares it. They are never
    evaluated as templates, and what could begin one is escaped, also where a list of the hosts is kept and read again.
  - A filter such as O(tags) or O(shared) that is set, but empty, is an error, because it would leave nobody out. So is one
    whose template gives nothing.
  - A syntax error in an expression is always an error. Of O(groups), O(compose) and O(keyed_groups), an expression that
    fails for a host leaves it as it is. There is a warning, unless a variable is not defined, or an error with O(strict).
    So do not rely on a group of O(groups) to keep hosts away from a play; use O(exclude).
  - All options but O(include), O(exclude), O(hostname), O(compose), O(groups) and O(keyed_groups) can be templates, with
    lookups and extra variables, and can be encrypted by Ansible Vault.
  - O(cache) keeps the devices, no connection and no key. C(--flush-cache) and the task C(refresh_inventory) of
    M(ansible.builtin.meta) read them anew.
seealso:
  - module: community.remoteit.remoteit_connection
  - plugin: community.remoteit.remoteit_proxy
    plugin_type: lookup
author:
  - community.remoteit contributors (@ansible-collections)
"""

EXAMPLES = r"""
# fleet.remoteit.yml: each SSH service that is online is a host, and SSH reaches it without any further task
---
plugin: community.remoteit.remoteit
application: [ssh]
state: online

# Production devices by the names of the devices, grouped by two attributes that their owner has set
---
plugin: community.remoteit.remoteit
application: [ssh]
tags: [production]
hostname:
  - remoteit_device_name
keyed_groups:
  - key: remoteit_device_attributes.site
    prefix: site
  - key: remoteit_device_attributes.rack | string
    prefix: rack
groups:
  new: remoteit_created > '2026'
compose:
  ansible_user: "'pi' if remoteit_platform_name is search('Raspberry') else 'admin'"

# One host for each device, of which only my own; the key comes from the vault
---
plugin: community.remoteit.remoteit
hosts: devices
shared: false
access_key_id: "{{ lookup('ansible.builtin.env', 'MY_KEY_ID') }}"
secret_access_key: "{{ lookup('ansible.builtin.env', 'MY_SECRET') }}"
connect: none
exclude:
  - remoteit_name is match('test-')
  - "'retired' in remoteit_tags"
  - remoteit_attributes.frozen | default(false)

# Windows machines: a connection is opened for each while the inventory is read
---
plugin: community.remoteit.remoteit
include:
  - remoteit_port == 5986
connect: open
compose:
  ansible_connection: "'ansible.builtin.winrm'"
  ansible_host: remoteit_connection.host
  ansible_port: remoteit_connection.port
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from typing import Any, NamedTuple

from ansible.errors import AnsibleError, AnsibleParserError
from ansible.inventory.group import Group
from ansible.plugins.inventory import BaseInventoryPlugin, Cacheable, Constructable

from ..module_utils._base.errors import OptionError, RemoteItError
from ..module_utils._base.text import enumerated
from ..module_utils._fleet.device import Device
from ..module_utils._fleet.filter import FleetFilter
from ..module_utils._model.ids import hex_digits
from ..module_utils._settings.checks import checked_deadline
from ..module_utils._settings.settings import Settings
from ..plugin_utils._inventory.addition import Addition
from ..plugin_utils._inventory.cache import as_record, cache_key, from_record, is_in_vain
from ..plugin_utils._inventory.connect import NONE, ON_DEMAND, reached
from ..plugin_utils._inventory.expressions import Expressions
from ..plugin_utils._inventory.hosts import FleetHost, default_groups, hosts_of_devices, hosts_of_services
from ..plugin_utils._inventory.known import KnownHosts
from ..plugin_utils._inventory.names import Candidate, unique_names
from ..plugin_utils._inventory.options import EXPRESSIONS, check_expressions, check_value
from ..plugin_utils._inventory.overrides import UsersVariables
from ..plugin_utils._inventory.remembering_templar import RememberingTemplar


class NamedHost(NamedTuple):
    """A host by the name that it gets, and the groups to which it belongs by what it is."""

    name: str
    host: FleetHost
    groups: list[str]


class InventoryModule(BaseInventoryPlugin, Constructable, Cacheable):
    """Lists the fleet. All that remote.it tells stays untrusted, so that Ansible never evaluates it as a template."""

    NAME = "community.remoteit.remoteit"
    templar: Any

    def verify_file(self, path: str) -> bool:
        """Whether the file may be a configuration of this plugin."""
        return bool(super().verify_file(path)) and path.endswith(("remoteit.yml", "remoteit.yaml"))

    def parse(self, inventory: Any, loader: Any, path: str, cache: bool = True) -> None:
        """Add the hosts to *inventory*. Raises AnsibleError with one sentence."""
        super().parse(inventory, loader, path, cache)
        self._warned: set[str] = set()
        try:
            self._read_config_data(path)
            self._populate(path, cache)
        except RemoteItError as error:
            raise AnsibleParserError(str(error)) from None

    def set_options(self, task_keys: Any = None, var_options: Any = None, direct: Any = None) -> None:
        """Take the options of the configuration file, evaluating those that are templates."""
        if direct is not None:
            unknown = sorted(str(name) for name in direct if name not in self.option_definitions)
            if unknown:
                raise OptionError(
                    f"{', '.join(unknown)} is not an option of this inventory: see the list that ansible-doc -t inventory "
                    "community.remoteit.remoteit shows."
                )
            self.templar.available_variables = self._vars or {}
            direct = {name: self._evaluated(name, value) for name, value in direct.items()}
        super().set_options(task_keys=task_keys, var_options=var_options, direct=direct)

    def _evaluated(self, name: str, value: Any) -> Any:
        """The value of an option, checked. Raises OptionError."""
        if name in EXPRESSIONS:
            # Over the variables of each host, so they are no templates here.
            return check_expressions(name, value)
        try:
            value = self.templar.template(value)
        except AnsibleError as error:
            # Not the error itself: it may hold an encrypted value, which ansible-core stumbles over.
            raise OptionError(
                f"{name} cannot be evaluated: {error} Correct its template, or give the password of its vault."
            ) from None
        check_value(name, value, self.option_definitions[name])
        return value

    # -- what is listed -----------------------------------------------------------------------------------------

    def _populate(self, path: str, cache: bool) -> None:
        prefix = self.get_option("hostvars_prefix")
        if not (prefix.isidentifier() and prefix.isascii()):
            raise OptionError(
                f"hostvars_prefix={prefix!r} cannot begin the name of a variable: give letters, digits and underscores."
            )
        settings = Settings.from_options(self.get_options())
        # Constructable uses it as well.
        self.templar = RememberingTemplar(self.templar)
        self._expressions = Expressions(self.templar, self.get_options(), self._vars, self._warn)
        devices = self._devices(settings, path, cache)
        hosts = [host for host in self._hosts(devices, prefix) if self._expressions.wants(host)]
        known = KnownHosts(self.inventory.hosts, prefix, self.loader)
        named = self._named(hosts, known)
        self._check_variables(path, named)
        variables = reached(self.get_options(), self._given(), settings, hosts, self._warn)
        listed = [(entry, found) for entry, found in zip(named, variables, strict=True) if found is not None]
        self._tell_of_guesses([entry.name for entry, _found in listed if known.is_taken_for(entry.name, entry.host)])
        for group in sorted({group for entry, _found in listed for group in entry.groups}):
            self.inventory.add_group(group)
        addition = Addition(self.inventory, self._warn)
        try:
            for entry, found in listed:
                addition.add(entry.name, entry.host, {**entry.host.variables, **found}, entry.groups)
            self._construct([entry.name for entry, _found in listed])
        except BaseException:
            addition.take_back()
            raise
        addition.yield_to_groups()
        addition.complete()

    def _check_variables(self, path: str, named: Iterable[NamedHost]) -> None:
        """Raise OptionError where a variable of the user would lead to another machine; tell of those without effect."""
        by_ssh = {entry.name: entry.groups for entry in named if entry.host.service and entry.host.speaks_ssh}
        if not by_ssh or self.get_option("connect") == NONE:
            return
        users, by_address = UsersVariables(path, self.loader, self._vars), self.get_option("connect") != ON_DEMAND
        users.check_hosts(by_ssh, by_address)
        names = {"all"}.union(*by_ssh.values())
        of_groups = users.of_groups(self.inventory.groups.get(name) or Group(name) for name in sorted(names))
        if by_address:
            # On demand, the ProxyCommand sees what SSH is told, whatever groups it is from.
            users.check_sockets(of_groups, by_ssh)
        for sentence in users.hidden(of_groups):
            self._warn(sentence)

    def _devices(self, settings: Settings, path: str, cache: bool) -> list[Device]:
        """The fleet, from the cache where that is asked for and has it."""
        fleet_filter, account = FleetFilter.from_options(self.get_options()), self.get_option("account")
        cached = self.get_option("cache")
        key = f"{self.get_cache_key(path)}_{cache_key(settings, fleet_filter, account)}"
        if cached and cache:
            devices = from_record(self._cache.get(key))
            if devices is not None:
                return devices
        # Only here, because it is slow.
        from ..module_utils._fleet.query import read_fleet

        devices = read_fleet(settings, fleet_filter, account, checked_deadline(self.get_option("timeout")), self._warn)
        if cached:
            self._cache[key] = as_record(devices)
            if is_in_vain(self._cache):
                self._warn(
                    f"cache_plugin={self.get_option('cache_plugin')} keeps the devices, but Ansible does not read them "
                    "from there again: choose ansible.builtin.jsonfile, with persist_metadata, or set cache=false."
                )
        return devices

    def _hosts(self, devices: Iterable[Device], prefix: str) -> Iterator[FleetHost]:
        ssh_names = self.get_option("ssh_service")
        if self.get_option("hosts") == "devices":
            return hosts_of_devices(devices, prefix, ssh_names, self._warn)
        return hosts_of_services(devices, prefix, ssh_names)

    def _named(self, hosts: list[FleetHost], known: KnownHosts) -> list[NamedHost]:
        """The hosts with names that neither a group nor another machine has, of those that are *known*."""
        groups = [default_groups(host, self.get_option("default_groups")) for host in hosts]
        names = self._names(hosts, {name for its_groups in groups for name in its_groups}, known)
        return [NamedHost(*entry) for entry in zip(names, hosts, groups, strict=True)]

    def _names(self, hosts: list[FleetHost], groups: set[str], known: KnownHosts) -> list[str]:
        """The names of the hosts, given that *groups* will be built and other hosts are *known*."""
        composed = (
            *self.get_option("groups"),
            *(keyed.get("parent_group") for keyed in self.get_option("keyed_groups")),
        )
        groups |= {self._sanitize_group_name(str(name)) for name in composed if name}
        candidates = [
            Candidate(self._expressions.name(host), hex_digits(host.id), host.device.shared) for host in hosts
        ]
        names, changed = unique_names(
            candidates,
            groups.union(self.inventory.groups),
            lambda name, index: known.is_other(name, hosts[index]),
        )
        if changed:
            self._warn(
                f"These names of hosts are not unique, so ids were added to them: {enumerated(changed)}. Rename the "
                "devices, or set hostname."
            )
        return names

    def _tell_of_guesses(self, names: list[str]) -> None:
        if names:
            self._warn(
                "These hosts are in another inventory as well, which gives them no address, so they are taken for the "
                f"same machines: {enumerated(names)}. If one is another machine, set its ansible_host there, or set "
                f"hostname. If it is the same, set its {self.get_option('hostvars_prefix')}id there, or let that "
                "inventory be read later."
            )

    def _given(self) -> dict[str, Any]:
        """The options that are not left at their defaults."""
        return {
            name: self.get_option(name)
            for name in self.option_definitions
            if self.get_option_and_origin(name)[1] != "default"
        }

    # -- into the inventory -------------------------------------------------------------------------------------

    def _construct(self, names: Iterable[str]) -> None:
        """Apply the user's expressions, when all hosts are known."""
        compose, groups, keyed = (self.get_option(name) for name in ("compose", "groups", "keyed_groups"))
        attempt = self._expressions.attempt
        for name in names if compose else ():
            variables = self.inventory.hosts[name].get_vars()
            for key, text in compose.items():
                attempt("compose", text, partial(self._set_composite_vars, {key: text}, variables, name, True))
        for name in names if groups or keyed else ():
            variables = self.inventory.hosts[name].get_vars()
            for key, text in groups.items():
                apply = partial(self._add_host_to_composed_groups, {key: text}, variables, name, True)
                attempt("groups", text, partial(apply, fetch_hostvars=False))
            for entry in keyed:
                attempt("keyed_groups", entry["key"], partial(self._add_to_keyed_group, entry, variables, name))

    def _add_to_keyed_group(self, entry: Mapping[str, Any], variables: Mapping[str, Any], name: str) -> None:
        try:
            self._add_host_to_keyed_groups([entry], variables, name, True, fetch_hostvars=False)
        except AnsibleError:
            if self.get_option("strict") or not self._is_empty(entry["key"], variables):
                raise

    def _is_empty(self, expression: str, variables: Mapping[str, Any]) -> bool:
        """Whether *expression* gives nothing of which a group could be made."""
        try:
            return not self._compose(expression, variables)
        except AnsibleError:
            return False

    def _warn(self, message: str) -> None:
        if message not in self._warned:
            self._warned.add(message)
            self.display.warning(message)
