#!/usr/bin/env bash
# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# ansible-core 2.19.14
#
# add_host takes its arguments from a variable that is a dictionary, and so do other modules through args. set_fact, given
# its facts in the same way, sets none of them and succeeds: the dictionary becomes a fact of the name _raw_params.

set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q ansible-core==2.19.14 2>/dev/null
cat >"$work/play.yml" <<'END'
- hosts: localhost
  gather_facts: false
  vars:
    address: {site: north}
  tasks:
    - ansible.builtin.add_host: "{{ {'name': 'pi'} | combine(address) }}"
    - ansible.builtin.set_fact: "{{ address }}"
    - ansible.builtin.debug:
        msg: "add_host: {{ hostvars.pi.site }}, set_fact: {{ site | default('nothing') }}, _raw_params: {{ _raw_params }}"
END
output=$(ANSIBLE_LOCALHOST_WARNING=0 "$work/venv/bin/ansible-playbook" -i localhost, "$work/play.yml")
grep -F '"msg"' <<<"$output"
grep -qF "add_host: north, set_fact: nothing, _raw_params: {'site': 'north'}" <<<"$output"
