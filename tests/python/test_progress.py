"""What a person sees of a download: a bar of tqdm where it is installed, a line where not, nothing where nobody looks."""

import os
import pty
import subprocess

import pytest

from python.conftest import ENVIRONMENTS
from support.fault_server import Body

RESOLVE = "import sys, tfhub; tfhub.resolve(sys.argv[1])"


@pytest.fixture
def handle(fault, archive) -> str:
    return fault.on("/acme/mul/1", Body(archive).but(drip=0.05, piece=1 << 14))


def shown(python, *arguments, **variables) -> str:
    process = python(*arguments, **variables)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (0, ""), err
    return err


def test_nothing_where_stderr_is_no_terminal(python, handle):
    assert shown(python, "bare", "-c", RESOLVE, handle) == ""


def test_a_line_of_our_own_where_it_is_wanted_and_tqdm_is_missing(python, handle):
    err = shown(python, "bare", "-c", RESOLVE, handle, TFHUB_DOWNLOAD_PROGRESS="1")
    assert err.count("downloading") > 1 and err.endswith("\n") and " MiB of " in err


def test_a_bar_of_tqdm_where_that_is_installed(python, handle):
    err = shown(python, "tensorflow", "-W", "ignore", "-c", RESOLVE, handle, TFHUB_DOWNLOAD_PROGRESS="1")
    assert "B/s" in err and "%|" in err


def test_an_argument_decides_before_the_environment(python, handle):
    code = "import sys, tfhub; tfhub.resolve(sys.argv[1], progress=False)"
    assert shown(python, "bare", "-c", code, handle, TFHUB_DOWNLOAD_PROGRESS="1") == ""


def test_a_hit_shows_nothing_and_does_not_even_import_tqdm(run, handle):
    code = ("import sys, tfhub; tfhub.resolve(sys.argv[1], progress=False); tfhub.resolve(sys.argv[1], progress=True); "
            "print('tqdm' in sys.modules)")
    assert run("tensorflow", "-c", code, handle) == "False\n"


def test_a_terminal_gets_a_bar(handle, cache):
    controller, terminal = pty.openpty()
    process = subprocess.Popen([ENVIRONMENTS / "bare" / "bin" / "python", "-c", RESOLVE, handle], stderr=terminal,
                               env={"TFHUB_CACHE_DIR": str(cache.path), "PATH": os.environ["PATH"]})
    os.close(terminal)
    assert process.wait(60) == 0
    assert b"MiB" in os.read(controller, 1 << 16)
    os.close(controller)
