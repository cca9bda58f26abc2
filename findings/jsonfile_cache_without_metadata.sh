#!/usr/bin/env bash
# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# ansible-core 2.22.0rc1
#
# With persist_metadata=false, which 2.22 brings, the cache plugin jsonfile writes an inventory that is cached, and no later
# run reads it: the file is there and fresh, and the source is asked each time. With the default it is asked once.

set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${PYTHON:-python3.13}" -m venv "$work/venv"
"$work/venv/bin/pip" install -q ansible-core==2.22.0rc1 2>/dev/null
mkdir "$work/inventory_plugins"
cat >"$work/inventory_plugins/source.py" <<'END'
DOCUMENTATION = """
name: source
short_description: A source that counts how often it is asked
extends_documentation_fragment: [ansible.builtin.inventory_cache]
options:
  plugin: {type: str, required: true, description: [The name.]}
"""
from pathlib import Path
from ansible.plugins.inventory import BaseInventoryPlugin, Cacheable

class InventoryModule(BaseInventoryPlugin, Cacheable):
    NAME = "source"

    def parse(self, inventory, loader, path, cache=True):
        super().parse(inventory, loader, path, cache)
        self._read_config_data(path)
        key = self.get_cache_key(path)
        names = self._cache.get(key) if cache and self.get_option("cache") else None
        if names is None:
            with Path(path).with_name("asked").open("a") as file:
                file.write("asked\n")
            names = {"names": ["pi"]}
            self._cache[key] = names
        for name in names["names"]:
            inventory.add_host(name)
END
cat >"$work/fleet.yml" <<END
plugin: source
cache: true
cache_plugin: ansible.builtin.jsonfile
cache_connection: $work/cache
END
export ANSIBLE_INVENTORY_PLUGINS=$work/inventory_plugins ANSIBLE_INVENTORY_ENABLED=source
times() {
  rm -rf "$work/asked" "$work/cache"
  for _run in 1 2 3; do "$work/venv/bin/ansible-inventory" -i "$work/fleet.yml" --list | grep -q '"pi"'; done
  [ "$(find "$work/cache" -type f | wc -l)" = 1 ]
  wc -l <"$work/asked"
}
kept=$(times)
bare=$(ANSIBLE_CACHE_JSONFILE_PERSIST_METADATA=false times)
echo "asked in three runs: $kept with metadata, $bare without"
[ "$kept" -eq 1 ] && [ "$bare" -eq 3 ]
