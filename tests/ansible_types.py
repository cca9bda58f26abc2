# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The form in which this ansible-core writes values that are more than plain data."""

from __future__ import annotations

# They are core's own affair, which is why a test has to look at them: a stranger may write the same form.
from ansible._internal._json._profiles import _cache_persistence
from ansible.module_utils._internal._datatag import AnsibleSerializable

TYPE_KEY = AnsibleSerializable._TYPE_KEY
# All that a cache may hold, and a name that none has.
TYPE_NAMES = [*sorted(_cache_persistence._Profile._allowed_type_keys), "NoSuchType"]
