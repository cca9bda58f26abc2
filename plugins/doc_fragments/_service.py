# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to this collection: it can change in any release.

from __future__ import annotations


class ModuleDocFragment:
    """Which service is meant, by names instead of an id."""

    DOCUMENTATION = r"""
options:
  device:
    description:
      - Instead of the id of a service, the name of its device, exactly as M(community.remoteit.remoteit_device_info) shows it.
        If two devices have this name, none is chosen, and the error lists their services with ids.
      - Names are looked up at remote.it each time, which takes a request more. Ids are faster, and they stay when names change.
    type: str
  device_tag:
    description:
      - Instead of O(device), a tag that just one device has.
    type: str
  service:
    description:
      - With O(device) or O(device_tag), the name of the service, exactly as M(community.remoteit.remoteit_device_info) shows it.
        The remote.it application may leave out the name of the device in front of it.
      - It may be left out if the device has just one service.
    type: str
  account:
    description:
      - With O(device) or O(device_tag), the account that lists the device, if it is not the access key's own. This is for
        organisations. The id, the e-mail address or the name of one in which the user of the access key has a role.
      - The id of a service needs no account.
      - What rights the user of an access key should have is in the guide R(Security,ansible_collections.community.remoteit.docsite.guide_security).
    type: str
"""
