"""scripts/concurrent_tests.py on small trees: ThreadSanitizer must not miss a test in which a second thread starts."""

import pathlib
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).parents[2]
SCRIPT = ROOT / "scripts/concurrent_tests.py"
# Something that is found, so that "nothing" is an answer about the other file.
ANOTHER = {"tests/unit/base/another_test.cc": "std::thread t;"}


def run(tree, files):
    for name, text in {**ANOTHER, **files}.items():
        path = tree / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    done = subprocess.run([sys.executable, SCRIPT, tree], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return set(done.stdout.split()) - {"base/another_test.cc"}


@pytest.mark.parametrize("start", ["std::thread t(f);", "std::jthread t;", "auto r = std::async(f);", "std::vector<std::thread> all;", "pthread_create(&t);"])
def test_a_thread_of_its_own(tmp_path, start):
    assert run(tmp_path, {"tests/unit/os/x_test.cc": f"void f() {{ {start} }}\n"}) == {"os/x_test.cc"}


@pytest.mark.parametrize("text", ["// std::thread t;\n", "/* std::thread */\n", "std::this_thread::yield();\n", "std::thread::id who;\n",
                                  "auto n = std::thread::hardware_concurrency();\n", "#include <thread>\n"])
def test_what_starts_none(tmp_path, text):
    assert run(tmp_path, {"tests/unit/os/x_test.cc": text}) == set()


def test_a_thread_far_beneath_what_the_test_includes(tmp_path):
    found = run(tmp_path, {
        "tests/unit/client/x_test.cc": '#include "client/x.h"\n',
        "src/client/x.h": "",
        "src/client/x.cc": '#include "client/x.h"\n#include "base/pool.h"\n',
        "src/base/pool.h": "class Pool;\n",
        "src/base/pool.cc": '#include "base/pool.h"\nstd::thread t;\n',
        "tests/unit/client/y_test.cc": '#include "client/y.h"\n',
        "src/client/y.h": "",
        "src/client/y.cc": '#include "client/y.h"\n',
    })
    assert found == {"client/x_test.cc"}


def test_a_thread_of_a_header_beside_the_test(tmp_path):
    found = run(tmp_path, {"tests/unit/os/x_test.cc": '#include "server.h"\n', "tests/unit/os/server.h": "std::jthread t;\n"})
    assert found == {"os/x_test.cc"}


def test_a_tree_without_any_is_an_error(tmp_path):
    (tmp_path / "tests/unit").mkdir(parents=True)
    done = subprocess.run([sys.executable, SCRIPT, tmp_path], capture_output=True, text=True)
    assert done.returncode != 0
    assert "wrong directory" in done.stderr


def test_the_rooms_of_this_tree_that_have_threads():
    done = subprocess.run([sys.executable, SCRIPT], capture_output=True, text=True, check=True)
    rooms = {line.split("/")[0] for line in done.stdout.split()}
    assert {"archive", "base", "cache", "catalog", "client", "filesystem_plugin", "hubfs", "os", "server", "store", "transfer"} <= rooms
    assert "protocol" not in rooms, "pure functions"
