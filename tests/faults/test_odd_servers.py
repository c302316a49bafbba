"""Servers that speak HTTP in unusual or wrong ways: what can be understood is, the rest is an error and nothing is kept."""

import pytest

from support import models
from support.command import CORRUPT, NETWORK
from support.fault_server import CLOSE, Body, FaultServer, redirect, reply

FILES = models.saved_model_files(size=100_000)
TREE = models.tree_of(FILES)
ARCHIVE = models.tar_of(FILES)
PLAIN = models.tar_of(FILES, "")


def raw(*blocks: bytes):
    """Says exactly these bytes and hangs up."""

    def answer(connection, request):
        for block in blocks:
            connection.sendall(block)
        return CLOSE

    return answer


UNDERSTOOD = {
    "a body that ends with the connection": raw(b"HTTP/1.1 200 OK\r\n\r\n", ARCHIVE),
    "http 1.0": raw(b"HTTP/1.0 200 OK\r\nContent-Length: %d\r\n\r\n" % len(ARCHIVE), ARCHIVE),
    "early hints before the answer": raw(b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 200 OK\r\n\r\n", ARCHIVE),
    "no reason phrase": raw(b"HTTP/1.1 200\r\nContent-Length: %d\r\n\r\n" % len(ARCHIVE), ARCHIVE),
    "header names in odd case": raw(b"HTTP/1.1 200 OK\r\ncOnTeNt-LeNgTh: %d\r\n\r\n" % len(ARCHIVE), ARCHIVE),
    "chunks of one byte": raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
                              b"".join(b"1\r\n%c\r\n" % b for b in ARCHIVE[:2000]), b"%x\r\n" % (len(ARCHIVE) - 2000),
                              ARCHIVE[2000:], b"\r\n0\r\n\r\n"),
    "trailers after the chunks": raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X\r\n\r\n%x\r\n" % len(ARCHIVE), ARCHIVE,
                                     b"\r\n0\r\nX: y\r\n\r\n"),
}


@pytest.mark.parametrize("name", UNDERSTOOD)
def test_this_is_unusual_but_right(tfhub, fault, name):
    assert models.tree(tfhub.ok("resolve", fault.on("/m/1", UNDERSTOOD[name])).path) == TREE


HALF = len(PLAIN) // 2
WRONG = {
    "no http at all": raw(b"hello, I am no web server\r\n"),
    "an empty answer": raw(b""),
    "half a head": raw(b"HTTP/1.1 200 OK\r\nContent-Le"),
    "a part that nobody asked for": raw(b"HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 0-%d/%d\r\nContent-Length: %d\r\n\r\n"
                                        % (HALF - 1, len(PLAIN), HALF), PLAIN[:HALF]),
    "the last part that nobody asked for": raw(b"HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 10240-%d/%d\r\n\r\n"
                                               % (10240 + len(PLAIN) - 1, 10240 + len(PLAIN)), PLAIN),
    "not modified": raw(b"HTTP/1.1 304 Not Modified\r\n\r\n"),
    "no content": raw(b"HTTP/1.1 204 No Content\r\n\r\n"),
    "a status of 999": raw(b"HTTP/1.1 999 Odd\r\nContent-Length: 0\r\n\r\n"),
    "a redirect to nowhere": raw(b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n"),
    "a bad chunk size": raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", ARCHIVE),
    "two lengths that differ": raw(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\nContent-Length: %d\r\n\r\n" % len(ARCHIVE), ARCHIVE[:10]),
    "a negative length": raw(b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n"),
}


@pytest.mark.parametrize("name", WRONG)
def test_this_is_wrong_and_nothing_is_kept(tfhub, fault, cache, name):
    finished = tfhub.with_env(TFHUB_RETRIES="0").run("resolve", fault.on("/m/1", WRONG[name]))
    assert finished.code in (NETWORK, CORRUPT), str(finished)
    assert finished.error and cache.names() == set()


def test_a_head_that_never_ends_costs_no_memory(tfhub, fault):
    endless = raw(b"HTTP/1.1 200 OK\r\n", *[b"X-%d: %s\r\n" % (i, b"y" * 1000) for i in range(30_000)])
    assert tfhub.with_env(TFHUB_RETRIES="0").run("resolve", fault.on("/m/1", endless)).code == NETWORK


def test_an_endless_location_is_not_read_whole(tfhub, fault):
    env = tfhub.with_env(TFHUB_MODEL_LOAD_FORMAT="UNCOMPRESSED", TFHUB_RETRIES="0")
    finished = env.run("resolve", fault.on("/m/1", reply(303, b"gs://" + b"a" * (8 << 20))))
    assert finished.code in (NETWORK, CORRUPT) and len(finished.err) < 5000


@pytest.mark.parametrize("body", [b"gs://bucket/a\nb", b"gs://bucket/\x1b[2J", b"gs://bucket/\x00"])
def test_a_location_with_control_characters_is_not_printed(tfhub, fault, body):
    finished = tfhub.with_env(TFHUB_MODEL_LOAD_FORMAT="UNCOMPRESSED").run("resolve", fault.on("/m/1", reply(303, body)))
    assert finished.code != 0 and finished.out == "" and "\x1b" not in finished.err


def test_a_password_is_not_sent_on_to_another_host(tfhub, fault):
    with FaultServer() as other:
        other.on("/real", Body(ARCHIVE))
        fault.on("/m/1", redirect(302, f"http://localhost:{other.port}/real"))
        tfhub.ok("resolve", f"http://user:sesame@127.0.0.1:{fault.port}/m/1")
        assert "authorization" in fault.requests[0].headers
        assert "authorization" not in other.requests[0].headers


def test_the_client_says_who_it_is(tfhub, fault):
    tfhub.ok("resolve", fault.on("/m/1", Body(ARCHIVE)))
    assert fault.requests[0].headers["user-agent"].startswith("tfhub/")


@pytest.mark.parametrize("handle", ["http://", "http:///m/1", "http://[::1", "http://host:99999/m/1", "http://host:port/m", "https://",
                                    "http://a b/m/1", "http://127.0.0.1:1/\x1b[2J", "http://127.0.0.1:1/a\nb", "http://\x7f/"])
def test_a_handle_that_is_no_url_is_an_error_of_one_sentence(tfhub, cache, handle):
    finished = tfhub.with_env(TFHUB_RETRIES="0").run("resolve", handle)
    assert finished.code in (2, 3, 4), str(finished)
    assert finished.error and "\x1b" not in finished.err and "\x7f" not in finished.err
    assert cache.names() == set()
