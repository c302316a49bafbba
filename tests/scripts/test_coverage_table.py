"""scripts/coverage_table.py: a row for each room, of all its files."""

import json
import pathlib
import subprocess
import sys

SCRIPT = pathlib.Path(__file__).parents[2] / "scripts/coverage_table.py"
PLACE = "before\n<!-- coverage -->\nold\n<!-- /coverage -->\nafter\n"


def file(name, *counts):
    return dict(zip(("line_covered", "line_total", "branch_covered", "branch_total"), counts), filename=name)


def run(directory, files, document=PLACE):
    (directory / "summary.json").write_text(json.dumps({"files": files}))
    (directory / "document.md").write_text(document)
    return subprocess.run([sys.executable, SCRIPT, directory / "summary.json", directory / "document.md"], capture_output=True, text=True)


def test_files_are_summed_by_room_and_publication_is_a_row_of_its_own(tmp_path):
    done = run(tmp_path, [file("src/cache/a.cc", 8, 10, 1, 4), file("src/cache/bucket/b.cc", 1, 10, 2, 4), file("src/base/c.h", 5, 5, 0, 0),
                          file("src/catalog/publication_steps.cc", 1, 2, 1, 2), file("src/catalog/d.cc", 1000, 1998, 1, 2)])
    assert done.returncode == 0, done.stderr
    rows = [
        "| room | lines | reached | branches | reached |",
        "|---|---:|---:|---:|---:|",
        "| `base` | 5 | 100.0 % | 0 | - |",
        "| `cache` | 20 | 45.0 % | 8 | 37.5 % |",
        "| `catalog` | 2,000 | 50.0 % | 4 | 50.0 % |",
        "| `catalog/publication*` | 2 | 50.0 % | 2 | 50.0 % |",
        "| **in all** | 2,025 | 50.1 % | 12 | 41.7 % |",
    ]
    written = "".join(row + "\n" for row in rows)
    assert done.stdout == written
    assert (tmp_path / "document.md").read_text() == PLACE.replace("old\n", written)


def test_a_document_without_a_place_and_a_file_of_no_room_are_refused(tmp_path):
    assert "0 places" in run(tmp_path, [file("src/a/b.cc", 1, 1, 1, 1)], "nothing\n").stderr
    assert "no room" in run(tmp_path, [file("tests/b.cc", 1, 1, 1, 1)]).stderr
    assert (tmp_path / "document.md").read_text() == PLACE
