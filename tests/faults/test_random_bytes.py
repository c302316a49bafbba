"""Bytes changed at random, thousands of times: an answer or an error, never a crash, a hang or a lie. Seeds are fixed."""

import gzip
import os
import random
from concurrent.futures import ThreadPoolExecutor

import pytest

from support import models
from support.archives import END, GOOD, entry, long_name, pax
from support.command import CORRUPT, DONE, is_sanitized
from support.fault_server import Body
from support.raw_http import exchange, get, statuses

SEED = os.environ.get("TESTS_SEED", "tfhub")
TAR = GOOD + long_name(b"assets/" + b"n" * 120) + entry(b"x", b"long" * 50) + pax(path="assets/p", mtime="1.5") + entry(b"y", b"pax" * 90) + END


def damaged(dice: random.Random, data: bytes) -> bytes:
    data = bytearray(data)
    for _ in range(dice.choice((1, 1, 2, 8))):
        kind = dice.randrange(5)
        at = dice.randrange(len(data))
        if kind == 0:
            data[at] ^= 1 << dice.randrange(8)
        elif kind == 1:
            data[at] = dice.choice((0, 255, 0x20, 0x2F, 0x2E, 0x80))
        elif kind == 2:
            del data[at : at + dice.randrange(1, 600)]
        elif kind == 3:
            data[at:at] = dice.randbytes(dice.randrange(1, 600))
        else:
            data[at:at] = data[: dice.randrange(1, 1024)]
        if not data:
            return b"\0"
    return bytes(data)


def rechecked(data: bytes) -> bytes:
    """With the sums of all headers put right, so that the damage gets past them."""
    data = bytearray(data)
    for start in range(0, len(data) - 511, 512):
        block = data[start : start + 512]
        if block[257:262] == b"ustar" and any(block):
            block[148:156] = b" " * 8
            data[start + 148 : start + 156] = b"%06o\0 " % sum(block)
    return bytes(data)


@pytest.mark.slow
@pytest.mark.parametrize("form", ["plain", "plain with right sums", "gzip", "gzip of a damaged tar"])
def test_a_damaged_archive_is_unpacked_or_refused(tfhub, fault, cache, scratch, form):
    dice = random.Random(SEED + form)

    def one(i):
        if form == "gzip":
            data = damaged(dice, gzip.compress(TAR, mtime=0))
        else:
            data = damaged(dice, TAR)
            data = rechecked(data) if "sums" in form or form.startswith("gzip of") else data
            data = gzip.compress(data, mtime=0) if form.startswith("gzip") else data
        finished = tfhub.run("resolve", fault.on(f"/m{i}/1", Body(data)))
        assert finished.code in (DONE, CORRUPT), f"round {i}: {finished}"
        if finished.code == DONE:
            models.tree(finished.path)  # asserts that nothing but files and directories came out
        return finished.code

    # In one sanitized process, fuzz/ reads thousands of damaged archives; here each has a process of its own.
    rounds = 60 if is_sanitized(tfhub.binary) else 250
    with ThreadPoolExecutor(3) as pool:
        codes = list(pool.map(one, range(rounds)))
    assert CORRUPT in codes
    cache.must_hold_exactly(*(f"{fault.url}/m{i}/1" for i, code in enumerate(codes) if code == DONE))
    assert {p.name for p in scratch.iterdir()} <= {"cache", "home", "tmp"}, "something was written outside the cache"


REQUESTS = [
    b"GET /acme/mul/1?tf-hub-format=compressed HTTP/1.1\r\nHost: x\r\nRange: bytes=0-99\r\nIf-Range: \"x\"\r\nConnection: close\r\n\r\n",
    b"GET /api/v1/models?q=mul&page=1&format=tflite HTTP/1.1\r\nHost: x\r\nAccept: text/html;q=0.5, */*\r\nConnection: close\r\n\r\n",
    b"HEAD /acme/mul/1/assets/vocabulary.txt?tf-hub-format=file HTTP/1.1\r\nHost: x\r\nIf-None-Match: W/\"a\", \"b\"\r\nConnection: close\r\n\r\n",
    b"POST /acme/mul HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello",
    b"GET / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
]


@pytest.mark.slow
def test_a_damaged_request_is_answered_or_refused_and_never_a_server_error(publish, serve):
    publish("acme/mul/1")
    server, dice = serve(), random.Random(SEED + "requests")
    cases = [damaged(dice, dice.choice(REQUESTS)) for _ in range(1500)]

    def one(data):
        # A damaged request may ask for more than it sends: our end of sending tells the server that no more comes.
        codes = statuses(exchange(server, data, last=True))
        assert not [c for c in codes if c >= 500 and c not in (501, 505)], f"{data!r}: {codes}"

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(one, cases))
    assert server.process.poll() is None
    assert get(server, "/acme/mul/1?tf-hub-format=compressed").status == 200


def test_ranges_at_random_give_exactly_what_they_say(publish, serve):
    publish("acme/mul/1")
    server, dice = serve(), random.Random(SEED + "ranges")
    target = "/acme/mul/1?tf-hub-format=compressed"
    whole = get(server, target).body
    for _ in range(300):
        first, last = dice.randrange(len(whole) + 50), dice.randrange(len(whole) + 50)
        form = dice.choice((f"bytes={first}-{last}", f"bytes={first}-", f"bytes=-{last}"))
        answer = get(server, target, Range=form)
        if form.startswith("bytes=-"):
            expected = whole[-last:] if last else None
        elif form.endswith("-"):
            expected = whole[first:] or None
        else:
            expected = whole if last < first else whole[first : last + 1] or None
        if expected is None:
            assert answer.status == 416, form
        else:
            assert answer.body == expected, form
            assert answer.status == (200 if last < first and form.count("-") == 1 and not form.endswith("-") and "=-" not in form else 206)
