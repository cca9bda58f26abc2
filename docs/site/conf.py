# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How Sphinx builds the documentation of the collection."""

from __future__ import annotations

import tempfile
import zlib
from pathlib import Path

project = "community.remoteit"
author = copyright = "community.remoteit contributors"
title = html_title = html_short_title = "community.remoteit"

extensions = ["sphinx.ext.intersphinx", "sphinx_antsibull_ext"]
default_role = "any"
pygments_style = "ansible"
highlight_language = "YAML+Jinja"

html_theme = "sphinx_ansible_theme"
html_show_sphinx = False
html_use_index = False
html_copy_source = False


def _inventory(pages: Path) -> str:
    """A file in the format of Sphinx's inventories, so that the build needs no network."""
    lines = [line.split() for line in pages.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    objects = "".join(f"{name} {role} -1 {page} -\n" for role, name, page in lines)
    head = "# Sphinx inventory version 2\n# Project: ansible\n# Version: \n# The remainder is compressed using zlib.\n"
    with tempfile.NamedTemporaryFile(prefix="ansible-", suffix=".inv", delete=False) as file:
        file.write(head.encode() + zlib.compress(objects.encode()))
    return file.name


intersphinx_mapping = {
    "ansible": (
        "https://docs.ansible.com/projects/ansible/latest/",
        _inventory(Path(__file__).with_name("ansible_pages.txt")),
    )
}
