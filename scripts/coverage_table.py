#!/usr/bin/env python3
"""Sums what gcovr counted for each file into a row for each room of src/, and writes the table between the lines
<!-- coverage --> and <!-- /coverage --> of a document. What publishes is a row of its own beside its room.

  scripts/coverage_table.py SUMMARY.json DOCUMENT
"""

import json
import pathlib
import re
import sys

TABLE = re.compile(r"(<!-- coverage -->\n).*?(<!-- /coverage -->)", re.DOTALL)
COUNTS = ("line_covered", "line_total", "branch_covered", "branch_total")


def rows_of(name):
    """The rows that a file counts in."""
    parts = name.split("/")
    if parts[0] != "src" or len(parts) < 3:
        raise ValueError(f"{name} is in no room of src/")
    publication = parts[1] == "catalog" and parts[-1].startswith("publication")
    return [parts[1], "all"] + ["catalog/publication*"] * publication


def sums(files):
    rows = {}
    for file in files:
        for row in rows_of(file["filename"]):
            counts = rows.setdefault(row, dict.fromkeys(COUNTS, 0))
            for count in COUNTS:
                counts[count] += file[count]
    return rows


def share(covered, total):
    return f"{100 * covered / total:.1f} %" if total else "-"


def table(rows):
    lines = ["| room | lines | reached | branches | reached |", "|---|---:|---:|---:|---:|"]
    for row in sorted(rows, key=lambda name: (name == "all", name)):
        c = rows[row]
        lines.append(f"| {'**in all**' if row == 'all' else f'`{row}`'} | {c['line_total']:,} | {share(c['line_covered'], c['line_total'])} "
                     f"| {c['branch_total']:,} | {share(c['branch_covered'], c['branch_total'])} |")
    return "\n".join(lines) + "\n"


def main():
    summary, document = map(pathlib.Path, sys.argv[1:])
    written = table(sums(json.loads(summary.read_text())["files"]))
    text, places = TABLE.subn(lambda found: found[1] + written + found[2], document.read_text())
    if places != 1:
        sys.exit(f"{document} has {places} places for the table, not one")
    document.write_text(text)
    print(written, end="")


if __name__ == "__main__":
    main()
