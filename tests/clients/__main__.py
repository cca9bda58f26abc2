# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Have libraries of others verify what the collection sends; --write also writes docs/clients.md anew."""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import urllib3

from tests.conftest import ROOT
from tests.doubles.certificates import Authority

from .libraries import LIBRARIES, Library
from .server import CHANGES, running
from .urls import URLS

_TABLE = ROOT / "docs" / "clients.md"
_LICENCE = [line.removeprefix("# ") for line in Path(__file__).read_text(encoding="utf-8").splitlines()[:3]]
_COLUMNS = ("library", "signature", "URLs", "another key", *CHANGES)


def main() -> int:
    """Print what each library says; 1 if one says what it should not."""
    parser = argparse.ArgumentParser("tests.clients", description=__doc__)
    parser.add_argument("--write", action="store_true", help="write the table of the documentation anew")
    write = parser.parse_args().write
    os.environ["NO_PROXY"] = "*"
    # their certificate is for no host of the URLs
    urllib3.disable_warnings()
    rows, complaints = [], []
    for library in LIBRARIES:
        library.install()
        row, found = _judged(library)
        rows.append(row)
        complaints += [f"{library}: {complaint}" for complaint in found]
        print("; ".join(f"{name}: {cell}" for name, cell in zip(_COLUMNS, row, strict=True)), flush=True)
    print("\n".join(complaints), file=sys.stderr, end="\n" if complaints else "")
    if write:
        _TABLE.write_text("\n".join(_document(rows, complaints)) + "\n", encoding="utf-8")
    return 1 if complaints else 0


def _judged(library: Library) -> tuple[list[str], list[str]]:
    """The row of *library*, and what in it should not be."""
    with (
        tempfile.TemporaryDirectory() as directory,
        running(library, Authority(Path(directory)).server_file()) as server,
    ):
        refused = server.refused_urls()
        complaints = [f"{url} {reason}" for url, reason in refused.items()]
        row = [str(library), f"`{library.dialect}`", f"{len(URLS) - len(refused)} of {len(URLS)} hold"]
        expected = {
            "another key": False,
            **{name: library.dialect in holding for name, (_change, holding) in CHANGES.items()},
        }
        seen = {"another key": server.takes_another_key()}
        seen |= {name: server.holds_after(change) for name, (change, _holding) in CHANGES.items()}
    for name, holds in seen.items():
        row.append("holds" if holds else "refused")
        if holds != expected[name]:
            complaints.append(f"{name}: {row[-1]}")
    return row, complaints


def _document(rows: list[list[str]], complaints: list[str]) -> Iterator[str]:
    node = subprocess.run(["node", "--version"], check=True, capture_output=True, text=True).stdout.strip()
    yield from ("<!--", *_LICENCE, "-->", "", "# Signatures as others verify them", "")
    yield f"Written by `make clients ARGS=--write`. Python {platform.python_version()}, Node.js {node.removeprefix('v')}."
    yield f"Each library verifies, as a server, requests of the collection to {len(URLS)} URLs: hosts, ports, IPv6, escapes, other"
    yield "alphabets, queries. npm http-message-signatures also signs each request as remote.it's SDK does, and must give the"
    yield "same bytes. The last columns are one request that another key signed, or that was changed on its way."
    yield ""
    yield f"| {' | '.join(_COLUMNS)} |"
    yield f"| {' | '.join('---' for _column in _COLUMNS)} |"
    yield from (f"| {' | '.join(row)} |" for row in rows)
    if complaints:
        yield from ("", "What should not be:", "", *(f"- {complaint}" for complaint in complaints))


if __name__ == "__main__":
    sys.exit(main())
