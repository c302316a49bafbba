"""scripts/check_includes.py on small trees: it must see each wrong arrow, and nothing where there is none."""

import pathlib
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).parents[2]
CMAKE = """
tfhub_room(base)
tfhub_room(os      USES base LINKS isal)
tfhub_room(store   USES os)   # comment
tfhub_room(cache   USES os base)
tfhub_room(client  USES store cache)
"""


def run(tree, files, cmake=CMAKE):
    for name, text in {"CMakeLists.txt": cmake, "src/base/error.h": "#pragma once\n", "src/cache/cache.h": "", **files}.items():
        path = tree / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    script = ROOT / "scripts/check_includes.py"
    return subprocess.run([sys.executable, script, tree], capture_output=True, text=True)


def test_downward_includes_pass_also_through_a_room_between(tmp_path):
    done = run(tmp_path, {"src/store/store.cc": '#include "base/error.h"\n#include "store/own.h"\n', "src/store/own.h": ""})
    assert (done.returncode, done.stderr) == (0, ""), done.stdout


@pytest.mark.parametrize(
    ("file", "include", "named"),
    [
        ("src/store/x.cc", '#include "cache/cache.h"', "src/store/x.cc:3: store may not include cache/cache.h"),
        ("src/base/x.h", '#  include "cache/cache.h"', "base may not include"),
        ("src/os/x.cc", "#include <cache/cache.h>", "os may not include"),
        ("include/tfhub/x.h", '#include "base/error.h"', "the public headers may not include base/error.h"),
        ("tests/unit/store/x_test.cc", '#include "cache/cache.h"', "a test of store may not include"),
    ],
)
def test_a_wrong_include_is_named_with_its_line(tmp_path, file, include, named):
    done = run(tmp_path, {file: f"// first\n\n{include}\n"})
    assert done.returncode == 1
    assert named in done.stdout


def test_a_commented_include_does_not_count(tmp_path):
    done = run(tmp_path, {"src/base/x.cc": '// #include "cache/cache.h"\n/*\n#include "cache/cache.h"\n*/\n'})
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("call", ["::rename(a, b);", "std::ofstream out(x);", "::open(p, O_RDWR | O_CREAT, 0644);", "::fsync (fd);", "std::filesystem::remove_all(p);"])
def test_changing_the_disk_is_left_to_os(tmp_path, call):
    body = f"void f() {{\n  {call}\n}}\n"
    done = run(tmp_path / "above", {"src/cache/x.cc": body})
    assert done.returncode == 1
    assert "src/cache/x.cc:2:" in done.stdout
    assert run(tmp_path / "below", {"src/os/x.cc": body}).returncode == 0


def test_looking_at_the_disk_is_free(tmp_path):
    done = run(tmp_path, {"src/cache/x.cc": """
        int fd = ::open(path, O_RDONLY); os::rename(a, b); os::syscalls().openat(d, p, O_CREAT, 0644); file.open();
        ::send(fd, 0, 0, 0); std::filesystem::path p;"""})
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("cmake", "named"),
    [
        ("tfhub_room(base USES os)\ntfhub_room(os)\n", "room base uses os"),
        ("project(x)\n", "declares no room"),
    ],
)
def test_a_cycle_or_an_empty_list_is_an_error(tmp_path, cmake, named):
    done = run(tmp_path, {}, cmake)
    assert done.returncode == 1
    assert named in done.stderr


def test_a_directory_no_line_declares_is_named(tmp_path):
    done = run(tmp_path, {"src/extra/x.cc": ""})
    assert done.returncode == 1
    assert "src/extra/" in done.stdout
