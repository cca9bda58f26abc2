# Copyright (c) 2026, community.remoteit contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Put probes into the plugins, or tell which lines tests reached."""

from __future__ import annotations

import argparse
import json
import os
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

from .probes import with_probes

_ROOT = Path(__file__).resolve().parents[2]
_LOG, _LINES, _COLLECTION = "log", "lines.json", "collection"


def main() -> None:
    """Do what the command line asks for."""
    parser = argparse.ArgumentParser("tests.coverage", description=__doc__)
    parser.add_argument("action", choices=["probes", "report"])
    parser.add_argument("directory", type=Path, help="for the collection with probes, and what they tell")
    options = parser.parse_args()
    if options.action == "probes":
        put_probes(options.directory.resolve())
    else:
        for line in report(options.directory):
            print(line)


def put_probes(directory: Path) -> None:
    """Make *directory* anew: a collection like this one, whose plugins have probes, and their log, which is empty."""
    shutil.rmtree(directory, ignore_errors=True)
    collection, log = directory / _COLLECTION, directory / _LOG
    collection.mkdir(parents=True)
    for path in _ROOT.iterdir():
        if path.name != "plugins" and not path.name.startswith("."):
            (collection / path.name).symlink_to(path)
    log.touch()
    # Tests also run plugins as another user.
    log.chmod(0o666)
    statements = {}
    for path in sorted(_ROOT.glob("plugins/**/*.py")):
        file = str(path.relative_to(_ROOT))
        source, lines = with_probes(path.read_bytes(), file, str(log), os.O_WRONLY | os.O_APPEND)
        statements[file] = sorted(lines)
        (collection / file).parent.mkdir(parents=True, exist_ok=True)
        (collection / file).write_bytes(source)
    (directory / _LINES).write_text(json.dumps(statements))


def report(directory: Path) -> Iterator[str]:
    """A table of the plugins: statements, those that were not reached, the part that was, the lines of the others."""
    statements: dict[str, list[int]] = json.loads((directory / _LINES).read_text())
    reached = {tuple(entry.split(" ", 1)) for entry in (directory / _LOG).read_text().splitlines()}
    counts = [0, 0]
    yield f"{'statements':>10} {'missed':>6} {'':>5}  file: lines not reached"
    for file, lines in statements.items():
        missed = [line for line in lines if (str(line), file) not in reached]
        counts = [counts[0] + len(lines), counts[1] + len(missed)]
        yield _row(len(lines), len(missed)) + file + (": " if missed else "") + ", ".join(_ranges(missed, lines))
    yield _row(*counts) + "all plugins"


def _row(statements: int, missed: int) -> str:
    part = 1 - missed / statements if statements else 1
    return f"{statements:>10} {missed:>6} {part:5.0%}  "


def _ranges(missed: Iterable[int], lines: list[int]) -> Iterator[str]:
    """*missed*, those that follow each other among *lines* as ranges."""
    runs: list[list[int]] = []
    for line in missed:
        if runs and lines.index(line) == lines.index(runs[-1][-1]) + 1:
            runs[-1].append(line)
        else:
            runs.append([line])
    for run in runs:
        yield str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}"


if __name__ == "__main__":
    main()
