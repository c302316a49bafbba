"""Requests from somebody who means harm: bytes on a socket. The server answers or hangs up, and goes on serving others."""

import socket
import time

import pytest

from support import models
from support.raw_http import connect, exchange, get, statuses


@pytest.fixture(scope="module")
def hub(binary, module_scratch):
    from support.command import Tfhub, clean_environment
    from support.server import Server

    tfhub, store = Tfhub(binary, clean_environment(module_scratch)), module_scratch / "store"
    (module_scratch / "secret.txt").write_text("secret")
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


def line(target: bytes, extra: bytes = b"") -> bytes:
    return b"GET " + target + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" + extra + b"\r\n"


PATHS = [
    b"/../../../../etc/passwd", b"/acme/mul/1/../../../../secret.txt?tf-hub-format=file", b"/%2e%2e/%2e%2e/secret.txt",
    b"/acme/mul/1/%2e%2e/%2e%2e/%2e%2e/%2e%2e/secret.txt?tf-hub-format=file", b"/acme/mul/1/..%2f..%2f..%2f..%2fsecret.txt?tf-hub-format=file",
    b"/acme/mul/1/..%5c..%5csecret.txt?tf-hub-format=file", b"/acme/mul/1/%252e%252e/secret.txt?tf-hub-format=file",
    b"/acme/mul/1/saved_model.pb%00.txt?tf-hub-format=file", b"/acme%2fmul%2f1?tf-hub-format=compressed", b"/acme/mul%2f1?tf-hub-format=compressed",
    b"/acme/mul/1/%c0%ae%c0%ae/secret.txt?tf-hub-format=file", b"/acme/mul/1//etc/passwd?tf-hub-format=file", b"//etc/passwd",
    b"/.catalog/acme/mul/1/.entry.json", b"/.catalog/.generation", b"/.staging/", b"/acme/mul/1.tar.gz", b"/acme/mul/1/uncompressed/saved_model.pb",
    b"/%zz", b"/%", b"/%4", b"/\xff\xfe", b"/a b", b"/" + b"a/" * 2000, b"/" + b"%61" * 2000, b"*", b"acme/mul/1",
    b"/acme/mul/1/.?tf-hub-format=file", b"/acme/mul/1/./saved_model.pb?tf-hub-format=file", b"/acme/./mul/1?tf-hub-format=compressed",
    b"/api/v1/models/../../../secret.txt", b"/static/../../secret.txt", b"/static/%2e%2e/%2e%2e/secret.txt", b"/acme/mul/1?tf-hub-format=file",
]


@pytest.mark.parametrize("target", PATHS, ids=lambda t: t[:50].decode("latin-1"))
def test_no_path_leads_out_of_the_models(hub, target):
    received = exchange(hub, line(target))
    codes = statuses(received)
    assert len(codes) == 1 and codes[0] in (400, 404, 405, 414, 431, 505), received[:300]
    body = received.partition(b"\r\n\r\n")[2]
    assert b"root:" not in body and body != b"secret"


MALFORMED = {
    "no version": b"GET /\r\n\r\n",
    "an old version": b"GET / HTTP/0.9\r\n\r\n",
    "a future version": b"GET / HTTP/3.7\r\nHost: x\r\n\r\n",
    "no host": b"GET / HTTP/1.1\r\n\r\n",
    "two hosts": b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
    "binary noise": bytes(range(256)) * 4,
    "nul in a header": b"GET / HTTP/1.1\r\nHost: x\r\nA: b\0c\r\n\r\n",
    "a bare carriage return": b"GET / HTTP/1.1\r\nHost: x\r\nA: b\rC: d\r\n\r\n",
    "a folded header": b"GET / HTTP/1.1\r\nHost: x\r\nA: b\r\n c\r\n\r\n",
    "a space before the colon": b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length : 5\r\n\r\nhello",
    "an empty header name": b"GET / HTTP/1.1\r\nHost: x\r\n: b\r\n\r\n",
    "a method that is none": b"G(E)T / HTTP/1.1\r\nHost: x\r\n\r\n",
    "tls hello": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(50),
    "two lengths": b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nContent-Length: 5\r\n\r\nabcde",
    "length and chunked": b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "a negative length": b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n",
    "a length with a sign": b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: +5\r\n\r\nhello",
    "a length of hex": b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 0x5\r\n\r\nhello",
    "a huge length": b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\n\r\n",
    "a chunked that is not last": b"GET / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked, gzip\r\n\r\n",
    "an unknown coding": b"GET / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
}


@pytest.mark.parametrize("name", MALFORMED)
def test_a_malformed_request_is_refused_and_the_connection_closed(hasty, name):
    received = exchange(hasty, MALFORMED[name], timeout=15)
    codes = statuses(received)
    assert len(codes) <= 1 and all(400 <= c < 600 for c in codes), received[:300]


SMUGGLED = b"GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n"


@pytest.mark.parametrize("head", [
    b"Content-Length: 0\r\nContent-Length: %d\r\n", b"Transfer-Encoding: chunked\r\nContent-Length: %d\r\n",
    b"Content-Length: %d\r\nTransfer-Encoding: identity\r\n", b"Transfer-Encoding:\x0bchunked\r\nContent-Length: %d\r\n",
    b"Content-Length: %d, 0\r\n",
])
def test_a_request_smuggled_in_a_body_is_never_answered(hub, head):
    head = head % len(SMUGGLED) if b"%d" in head else head
    before = hub.log.read_text().count("/smuggled")
    received = exchange(hub, b"GET /healthz HTTP/1.1\r\nHost: x\r\n" + head + b"\r\n" + SMUGGLED, timeout=3)
    assert len(statuses(received)) == 1, received[:500]
    time.sleep(0.1)
    assert hub.log.read_text().count("/smuggled") == before


def test_a_body_on_a_get_is_skipped_or_ends_the_connection_but_is_never_a_request(hub):
    received = exchange(hub, b"GET /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % len(SMUGGLED) + SMUGGLED + line(b"/readyz"), timeout=5)
    codes = statuses(received)
    assert codes and codes[0] in (200, 400, 413) and 404 not in codes


@pytest.mark.parametrize("head,codes", [
    (b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", (400, 414, 431)),
    (b"GET / HTTP/1.1\r\nHost: x\r\nA: " + b"b" * 200_000 + b"\r\n\r\n", (400, 431)),
    (b"GET / HTTP/1.1\r\nHost: x\r\n" + b"".join(b"H%d: x\r\n" % i for i in range(20_000)) + b"\r\n", (400, 431)),
], ids=["a long target", "a long header", "many headers"])
def test_an_oversized_head_is_refused_and_costs_no_memory(hub, head, codes):
    before = hub.memory()
    for _ in range(5):
        answered = statuses(exchange(hub, head))
        assert answered == [] or answered[0] in codes  # a reset may overtake the answer
    assert hub.memory() - before < 8 << 20


def test_an_endless_head_is_cut_off(hub):
    with connect(hub) as stream:
        stream.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n")
        with pytest.raises(OSError):
            for _ in range(200_000):
                stream.sendall(b"X-More: " + b"y" * 100 + b"\r\n")


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
    received = exchange(hub, b"GET /healthz HTTP/1.0\r\n\r\n", timeout=5)
    assert statuses(received) == [200]


def test_a_head_that_dribbles_in_is_served_if_it_comes_in_time(hub):
    with connect(hub) as stream:
        for byte in b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n":
            stream.sendall(bytes([byte]))
        assert b"200" in stream.recv(100)


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
            began = time.monotonic()
            assert get(hub, "/acme/mul/1?tf-hub-format=compressed").status == 200
            assert time.monotonic() - began < 1
    finally:
        for stream in slow:
            stream.close()


def test_a_head_that_never_ends_is_given_up(hasty):
    with connect(hasty, timeout=40) as stream:
        stream.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n")
        began = time.monotonic()
        received = stream.recv(1000)
        assert time.monotonic() - began < 8, "it waits as long as without TFHUB_HEADER_TIMEOUT"
        assert received == b"" or statuses(received) == [408]


def test_a_client_that_leaves_in_the_middle_of_a_download_harms_nobody(hub):
    for _ in range(50):
        with connect(hub) as stream:
            stream.sendall(line(b"/acme/big/1?tf-hub-format=compressed"))
            stream.recv(1000)
    time.sleep(0.2)
    assert get(hub, "/healthz").status == 200


def test_a_thousand_ranges_in_one_header_are_one_small_answer(hub):
    ranges = b"Range: bytes=" + b",".join(b"%d-%d" % (i, i + 1) for i in range(0, 6000, 3))[:8000] + b"\r\n"
    received = exchange(hub, line(b"/acme/mul/1?tf-hub-format=compressed", ranges))
    assert statuses(received)[0] in (200, 400, 416, 431)
