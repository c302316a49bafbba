"""Ctrl-C: KeyboardInterrupt at once, wherever the work is, and nothing left behind."""

import os
import signal
import uuid

import pytest

from support.cache import lock_text
from support.fault_server import Body, stall
from support.waiting import wait_for

RESOLVE = """
import sys, tfhub
try:
    tfhub.resolve(sys.argv[1])
except KeyboardInterrupt:
    print("interrupted")
    print(tfhub.resolve(sys.argv[2]))
"""


@pytest.mark.parametrize("answer", ["a slow body", "a body that stops", "no answer"])
def test_a_download_ends_and_the_program_goes_on(python, fault, archive, cache, scratch, answer):
    slow = {"a slow body": Body(archive).but(drip=0.2, piece=1 << 12), "a body that stops": Body(archive).but(stall_at=1 << 14),
            "no answer": stall(60)}[answer]
    handle = fault.on("/acme/slow/1", slow)
    process = python("bare", "-c", RESOLVE, handle, scratch, TFHUB_STALL_TIMEOUT="170")
    wait_for(lambda: fault.seen("/acme/slow/1"), "nothing was asked")
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (0, f"interrupted\n{scratch}\n"), err
    assert cache.names() == set()


def test_waiting_for_somebody_elses_download_ends(python, cache, scratch):
    handle = "http://127.0.0.1:9/acme/mul/1"
    cache.path.mkdir()
    cache.lock(handle).write_text(lock_text(os.getpid(), uuid.uuid4().hex))
    process = python("bare", "-c", RESOLVE, handle, scratch)
    wait_for(lambda: len(os.listdir(f"/proc/{process.pid}/task")) == 2, "it does not wait")
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (0, f"interrupted\n{scratch}\n"), err
    assert cache.names() == {cache.lock(handle).name}


def test_a_program_that_catches_nothing_dies_of_it_as_python_does(python, fault, cache):
    handle = fault.on("/acme/slow/1", stall(60))
    process = python("bare", "-c", "import sys, tfhub; tfhub.resolve(sys.argv[1])", handle)
    wait_for(lambda: fault.seen("/acme/slow/1"), "nothing was asked")
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == -signal.SIGINT and err.rstrip().endswith("KeyboardInterrupt")
    assert cache.names() == set()


def test_a_signal_handler_of_the_program_runs_and_the_download_goes_on(python, fault, archive, cache):
    handle = fault.on("/acme/slow/1", Body(archive).but(drip=0.1, piece=1 << 14))
    code = ("import signal, sys, tfhub; signal.signal(signal.SIGUSR1, lambda *_: print('heard', flush=True)); "
            "print(tfhub.resolve(sys.argv[1]))")
    process = python("bare", "-c", code, handle)
    wait_for(lambda: fault.seen("/acme/slow/1"), "nothing was asked")
    process.send_signal(signal.SIGUSR1)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (0, f"heard\n{cache.entry(handle)}\n"), err
