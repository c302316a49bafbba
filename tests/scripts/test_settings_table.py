"""scripts/settings_table.py: the documents and the sources say the same."""

import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).parents[2]
HEADER = """
inline constexpr Setting kOne{"TFHUB_ONE", "1", "The \\"first\\" one, "
                                                 "in two pieces."};
inline constexpr Setting kTwo{
    "TFHUB_TWO", "", "The second."};
"""
SOURCE = "all() { static constexpr std::array kAll = {&kTwo, &kOne,}; }"
EMPTY = "before\n<!-- settings -->\n<!-- /settings -->\nafter\n"


def tree(directory, header=HEADER, source=SOURCE, document=EMPTY, other=""):
    for name, text in {
        "src/base/settings.h": header,
        "src/base/settings.cc": source,
        "src/base/other.cc": other,
        "README.md": document,
        "docs/settings.md": document,
    }.items():
        (directory / name).parent.mkdir(parents=True, exist_ok=True)
        (directory / name).write_text(text)
    return directory


def run(directory, *arguments):
    script = ROOT / "scripts/settings_table.py"
    return subprocess.run([sys.executable, script, *arguments, directory], capture_output=True, text=True)


def test_the_table_is_written_in_the_order_of_the_source_and_then_checks(tmp_path):
    tree(tmp_path)
    assert run(tmp_path, "--check").returncode == 1
    assert run(tmp_path).returncode == 0
    text = (tmp_path / "README.md").read_text()
    assert "| `TFHUB_TWO` |  | The second. |\n| `TFHUB_ONE` | `1` | The \"first\" one, in two pieces. |\n" in text
    assert text.startswith("before\n") and text.endswith("\nafter\n")
    assert run(tmp_path, "--check").returncode == 0


def test_a_document_that_differs_is_named(tmp_path):
    run(tree(tmp_path))
    document = tmp_path / "docs/settings.md"
    document.write_text(document.read_text().replace("`1`", "`2`"))
    done = run(tmp_path, "--check")
    assert done.returncode == 1
    assert "docs/settings.md" in done.stdout and "README.md" not in done.stdout


def test_a_document_without_a_table_is_named(tmp_path):
    done = run(tree(tmp_path, document="no table\n"))
    assert done.returncode == 1
    assert "README.md has no table" in done.stdout


def test_a_setting_that_all_forgets_is_an_error(tmp_path):
    done = run(tree(tmp_path, source="all() { kAll = {&kOne}; }"))
    assert done.returncode != 0
    assert "kTwo" in done.stderr


def test_a_variable_that_is_read_but_not_declared_is_named(tmp_path):
    done = run(tree(tmp_path, other='std::getenv("TFHUB_SECRET")'))
    assert done.returncode == 1
    assert "src/base/other.cc reads TFHUB_SECRET" in done.stdout
