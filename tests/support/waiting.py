"""Waiting for what another process does."""

import time


def wait_for(condition, what: str, seconds=30):
    """`what`: the sentence when it never comes."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.02)
