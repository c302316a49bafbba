"""`tfhub docs check`: what is wrong in a tree of documents, a line a finding, for people and for programs."""

import json

import pytest

from support.command import CORRUPT, DONE, NOT_FOUND, USAGE
from support.documents import DOCUMENTS, write_tree

MODULE = """# Module acme/roses/1
Names roses.

<!-- asset-path: https://example.org/roses.tar.gz -->
<!-- task: image-classification -->
<!-- fine-tunable: false -->
<!-- format: saved_model_2 -->

## Overview

Trained on roses.
"""
LITE = "# Lite acme/roses/1\nFor phones.\n\n<!-- asset-path: https://example.org/r.tflite -->\n<!-- parent-model: acme/roses/1 -->\n"
SOUND = {
    "docs/acme/acme.md": "# Publisher acme\nAcme\n",
    "docs/acme/models/roses/1.md": MODULE,
    "docs/acme/models/roses/lite/1.md": LITE,
    "tags/task.yaml": DOCUMENTS["tags/task.yaml"],
}
ROSES, PHONES = "acme/models/roses/1.md", "acme/models/roses/lite/1.md"


def check(tfhub, scratch, changes, *args):
    tree = write_tree(scratch / "tree", {**SOUND, **{f"docs/{path}": text for path, text in changes.items()}})
    return tfhub.run("docs", "check", tree, *args)


def findings(tfhub, scratch, changes) -> list:
    """(path, line, rule) of each; lines and JSON must agree, and the exit code with both."""
    told, data = check(tfhub, scratch, changes), check(tfhub, scratch, changes, "--json")
    all_found = json.loads(data.out)["findings"]
    assert told.out.splitlines() == [f"{f['path']}:{f['line']}: {f['rule']}: {f['message']}" for f in all_found]
    assert told.code == data.code == (CORRUPT if all_found else DONE)
    return [(f["path"], f["line"], f["rule"]) for f in all_found]


def test_a_sound_tree_has_no_findings_and_is_exit_0(tfhub, scratch):
    told = check(tfhub, scratch, {})
    assert (told.code, told.out) == (DONE, "") and "3 documents, 0 findings" in told.err
    assert json.loads(check(tfhub, scratch, {}, "--json").out) == {"findings": [], "documents": 3}
    assert check(tfhub, scratch, {}, "--quiet").err == ""


@pytest.mark.parametrize("path,text,found", [
    (ROSES, MODULE.replace("image-classification", "image-clasification"), [(ROSES, 5, "unknown-value")]),
    (ROSES, MODULE.replace("false", "perhaps"), [(ROSES, 6, "unknown-value")]),
    (ROSES, MODULE.replace("saved_model_2", "onnx"), [(ROSES, 7, "unknown-value")]),
    (ROSES, MODULE.replace("<!-- task: image-classification -->\n", ""), [(ROSES, 1, "required-key")]),
    (ROSES, MODULE.replace("asset-path", "assetpath"), [(ROSES, 1, "required-key"), (ROSES, 4, "unknown-key")]),
    (ROSES, MODULE.replace("https://example.org/roses.tar.gz", "roses.tar.gz"), [(ROSES, 4, "bad-url")]),
    (ROSES, MODULE.replace("Names roses.\n", ""), [(ROSES, 1, "description")]),
    (ROSES, MODULE + "\nAs [tulips](https://tfhub.dev/acme/tulips/1).\n", [(ROSES, 13, "dead-link")]),
    (ROSES, MODULE + "\nOn [phones](https://tfhub.dev/acme/lite-model/roses/1).\n", []),
    (ROSES, MODULE + "\nElsewhere: [tulips](https://example.org/acme/tulips/1).\n", []),
    (PHONES, LITE.replace("acme/roses/1 -->", "acme/tulips/1 -->"), [(PHONES, 5, "missing-parent")]),
    (PHONES, LITE.replace("<!-- parent-model: acme/roses/1 -->\n", ""), [(PHONES, 1, "required-key")]),
    ("acme/acme.md", "# Publisher acme\nAcme\n\n[![Icon URL]](icon.png)\n", [("acme/acme.md", 1, "bad-url")]),
], ids=["task", "choice", "format", "missing key", "misspelt key", "asset", "description", "dead link", "living link", "link elsewhere",
        "parent", "no parent", "icon"])
def test_each_rule(tfhub, scratch, path, text, found):
    assert findings(tfhub, scratch, {path: text}) == found


@pytest.mark.parametrize("first", ["", "Roses", "# Roses", "# Module acme/roses", "# Module /roses/1", "# Module acme/../roses/1", "# Model acme/roses/2"])
def test_a_first_line_that_names_nothing(tfhub, scratch, first):
    assert findings(tfhub, scratch, {"acme/new.md": first + "\n\nText.\n"}) == [("acme/new.md", 1, "identity")]


def test_one_identity_in_two_files_names_the_other(tfhub, scratch):
    told = check(tfhub, scratch, {"acme/other.md": MODULE})
    assert told.code == CORRUPT and told.out.count("\n") == 1
    assert ": duplicate: " in told.out and "acme/other.md" in told.out and ROSES in told.out


def test_findings_come_by_file_and_line_and_are_counted(tfhub, scratch):
    wrong = MODULE.replace("image-classification", "x").replace("false", "y") + "\n[a](https://tfhub.dev/acme/a/1)\n"
    assert findings(tfhub, scratch, {ROSES: wrong, "acme/b.md": "?\n"}) == [
        ("acme/b.md", 1, "identity"), (ROSES, 5, "unknown-value"), (ROSES, 6, "unknown-value"), (ROSES, 13, "dead-link")]
    assert "4 documents, 4 findings" in check(tfhub, scratch, {ROSES: wrong, "acme/b.md": "?\n"}).err


def test_a_vocabulary_that_cannot_be_read_is_a_finding_and_its_key_unchecked(tfhub, scratch):
    tree = write_tree(scratch / "tree", {**SOUND, "tags/task.yaml": "values: [unclosed\n",
                                         f"docs/{ROSES}": MODULE.replace("image-classification", "anything")})
    told = tfhub.run("docs", "check", tree)
    assert told.code == CORRUPT and told.out.startswith("tags/task:1: vocabulary: ") and told.out.count("\n") == 1


def test_what_could_drive_a_terminal_is_shown_harmlessly(tfhub, scratch):
    told = check(tfhub, scratch, {ROSES: MODULE.replace("image-classification", "\x1b[31mred")})
    assert told.code == CORRUPT and "\x1b" not in told.out and "\\x1b[31mred" in told.out


def test_it_changes_nothing_and_needs_no_store(tfhub, scratch):
    tree = write_tree(scratch / "tree", SOUND)
    before = {p: p.read_bytes() for p in tree.rglob("*") if p.is_file()}
    tfhub.ok("docs", "check", tree)
    assert {p: p.read_bytes() for p in tree.rglob("*") if p.is_file()} == before


def test_no_tree_and_wrong_usage(tfhub, scratch):
    tfhub.fails(NOT_FOUND, "docs", "check", scratch / "nothing")
    (scratch / "empty").mkdir()
    tfhub.fails(NOT_FOUND, "docs", "check", scratch / "empty")
    tfhub.fails(USAGE, "docs", "check")
    tfhub.fails(USAGE, "docs", "chek", scratch)
