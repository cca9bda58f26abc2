# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it can change in any release.

from __future__ import annotations


class ModuleDocFragment:
    """Which devices and services are meant: the options of everything that lists them."""

    DOCUMENTATION = r"""
options:
  account:
    description:
      - List the devices of this account instead of those of the access key's own account. This is for organisations.
      - The id, the e-mail address or the name of an organisation in which the user of the access key has a role.
      - What rights the user of an access key should have is in the guide R(Security,ansible_collections.community.remoteit.docsite.guide_security).
    type: str
  name:
    description:
      - Only devices whose name contains this text, without regard to case.
    type: str
  tags:
    description:
      - Only devices with these tags, each written as it is at remote.it. O(tags_match) says how many of them a device needs.
    type: list
    elements: str
  tags_match:
    description:
      - Whether a device needs V(any) or V(all) of the O(tags).
    type: str
    choices:
      - any
      - all
    default: any
  state:
    description:
      - Only devices that are online, or that are offline, as far as remote.it knows.
    type: str
    choices:
      - online
      - offline
  platform:
    description:
      - Only devices of one of these platforms. Each is a name that remote.it has, without regard to case, or an id.
    type: list
    elements: str
  application:
    description:
      - Only services of one of these applications, and only devices that have one. Each is a name that remote.it has, such
        as V(ssh), without regard to case, or an id, such as V(28).
      - The application is what the owner of the service says it is, not a proof.
    type: list
    elements: str
  owner:
    description:
      - Only devices that belong to one of these accounts. Each is an e-mail address.
    type: list
    elements: str
  shared:
    description:
      - V(true) lists only devices that others share with the account, V(false) only its own ones. By default, both are
        listed.
    type: bool
"""
