"""The server against nginx on the same machine: small replies, downloads, idle connections."""

import contextlib
import http.client
import re
import socket
import statistics
import subprocess
import time

import models
from support import (DATA, TFHUB, Row, cpu_seconds, fresh_directory, hub, in_turn, nginx, raise_file_limit, resident_bytes, seconds)


def _store():
    """A store with the 500 MB model, published once."""
    store = DATA / "store"
    subprocess.run([TFHUB, "publish", str(models.float_model()), "bench/float/1", "--store", str(store), "--quiet"],
                   check=True, stdout=subprocess.DEVNULL)
    return store


def _requests_per_second(url, length=4):
    out = subprocess.run(["wrk", "-t1", "-c32", f"-d{length}s", url], check=True, capture_output=True, text=True)
    return float(re.search(r"Requests/sec:\s+([\d.]+)", out.stdout).group(1))


def small_replies(rounds):
    answer = "gs://bucket/path/bench/float/1/uncompressed"
    locations = f"""location /303 {{ default_type text/plain; return 303 '{answer}'; }}
                    location /404 {{ return 404; }}"""
    with hub(_store(), "--uncompressed-base", "gs://bucket/path") as (_, ours), nginx(DATA, locations) as (_, peer):
        # nginx turns a 303's text into a Location header: both answer with about as many bytes.
        for name, path, peer_path in (("303", "/bench/float/1?tf-hub-format=uncompressed", "/303"),
                                      ("404", "/no/such/1?tf-hub-format=compressed", "/404")):
            mine, theirs = in_turn(rounds, lambda: _requests_per_second(f"http://127.0.0.1:{ours}{path}"),
                                   lambda: _requests_per_second(f"http://127.0.0.1:{peer}{peer_path}"))
            yield Row(f"small replies a second ({name}) against nginx", f"{mine:,.0f}", f"{theirs:,.0f}", mine / theirs,
                      0.8, 1.0)


def downloads(rounds):
    store = _store()
    size = (store / "bench/float/1.tar.gz").stat().st_size
    with hub(store) as (our_pid, ours), nginx(store) as (peer_pid, peer):
        urls = {our_pid: f"http://127.0.0.1:{ours}/bench/float/1?tf-hub-format=compressed",
                peer_pid: f"http://127.0.0.1:{peer}/bench/float/1.tar.gz"}
        for clients in (1, 16):
            each = 4 if clients == 1 else 1
            cpu = {our_pid: [], peer_pid: []}

            def fetch(pid):
                command = " & ".join([" ".join(["curl -s -o /dev/null"] + [urls[pid]] * 1 + [
                    f"-o /dev/null {urls[pid]}"] * (each - 1))] * clients) + " & wait"
                before = cpu_seconds(pid)
                elapsed = seconds(["sh", "-c", command])
                moved = size * clients * each / 1e9
                cpu[pid].append((cpu_seconds(pid) - before) / moved)
                return moved * 1000 / elapsed

            mine, theirs = in_turn(rounds, lambda: fetch(our_pid), lambda: fetch(peer_pid))
            yield Row(f"download, {clients} client{'s' if clients > 1 else ''}, against nginx's sendfile",
                      f"{mine:,.0f} MB/s", f"{theirs:,.0f} MB/s", mine / theirs, 0.95, 1.0)
            ours_cpu, peer_cpu = (sum(cpu[pid]) / len(cpu[pid]) for pid in (our_pid, peer_pid))
            yield Row("the same, processor seconds a GB", f"{ours_cpu:.3f} s", f"{peer_cpu:.3f} s", ours_cpu / peer_cpu,
                      1.15, 1.0, "of nginx's", less_is_better=True)


def idle_connections(_):
    count = 5_000
    raise_file_limit(count + 500)
    with hub(_store()) as (pid, port), contextlib.ExitStack() as stack:

        def connect():
            connection = stack.enter_context(socket.create_connection(("127.0.0.1", port)))
            connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
            if b" 200 " not in connection.recv(4096):
                raise RuntimeError("an idle connection was not answered")

        for _ in range(50):  # what the first requests allocate for good is not a connection's
            connect()
        before = resident_bytes(pid)
        for _ in range(count):
            connect()
        each = (resident_bytes(pid) - before) / count
        yield Row("an idle connection, of 5,000", f"{each / 1024:.2f} KiB", "8 KiB", each / 1024, 8, 4, "KiB",
                  less_is_better=True)


def visible(rounds):
    """From the end of a publish until a server gives the new version, of which it has just said that it is not there."""
    with fresh_directory(None) as work:
        model = work / "model"
        model.mkdir()
        (model / "saved_model.pb").write_bytes(b"\x08\x01")

        def publish(version):
            subprocess.run([TFHUB, "publish", str(model), f"bench/tiny/{version}", "--store", str(work / "store")], check=True,
                           stdout=subprocess.DEVNULL)

        publish(1)
        with hub(work / "store") as (_, port):

            def head(path):
                with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port)) as connection:
                    connection.request("HEAD", f"{path}?tf-hub-format=compressed")
                    return connection.getresponse()

            def until(given, path):
                while not given(head(path)):
                    time.sleep(0.001)
                return time.perf_counter()

            versioned, unversioned = [], []
            for version in range(2, 2 + rounds * 10):
                path = f"/bench/tiny/{version}"
                head(path), head("/bench/tiny")
                publish(version)
                began = time.perf_counter()
                versioned.append(until(lambda answer: answer.status == 200, path) - began)
                unversioned.append(until(lambda answer: answer.headers["Content-Location"].endswith(path), "/bench/tiny") - began)
        for what, times in (("its URL", versioned), ("the unversioned URL", unversioned)):
            worst = max(times)
            yield Row(f"publish until {what} gives the version, worst of {len(times)}",
                      f"{statistics.median(times):.2f} s in the middle", "1 s", worst, 1, 0.6, "s", less_is_better=True)


CASES = [small_replies, downloads, idle_connections, visible]
