"""tensorflow_hub by way of tfhub in programs that do not know of it: `python -m tfhub run`, and the .pth hook."""

import pytest

from support.fault_server import Body
from python.conftest import ENVIRONMENTS

PROGRAM = """
import sys
import tensorflow_hub as hub
from tensorflow_hub import registry
print(__name__, sys.argv[1:], type(registry.resolver._impls[-1]).__module__)
print(hub.resolve(sys.argv[1]))
"""


@pytest.fixture
def program(scratch):
    path = scratch / "program.py"
    path.write_text(PROGRAM)
    return path


@pytest.fixture
def handle(fault, archive) -> str:
    return fault.on("/acme/mul/1", Body(archive))


@pytest.fixture
def hook(run):
    """Enabled, and gone when the test is over."""
    assert "is written" in run("tensorflow", "-m", "tfhub", "enable-hook")
    yield
    assert "is removed" in run("tensorflow", "-m", "tfhub", "disable-hook")
    assert not list((ENVIRONMENTS / "tensorflow").rglob("tfhub-install.pth"))


def test_a_script_runs_as_main_with_its_arguments(run, program, handle, cache):
    out = run("tensorflow", "-m", "tfhub", "run", program, handle, "more")
    assert out == f"__main__ {[handle, 'more']} tfhub._drop_in\n{cache.entry(handle)}\n"


def test_a_module_too(run, program, handle, cache, scratch):
    out = run("tensorflow", "-m", "tfhub", "run", "-m", "program", handle, PYTHONPATH=str(scratch))
    assert out == f"__main__ {[handle]} tfhub._drop_in\n{cache.entry(handle)}\n"


def test_a_script_finds_what_lies_beside_it(run, scratch):
    (scratch / "beside.py").write_text("print('found')")
    (scratch / "program.py").write_text("import beside")
    assert run("bare", "-m", "tfhub", "run", "program.py") == "found\n"


@pytest.mark.parametrize("arguments", [[], ["run"], ["run", "-m"], ["jump"]])
def test_what_makes_no_sense_is_told_what_would(python, arguments):
    process = python("bare", "-m", "tfhub", *arguments)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (2, "") and "python -m tfhub run script.py" in err


def test_with_the_hook_a_variable_suffices(run, hook, program, handle, cache):
    out = run("tensorflow", program, handle, TFHUB_INSTALL="1")
    assert out == f"__main__ {[handle]} tfhub._drop_in\n{cache.entry(handle)}\n"


@pytest.mark.parametrize("value", ["", "0"])
def test_without_the_variable_the_hook_does_nothing(run, hook, program, handle, value):
    assert "tensorflow_hub.compressed_module_resolver\n" in run("tensorflow", program, handle, TFHUB_INSTALL=value)


def test_the_hook_imports_nothing_until_tensorflow_hub_is_imported(run, hook):
    code = "import sys; print([name for name in sys.modules if 'tfhub' in name or 'tensorflow' in name])"
    assert run("tensorflow", "-c", code, TFHUB_INSTALL="1") == "['_tfhub_hook']\n"
    assert run("tensorflow", "-c", code) == "[]\n"
