"""Waiting for what another process does."""

import random
import socket
import time
from contextlib import suppress
from pathlib import Path

FIRST_OF_THE_KERNEL = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
claims: list[socket.socket] = []


def wait_for(condition, what: str, seconds=30):
    """`what`: the sentence when it never comes."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.02)


def free_port() -> int:
    """None of those that the kernel gives to outgoing connections: one of them could take it before its server does. And none that was
    given to a test before, in this process or in one beside it: its server may be about to start, or to start again."""
    for _ in range(1000):
        with suppress(OSError), socket.create_server(("127.0.0.1", random.randrange(10_000, FIRST_OF_THE_KERNEL))) as probe:
            port = probe.getsockname()[1]
            claim = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
            claim.bind(f"\0tfhub-tests-port-{port}")  # a name in no directory, free again when this process ends
            claims.append(claim)
            return port
    raise AssertionError("no port is free")


def wait_until_it_listens(process, port: int, log):
    """`log`: the file that says why it does not."""
    deadline = time.monotonic() + 60
    while True:
        try:
            return socket.create_connection(("127.0.0.1", port), 5).close()
        except OSError:
            assert process.poll() is None and time.monotonic() < deadline, log.read_text()
            time.sleep(0.02)
