"""Requests from somebody who means harm: bytes on a socket. The server answers or hangs up, and goes on serving others."""

import os
import re
import socket
import time

import pytest

from support import models
from support.raw_http import connect, exchange, get, statuses
from support.waiting import wait_for

SECRET = b"known to nobody outside"


@pytest.fixture(scope="module")
def hub(binary, module_scratch):
    from support.command import Tfhub, clean_environment
    from support.server import Server

    tfhub, store = Tfhub(binary, clean_environment(module_scratch)), module_scratch / "store"
    (module_scratch / "secret.txt").write_bytes(SECRET)
    tfhub.ok("publish", models.saved_model(module_scratch / "m"), "acme/mul/1", "--store", store)
    tfhub.ok("publish", models.saved_model(module_scratch / "big", size=20_000_000), "acme/big/1", "--store", store)
    with Server(tfhub, store, log=module_scratch / "serve.log") as server:
        yield server
        assert server.process.poll() is None, "the server died"


@pytest.fixture(scope="module")
def hasty(hub, module_scratch):
    """The same models, by a server that does not wait long for the rest of a request."""
    from support.server import Server

    with Server(hub.tfhub, module_scratch / "store", log=module_scratch / "hasty.log", env={"TFHUB_HEADER_TIMEOUT": "1"}) as server:
        yield server
        assert server.process.poll() is None, "the server died"


@pytest.fixture(autouse=True)
def still_serves(request, hub):
    yield
    asked = request.getfixturevalue("hasty") if "hasty" in request.fixturenames else hub
    assert get(asked, "/acme/mul/1?tf-hub-format=compressed").status == 200


def open_descriptors(server) -> int:
    return len(os.listdir(f"/proc/{server.process.pid}/fd"))


def line(target: bytes, extra: bytes = b"") -> bytes:
    return b"GET " + target + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" + extra + b"\r\n"


# protocol.md, "Errors": 400 for what cannot be a path or is not HTTP, 404 for a path at which nothing is.
PATHS = {
    b"/../../../../etc/passwd": 400, b"/acme/mul/1/../../../../secret.txt?tf-hub-format=file": 400, b"/%2e%2e/%2e%2e/secret.txt": 400,
    b"/acme/mul/1/%2e%2e/%2e%2e/%2e%2e/%2e%2e/secret.txt?tf-hub-format=file": 400,
    b"/acme/mul/1/..%2f..%2f..%2f..%2fsecret.txt?tf-hub-format=file": 400,
    b"/acme/mul/1/..%5c..%5csecret.txt?tf-hub-format=file": 400, b"/acme/mul/1/%252e%252e/secret.txt?tf-hub-format=file": 404,
    b"/acme/mul/1/saved_model.pb%00.txt?tf-hub-format=file": 400, b"/acme%2fmul%2f1?tf-hub-format=compressed": 400,
    b"/acme/mul%2f1?tf-hub-format=compressed": 400, b"/acme/mul/1/%c0%ae%c0%ae/secret.txt?tf-hub-format=file": 404,
    b"/acme/mul/1//etc/passwd?tf-hub-format=file": 400, b"//etc/passwd": 400, b"/.catalog/acme/mul/1/.entry.json": 404,
    b"/.catalog/.generation": 404, b"/.staging/": 404, b"/acme/mul/1.tar.gz": 404, b"/acme/mul/1/uncompressed/saved_model.pb": 404,
    b"/%zz": 400, b"/%": 400, b"/%4": 400, b"/\xff\xfe": 400, b"/a b": 505,  # what follows the space stands where the version should
    b"/" + b"a/" * 2000: 404, b"/" + b"%61" * 2000: 404, b"*": 400, b"acme/mul/1": 400,
    b"/acme/mul/1/.?tf-hub-format=file": 400, b"/acme/mul/1/./saved_model.pb?tf-hub-format=file": 400,
    b"/acme/./mul/1?tf-hub-format=compressed": 400, b"/api/v1/models/../../../secret.txt": 400, b"/static/../../secret.txt": 400,
    b"/static/%2e%2e/%2e%2e/secret.txt": 400, b"/acme/mul/1?tf-hub-format=file": 404,
}


@pytest.mark.parametrize("target", PATHS, ids=lambda t: t[:50].decode("latin-1"))
def test_no_path_leads_out_of_the_models(hub, target):
    received = exchange(hub, line(target))
    assert statuses(received) == [PATHS[target]], received[:300]
    assert b"root:" not in received and SECRET not in received


# What never comes to the end of a head is 408.
MALFORMED = {
    "no version": (400, b"GET /\r\n\r\n"),
    "an old version": (505, b"GET / HTTP/0.9\r\n\r\n"),
    "a future version": (505, b"GET / HTTP/3.7\r\nHost: x\r\n\r\n"),
    "no host": (400, b"GET / HTTP/1.1\r\n\r\n"),
    "two hosts": (400, b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"),
    "binary noise": (408, bytes(range(256)) * 4),
    "nul in a header": (400, b"GET / HTTP/1.1\r\nHost: x\r\nA: b\0c\r\n\r\n"),
    "a bare carriage return": (400, b"GET / HTTP/1.1\r\nHost: x\r\nA: b\rC: d\r\n\r\n"),
    "a folded header": (400, b"GET / HTTP/1.1\r\nHost: x\r\nA: b\r\n c\r\n\r\n"),
    "a space before the colon": (400, b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length : 5\r\n\r\nhello"),
    "an empty header name": (400, b"GET / HTTP/1.1\r\nHost: x\r\n: b\r\n\r\n"),
    "a method that is none": (400, b"G(E)T / HTTP/1.1\r\nHost: x\r\n\r\n"),
    "tls hello": (408, b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(50)),
    "two lengths": (400, b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nContent-Length: 5\r\n\r\nabcde"),
    "length and chunked": (400, b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
    "a negative length": (400, b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n"),
    "a length with a sign": (400, b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: +5\r\n\r\nhello"),
    "a length of hex": (400, b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 0x5\r\n\r\nhello"),
    "a huge length": (400, b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\n\r\n"),
    "a chunked that is not last": (501, b"GET / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked, gzip\r\n\r\n"),
    "an unknown coding": (501, b"GET / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n"),
}


@pytest.mark.parametrize("name", MALFORMED)
def test_a_malformed_request_is_refused_and_the_connection_closed(hasty, name):
    status, request = MALFORMED[name]
    received = exchange(hasty, request)
    assert statuses(received) == [status], received[:300]


SMUGGLED = b"GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n"


@pytest.fixture
def alone(publish, serve):
    """A server that nobody else asks."""
    publish("acme/mul/1")
    return serve()


def requests_counted(server) -> int:
    """By the server itself, answered or refused, before this one; what came on a connection that has ended is counted."""
    return int(re.search(rb"^tfhub_http_request_duration_seconds_count (\d+)", exchange(server, line(b"/metrics")), re.MULTILINE)[1])


@pytest.mark.parametrize("head", [
    b"Content-Length: 0\r\nContent-Length: %d\r\n", b"Transfer-Encoding: chunked\r\nContent-Length: %d\r\n",
    b"Content-Length: %d\r\nTransfer-Encoding: identity\r\n", b"Transfer-Encoding:\x0bchunked\r\nContent-Length: %d\r\n",
    b"Content-Length: %d, 0\r\n",
])
def test_a_request_smuggled_in_a_body_is_never_answered(alone, head):
    received = exchange(alone, b"GET /healthz HTTP/1.1\r\nHost: x\r\n" + head % len(SMUGGLED) + b"\r\n" + SMUGGLED)
    assert statuses(received) == [400], received[:500]
    assert requests_counted(alone) == 1


def test_a_body_on_a_get_is_skipped_and_never_a_request(alone):
    request = b"GET /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % len(SMUGGLED)
    received = exchange(alone, request + SMUGGLED + line(b"/readyz"))
    assert statuses(received) == [200, 200], received
    assert requests_counted(alone) == 2


def test_a_large_body_on_a_get_ends_the_connection(hub):
    body = SMUGGLED * 3000
    received = exchange(hub, b"GET /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % len(body) + body + line(b"/readyz"))
    assert statuses(received) == [200], received


@pytest.mark.parametrize("head", [
    b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: x\r\nA: " + b"b" * 200_000 + b"\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: x\r\n" + b"".join(b"H%d: x\r\n" % i for i in range(20_000)) + b"\r\n",
], ids=["a long target", "a long header", "many headers"])
def test_an_oversized_head_is_refused(hub, head):
    assert statuses(exchange(hub, head)) == [431]


@pytest.mark.parametrize("more", [b"a" * (1 << 16), b"X-More: " + b"y" * 100 + b"\r\n"], ids=["of one line", "of many lines"])
def test_an_endless_head_is_cut_off_and_costs_no_memory(alone, more):
    """What is sent would fill the memory that is allowed several times over."""
    assert statuses(exchange(alone, line(b"/acme/mul/1", b"A: " + bytes(20_000)))) == [431]
    before = alone.peak_memory()
    with connect(alone, timeout=60) as stream, pytest.raises(ConnectionError):
        stream.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n")
        for _ in range((64 << 20) // len(more)):
            stream.sendall(more)
    assert alone.peak_memory() - before < 8 << 20
    assert get(alone, "/acme/mul/1?tf-hub-format=compressed").status == 200


def test_pipelined_requests_are_answered_in_order(hub):
    requests = b"".join(b"GET %s HTTP/1.1\r\nHost: x\r\n\r\n" % t for t in (b"/healthz", b"/nothing/1", b"/healthz")) + line(b"/nothing/2")
    assert statuses(exchange(hub, requests)) == [200, 404, 200, 404]


def test_a_keep_alive_connection_serves_many_requests(hub):
    import http.client

    connection = http.client.HTTPConnection(hub.host, hub.port, timeout=10)
    for i in range(50):
        connection.request("GET", "/acme/mul/1?tf-hub-format=compressed" if i % 2 else "/nothing")
        answer = connection.getresponse()
        answer.read()
        assert answer.status == (200 if i % 2 else 404)
    connection.close()


def test_http_1_0_is_answered_and_closed(hub):
    assert statuses(exchange(hub, b"GET /healthz HTTP/1.0\r\n\r\n")) == [200]


def test_a_head_that_dribbles_in_is_served_if_it_comes_in_time(hub):
    with connect(hub) as stream:
        for byte in line(b"/healthz"):
            stream.sendall(bytes([byte]))
        assert statuses(stream.recv(100)) == [200]


@pytest.mark.slow
def test_hundreds_of_slow_clients_starve_nobody(hub):
    slow = []
    try:
        for i in range(300):
            stream = connect(hub)
            if i % 3 == 0:
                stream.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nX: ")  # a head that never ends
            elif i % 3 == 1:
                stream.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
                stream.sendall(line(b"/acme/big/1?tf-hub-format=compressed"))  # an answer that is never taken
            slow.append(stream)  # and a third says nothing at all
        for _ in range(20):
            assert get(hub, "/acme/mul/1?tf-hub-format=compressed").status == 200
        # The server would have had time for others once it had given the slow ones up; it has not.
        last = slow[-3]
        last.setblocking(False)
        with pytest.raises(BlockingIOError):
            last.recv(1)
    finally:
        for stream in slow:
            stream.close()


def test_a_head_that_never_ends_is_given_up(hasty):
    began = time.monotonic()
    assert statuses(exchange(hasty, b"GET / HTTP/1.1\r\nHost: x\r\n")) == [408]
    assert time.monotonic() - began < 8, "it waits as long as without TFHUB_HEADER_TIMEOUT"


def test_a_client_that_leaves_in_the_middle_of_a_download_harms_nobody(hub):
    big = b"/acme/big/1?leaving&tf-hub-format=compressed"
    assert len(exchange(hub, line(big))) > 20_000_000
    descriptors = open_descriptors(hub)
    for _ in range(50):
        with connect(hub) as stream:
            stream.sendall(line(big))
            assert statuses(stream.recv(1000)) == [200]
    wait_for(lambda: open_descriptors(hub) <= descriptors, "the connections of clients that left stay open")
    cut = re.compile(re.escape(big.decode()) + r" 200 \d+ \S+ms cut ")
    wait_for(lambda: len(cut.findall(hub.log.read_text())) == 50, "the log does not tell of 50 answers that were cut")


def test_a_thousand_ranges_in_one_header_are_one_small_answer(hub):
    ranges = b"Range: bytes=" + b",".join(b"%d-%d" % (i, i + 1) for i in range(0, 6000, 3))[:8000] + b"\r\n"
    received = exchange(hub, line(b"/acme/mul/1?tf-hub-format=compressed", ranges))
    whole = get(hub, "/acme/mul/1?tf-hub-format=compressed").body
    assert statuses(received) == [200] and received.partition(b"\r\n\r\n")[2] == whole
