"""The wheel where there is nothing but Python: what it brings, what it does not import, what it shows."""

import ast
import subprocess

import pytest

from python.conftest import ENVIRONMENTS
from support.fault_server import Body

PACKAGE = next((ENVIRONMENTS / "bare" / "lib").glob("python3*/site-packages/tfhub"))


def test_importing_it_imports_nothing_heavy(run):
    told = run("bare", "-c", "import sys; before = set(sys.modules); import tfhub; print(*sorted(set(sys.modules) - before))")
    assert {name for name in told.split() if not name.startswith("tfhub")} <= {"__future__", "atexit"}


def test_resolving_imports_nothing_more_and_takes_libcurl_from_the_wheel(run, fault, archive):
    handle = fault.on("/acme/mul/1", Body(archive))
    code = ("import sys, tfhub; before = set(sys.modules); tfhub.resolve(sys.argv[1]); print(*(set(sys.modules) - before)); "
            "print({line.split()[-1] for line in open('/proc/self/maps') if 'libcurl' in line})")
    modules, libraries = run("bare", "-c", code, handle).splitlines()
    assert modules == ""
    assert ast.literal_eval(libraries) == {str(PACKAGE.parent / "tfhub.libs" / "libcurl.so.4")}


def test_every_library_it_needs_is_in_it_or_in_every_debian(python):
    told = subprocess.run(["ldd", *PACKAGE.glob("_native*.so"), *PACKAGE.parent.glob("tfhub.libs/*.so*")],
                          capture_output=True, text=True, check=True).stdout
    outside = {line.split()[0] for line in told.splitlines() if "=> /" in line and str(PACKAGE.parent) not in line}
    assert "not found" not in told
    assert outside <= {"libc.so.6", "libm.so.6", "libgcc_s.so.1", "libstdc++.so.6", "libz.so.1", "libresolv.so.2", "libexpat.so.1"}


def test_it_shows_the_loader_one_name(python):
    told = subprocess.run(["nm", "-D", "--defined-only", *PACKAGE.glob("_native*.so")], capture_output=True, text=True, check=True)
    assert [line.split()[-1] for line in told.stdout.splitlines()] == ["PyInit__native"]


def test_it_is_typed_and_the_types_name_what_there_is(run):
    assert (PACKAGE / "py.typed").is_file()
    typed = ast.parse((PACKAGE / "_native.pyi").read_text())
    names = {node.name for node in typed.body if isinstance(node, ast.FunctionDef)} | {"version"}
    told = run("bare", "-c", "import tfhub._native as n; print(*(name for name in dir(n) if not name.startswith('_')))")
    assert set(told.split()) == names


def test_everything_public_is_documented(run):
    code = "import tfhub; print(*(name for name in tfhub.__all__ if not getattr(tfhub, name).__doc__))"
    assert run("bare", "-c", code) == "\n"


@pytest.mark.parametrize("environment", ["bare", "tensorflow"])
def test_help_and_a_star_work_with_and_without_tensorflow(run, environment):
    told = run(environment, "-c", "import tfhub; help(tfhub)", PAGER="cat", MANPAGER="cat")
    for name in ("resolve", "install", "load", "publish", "NotFoundError", "KerasLayer"):
        assert name in told
    told = run(environment, "-c", "from tfhub import *; import sys; print(resolve, load, cache.ls, 'tensorflow' in sys.modules)")
    assert told.endswith("False\n"), told


def test_its_metadata_name_version_and_licence(run):
    code = "from importlib.metadata import metadata as m; import tfhub; d = m('tfhub'); print(d['Version'] == tfhub.__version__, d['License-Expression'])"
    assert run("bare", "-c", code) == "True Apache-2.0\n"
