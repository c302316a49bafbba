"""`tfhub serve` as a process: its first line, the access log, SIGTERM, what becomes visible when."""

import re
import signal
import subprocess
import threading
import time

import pytest

from support import models
from support.command import NETWORK, NOT_FOUND, USAGE, kill
from support.raw_http import connect, get
from support.server import Server
from support.waiting import wait_for


def wait_until_seen(server, target):
    wait_for(lambda: get(server, target).status == 200, f"{target} does not appear")


def test_a_model_published_while_the_server_runs_becomes_visible(publish, serve):
    publish("acme/mul/1", seed=1)
    server = serve()
    assert get(server, "/acme/mul/2?tf-hub-format=compressed").status == 404
    publish("acme/mul/2", seed=2)
    wait_until_seen(server, "/acme/mul/2?tf-hub-format=compressed")
    server.wait_for_newest("acme/mul", 2)
    assert [m["name"] for m in get(server, "/api/v1/models").json()["models"]] == ["acme/mul"]


def test_the_first_model_of_an_empty_store_becomes_visible_too(tfhub, publish, serve, store):
    store.mkdir()
    server = serve()
    assert get(server, "/readyz").status == 200
    assert get(server, "/api/v1/models").json()["total"] == 0
    publish("acme/mul/1")
    wait_until_seen(server, "/acme/mul?tf-hub-format=compressed")


def refuses(server) -> bool:
    try:
        connect(server).close()
    except ConnectionError:
        return True
    return False


def test_sigterm_lets_what_is_in_flight_finish_and_exits_0(publish, serve, scratch):
    publish("acme/big/1", models.saved_model(scratch / "big", size=30_000_000))
    server = serve("--drain-timeout", "120")
    expected = len(get(server, "/acme/big/1?tf-hub-format=compressed").body)
    with connect(server) as stream:
        stream.sendall(b"GET /acme/big/1?tf-hub-format=compressed HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        received = stream.recv(4096)
        server.process.send_signal(signal.SIGTERM)
        wait_for(lambda: refuses(server), "it goes on listening")
        while block := stream.recv(1 << 20):
            received += block
    assert len(received.partition(b"\r\n\r\n")[2]) == expected
    assert server.stop() == 0


def test_sigterm_ends_idle_connections_at_once(publish, serve):
    publish("acme/mul/1")
    server = serve("--drain-timeout", "120")
    with connect(server) as idle:
        idle.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        assert idle.recv(4096)
        assert server.stop(timeout=60) == 0


def test_a_client_that_never_takes_its_answer_does_not_hold_up_the_stop_beyond_the_drain_timeout(publish, serve, scratch):
    publish("acme/big/1", models.saved_model(scratch / "big", size=30_000_000))
    server = serve("--drain-timeout", "1")
    with connect(server) as stream:
        stream.sendall(b"GET /acme/big/1?tf-hub-format=compressed HTTP/1.1\r\nHost: x\r\n\r\n")
        stream.recv(100)
        began = time.monotonic()
        assert server.stop() == 0
        assert 0.5 < time.monotonic() - began < 8  # unless told, it waits for ten


def test_the_access_log_has_one_line_a_request_on_stderr(publish, serve):
    publish("acme/mul/1")
    server = serve()
    get(server, "/acme/mul/1?tf-hub-format=compressed")
    get(server, "/nothing")
    assert server.wait_logged("GET", "/acme/mul/1?tf-hub-format=compressed", 1) == 1
    assert server.wait_logged("GET", "/nothing", 1) == 1
    line = next(l for l in server.log.read_text().splitlines() if "/nothing" in l)
    assert "404" in line and "127.0.0.1" in line


def test_a_control_character_in_a_target_never_reaches_the_log(publish, serve):
    publish("acme/mul/1")
    server = serve()
    get(server, "/acme/%1b%5b2Jx/%0d%0aGET%20/forged")
    server.stop()  # its log is whole then
    log = server.log.read_text()
    assert "forged" in log and not re.search(r"[\x00-\x08\x0b-\x1f]", log)


def test_two_servers_over_one_store_give_the_same_answers(publish, serve):
    publish("acme/mul/1")
    one, other = serve(), serve()
    target = "/acme/mul/1?tf-hub-format=compressed"
    a, b = get(one, target), get(other, target)
    assert (a.body, a["ETag"]) == (b.body, b["ETag"])


def test_tfhub_listen_sets_the_address_and_the_flag_wins(tfhub, publish, store, scratch):
    publish("acme/mul/1")
    env = tfhub.with_env(TFHUB_LISTEN="127.0.0.1:0", TFHUB_STORE=str(store))
    process = env.start("serve", stderr=subprocess.DEVNULL)
    try:
        assert re.fullmatch(r"listening on http://127\.0\.0\.1:\d+\n", process.stdout.readline())
    finally:
        kill(process)
    process = tfhub.with_env(TFHUB_LISTEN="nonsense", TFHUB_STORE=str(store)).start(
        "serve", "--listen", "127.0.0.1:0", stderr=subprocess.DEVNULL)
    try:
        assert process.stdout.readline().startswith("listening on http://127.0.0.1:")
    finally:
        kill(process)


def test_an_ipv6_address_is_listened_on_and_written_in_brackets(tfhub, publish, store):
    publish("acme/mul/1")
    process = tfhub.start("serve", "--store", store, "--listen", "[::1]:0", stderr=subprocess.DEVNULL)
    try:
        assert re.fullmatch(r"listening on http://\[::1\]:\d+\n", process.stdout.readline())
    finally:
        kill(process)


def test_an_address_in_use_is_said_to_be_in_use(tfhub, publish, serve, store):
    publish("acme/mul/1")
    server = serve()
    finished = tfhub.fails(NETWORK, "serve", "--store", store, "--listen", f"127.0.0.1:{server.port}")
    assert str(server.port) in finished.err and "in use" in finished.err


@pytest.mark.parametrize("listen", ["nonsense", "127.0.0.1:99999", "127.0.0.1:x", ":"])
def test_an_address_that_is_none_is_wrong_usage(tfhub, publish, store, listen):
    publish("acme/mul/1")
    tfhub.fails(USAGE, "serve", "--store", store, "--listen", listen)


def test_a_store_that_is_not_there_yet_is_an_empty_hub(serve, scratch, tfhub):
    server = serve(location=scratch / "new/store")
    assert get(server, "/api/v1/models").json()["total"] == 0
    tfhub.ok("publish", models.saved_model(scratch / "m"), "acme/mul/1", "--store", scratch / "new/store")
    wait_until_seen(server, "/acme/mul?tf-hub-format=compressed")


def test_a_server_whose_store_goes_away_is_not_ready_and_recovers(publish, serve, store):
    publish("acme/mul/1")
    server = serve()
    assert get(server, "/readyz").status == 200
    store.rename(store.with_name("away"))
    try:
        wait_for(lambda: get(server, "/readyz").status != 200, "ready without a store")
        assert get(server, "/healthz").status == 200
    finally:
        store.with_name("away").rename(store)
    wait_for(lambda: get(server, "/readyz").status == 200, "not ready though the store is back")
    assert get(server, "/acme/mul/1?tf-hub-format=compressed").status == 200


def test_a_store_that_is_a_file_is_refused(tfhub, scratch):
    (scratch / "file").write_text("a file")
    finished = tfhub.run("serve", "--store", scratch / "file", "--listen", "127.0.0.1:0", timeout=10)
    assert finished.code != 0 and str(scratch / "file") in finished.error


def test_a_store_that_is_not_there_is_told_and_made_on_request_only(tfhub, scratch):
    serve = ("serve", "--store", scratch / "mistyped", "--listen", "127.0.0.1:0")
    assert "--create" in tfhub.fails(NOT_FOUND, *serve).error
    assert not (scratch / "mistyped").exists()
    with Server(tfhub, scratch / "mistyped", log=scratch / "log") as server:  # by --create
        assert get(server, "/readyz").status == 200
    assert (scratch / "mistyped/.tfhub-store.json").is_file()


def test_a_store_whose_disk_goes_away_is_not_an_empty_one(publish, serve, store):
    publish("acme/mul/1")
    server = serve()
    targets = ("/", "/acme/mul/1", "/acme/mul/1?tf-hub-format=compressed", "/api/v1/models", "/nothing", "/s?q=mul")

    def ready() -> str:
        return re.search(r"^tfhub_ready (\d)$", get(server, "/metrics").text, re.M)[1]

    assert ready() == "1"
    away = store.with_name("unmounted")
    store.rename(away)
    store.mkdir()  # where it was mounted
    wait_for(lambda: get(server, "/readyz").status == 503, "it calls itself ready")
    for target in targets:
        answer = get(server, target)
        assert answer.status == 503 and answer["Retry-After"] and answer["Cache-Control"] == "no-store", target
    assert get(server, "/healthz").status == 200 and ready() == "0"
    store.rmdir()
    away.rename(store)
    wait_for(lambda: get(server, "/readyz").status == 200, "it does not see that the store is back")
    for target in targets:
        assert get(server, target).status == (404 if target == "/nothing" else 200), target


@pytest.mark.parametrize("value", ["0", "-1", "soon"])
def test_a_header_timeout_of_nothing_is_wrong_usage(tfhub, scratch, value):
    wrong = tfhub.with_env(TFHUB_HEADER_TIMEOUT=value)
    assert "TFHUB_HEADER_TIMEOUT" in wrong.fails(USAGE, "serve", "--create", "--store", scratch / "store", "--listen", "127.0.0.1:0").err


def test_public_url_is_what_links_and_pages_call_the_hub(publish, serve):
    publish("acme/mul/1")
    server = serve("--public-url", "https://hub.example.org/models")
    answer = get(server, "/acme/mul?tf-hub-format=compressed")
    assert "<https://hub.example.org/models/acme/mul/1>" in answer["Link"]
    page = get(server, "/acme/mul/1", Accept="text/html")
    assert "https://hub.example.org/models/acme/mul/1" in page.text
    assert f":{server.port}" not in page.text


def test_sixteen_clients_at_once_all_get_the_right_bytes(publish, serve, scratch):
    publish("acme/big/1", models.saved_model(scratch / "big", size=5_000_000))
    server = serve()
    target = "/acme/big/1?tf-hub-format=compressed"
    expected, wrong = get(server, target).body, []
    clients = [threading.Thread(target=lambda: wrong.append(1) if get(server, target).body != expected else None) for _ in range(16)]
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    assert not wrong
