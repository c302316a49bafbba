"""A hub whose store is a bucket against that bucket itself, at both clouds' servers on loopback (tests/support/emulators.py).

All bytes lie in memory, so that no disk is measured.
"""

import contextlib
import http.client
import json
import os
import shutil
import statistics
import subprocess
import time
import urllib.parse
import uuid
from unittest import mock

import models
import support
from support import DATA, ROOT, TFHUB, Row, environment, fresh_directory, hub, in_turn, nginx, peak_memory, seconds

support.__path__ = [str(ROOT / "tests" / "support")]  # what the tests share bears the same name
from support.bad_cloud import BadCloud  # noqa: E402
from support.emulators import EMULATORS  # noqa: E402

MEASURED = ("gs", "s3")  # Azurite is no measure of anything: each of its bytes goes through JavaScript
MODELS, VERSIONS = 2_000, 5
FLOAT = "bench/float/1"
LITE = "?lite-format=tflite"


@contextlib.contextmanager
def _cloud(scheme, watched=False):
    """An emulator, and an environment by which tfhub finds it; watched: through a proxy that notes each request."""
    with fresh_directory("/dev/shm") as work, EMULATORS[scheme](work / "cloud") as cloud, contextlib.ExitStack() as more:
        seen = more.enter_context(BadCloud(cloud)) if watched else cloud
        more.enter_context(mock.patch.dict(os.environ, environment(work / "cache", **seen.settings()), clear=True))
        yield seen


class _Plain:
    """The cloud as curl uses it."""

    def __init__(self, cloud):
        self.cloud, self.curl = cloud, ["curl", "-sSf", "--noproxy", "*"]
        if cloud.scheme == "s3":
            self.curl += ["--aws-sigv4", "aws:amz:us-east-1:s3", "--user", f"{cloud.ACCESS}:{cloud.SECRET}",
                          "-H", "x-amz-content-sha256: UNSIGNED-PAYLOAD"]

    def get(self, url, port=None):
        """port: of a proxy. (What is signed is signed for the cloud's own host.)"""
        bucket, _, key = url.partition("://")[2].partition("/")
        gs = f"/storage/v1/b/{bucket}/o/{urllib.parse.quote(key, safe='')}?alt=media"
        host = ["-H", f"Host: 127.0.0.1:{self.cloud.port}"]
        where = f"http://127.0.0.1:{port or self.cloud.port}"
        return seconds([*self.curl, *host, "-o", "/dev/null", where + (gs if self.cloud.scheme == "gs" else f"/{bucket}/{key}")])

    def put(self, path, url):
        bucket, _, key = url.partition("://")[2].partition("/")
        gs = f"{self.cloud.endpoint}/upload/storage/v1/b/{bucket}/o?uploadType=media&name={urllib.parse.quote(key, safe='')}"
        to = ["-X", "POST", gs] if self.cloud.scheme == "gs" else [f"{self.cloud.endpoint}/{bucket}/{key}"]
        return seconds([*self.curl, "-T", str(path), *to])

    def list(self, url):
        """Every key below it, a page after the other. Seconds."""
        bucket, _, prefix = url.partition("://")[2].partition("/")
        begin, token = time.perf_counter(), ""
        while True:
            prefix_and_token = f"prefix={urllib.parse.quote(prefix, safe='')}" + token
            if self.cloud.scheme == "gs":
                page = json.loads(self._page(f"/storage/v1/b/{bucket}/o?{prefix_and_token}"))
                more, name = page.get("nextPageToken"), "pageToken"
            else:
                page = self._page(f"/{bucket}?{'&'.join(sorted(['list-type=2', *prefix_and_token.split('&')]))}")
                more, name = page.partition("<NextContinuationToken>")[2].partition("<")[0], "continuation-token"
            if not more:
                return time.perf_counter() - begin
            token = f"&{name}={urllib.parse.quote(more, safe='')}"

    def _page(self, path):
        return subprocess.run([*self.curl, self.cloud.endpoint + path], check=True, capture_output=True, text=True).stdout


def _forget(cloud, url):
    """So that memory does not fill up with what was measured."""
    shutil.rmtree(cloud.root / url.partition("://")[2], ignore_errors=True)


def _publish(store):
    return [TFHUB, "publish", str(models.float_model()), FLOAT, "--store", store, "--quiet"]


def downloads(rounds):
    for scheme in MEASURED:
        with _cloud(scheme) as cloud:
            store, plain = cloud.make_bucket("bench-downloads"), _Plain(cloud)
            seconds(_publish(store))
            size = (cloud.root / "bench-downloads" / f"{FLOAT}.tar.gz").stat().st_size / 1e6
            location = f"location / {{ proxy_pass http://127.0.0.1:{cloud.port}; proxy_set_header Host $http_host; proxy_buffers 16 128k; }}"
            with hub(store) as (_, port), nginx(DATA, location) as (_, proxy):
                url, archive = f"http://127.0.0.1:{port}/{FLOAT}?tf-hub-format=compressed", f"{store}/{FLOAT}.tar.gz"
                fetch = ["curl", "-sSf", "--noproxy", "*", "-o", "/dev/null", url]
                ours, direct, proxied = (size / took for took in in_turn(
                    rounds, lambda: seconds(fetch), lambda: plain.get(archive), lambda: plain.get(archive, proxy)))
            what = f"500 MB from {scheme}:// through the server against"
            yield Row(f"{what} GET of the bucket", f"{ours:,.0f} MB/s", f"{direct:,.0f} MB/s", ours / direct, 0.8, 1.0)
            yield Row(f"{what} nginx's proxy_pass", f"{ours:,.0f} MB/s", f"{proxied:,.0f} MB/s", ours / proxied, 0.8, 1.0)


def uploads(rounds):
    """Ours packs, digests, uploads the archive and the files, and has the service copy both to their places."""
    for scheme in MEASURED:
        with _cloud(scheme) as cloud:
            plain, archive = _Plain(cloud), models.archive(models.float_model())
            files = [path for path in models.float_model().rglob("*") if path.is_file()]
            alone, committed = [], []

            def ours():
                store = cloud.make_bucket("bench-ours")
                record = cloud.root / f"bench-ours/.catalog/{FLOAT}/.entry.json"
                begin = time.perf_counter()
                publisher = subprocess.Popen(_publish(store), stdout=subprocess.DEVNULL)
                while not record.exists() and publisher.poll() is None:
                    time.sleep(0.01)
                committed.append(time.perf_counter() - begin)
                if publisher.wait() != 0:
                    raise RuntimeError("the model was not published")
                took = time.perf_counter() - begin
                _forget(cloud, store)
                return took

            def peer():
                bucket = cloud.make_bucket("bench-plain")
                alone.append(plain.put(archive, f"{bucket}/archive"))
                took = alone[-1] + sum(plain.put(path, f"{bucket}/{path.name}") for path in files)
                _forget(cloud, bucket)
                return took

            mine, theirs = in_turn(rounds, ours, peer)
            there, only = statistics.median(committed), statistics.median(alone)
            what = f"publishing 500 MB to {scheme}://"
            yield Row(f"{what} against curl's upload of archive and files", f"{mine:.2f} s", f"{theirs:.2f} s", theirs / mine, 0.8, 1.0)
            yield Row("the same until the version can be had", f"{there:.2f} s", f"{theirs:.2f} s", theirs / there, 0.8, 1.0)
            yield Row(f"{what} against curl's upload of the archive alone", f"{mine:.2f} s", f"{only:.2f} s", only / mine, 0, 0.8)
            peak = peak_memory(_publish(cloud.make_bucket("bench-peak")), dict(os.environ))
            yield Row("peak memory of that publish", f"{peak / 2**20:.1f} MiB", "64 MiB", peak / 2**20, 64, 64, "MiB",
                      less_is_better=True)


def _put_in(place, like, text):
    """An object without the service's help: both keep each in a file, and what they know of it in the file's attributes."""
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(text)
    shutil.copystat(like, place)


def _stock(cloud, bucket, lite):
    """MODELS models of VERSIONS versions, each a file of 2 KB. One is published; the others, which that would take an hour for, are
    made as it."""
    seconds([TFHUB, "publish", str(_lite(lite)), "bench/lite-0/1", "--store", bucket, "--quiet"])
    root = cloud.root / bucket.partition("://")[2]
    record, model = (root / ".catalog/bench/lite-0" / path for path in ("1/.entry.json", ".entry.json"))
    archive = root / "bench/lite-0/1.tflite"
    first = json.loads(record.read_text())
    for number in range(1, MODELS):
        name = f"bench/lite-{number}"
        for version in range(1, VERSIONS + 1):
            files = [{**first["files"][0], "path": f"lite-{number}_{version}.tflite"}]
            text = json.dumps({**first, "name": name, "version": version, "staging": uuid.uuid4().hex, "files": files}, indent=1) + "\n"
            _put_in(root / ".catalog" / name / str(version) / ".entry.json", record, text.encode())
            _put_in(root / name / f"{version}.tflite", archive, archive.read_bytes())
        _put_in(root / ".catalog" / name / ".entry.json", model, model.read_bytes().replace(b"bench/lite-0", name.encode()))


def _lite(path):
    path.write_bytes(b"\x1c\x00\x00\x00TFL3" + bytes(2_000))
    return path


def _get(port, path):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", path)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.status


def _until_ready(port):
    while _get(port, "/readyz") != 200:
        time.sleep(0.01)


def cold_start(rounds):
    """A server just started: when it answers for a version, and when it knows all of them."""
    for scheme in MEASURED:
        with fresh_directory("/dev/shm") as work, _cloud(scheme) as cloud:
            bucket = cloud.make_bucket("bench-many")
            _stock(cloud, bucket, work / "model.tflite")
            firsts = []

            def start():
                begin = time.perf_counter()
                with hub(bucket) as (_, port):
                    if _get(port, f"/bench/lite-{MODELS // 2}/{VERSIONS}{LITE}") != 200:
                        raise RuntimeError("the first request was not answered")
                    firsts.append(time.perf_counter() - begin)
                    _until_ready(port)
                    return time.perf_counter() - begin

            ready, listing = in_turn(rounds, start, lambda: _Plain(cloud).list(f"{bucket}/.catalog/"))
            first = statistics.median(firsts)
            yield Row(f"before {MODELS * VERSIONS:,} versions in {scheme}://: from start to the first answer", f"{first * 1000:.0f} ms",
                      "200 ms", first * 1000, 200, 100, "ms", less_is_better=True)
            yield Row("the same, to ready; beside it a plain listing of its records", f"{ready:.2f} s", f"{listing:.2f} s", ready, 5, 2, "s",
                      less_is_better=True)


def lookups(_):
    """What a handle costs in requests to the bucket, the first time and again."""
    for scheme in MEASURED:
        with fresh_directory("/dev/shm") as work, _cloud(scheme, watched=True) as cloud:
            bucket = cloud.emulator.make_bucket("bench-lookups")
            lite = _lite(work / "model.tflite")
            for version in ("1", "2"):
                seconds([TFHUB, "publish", str(lite), f"bench/lite/{version}", "--store", bucket, "--quiet"])
            # The list of models shows the newest version, so its record is read at the start: the other one is asked for.
            with hub(bucket) as (_, port):
                _until_ready(port)
                for when in ("first", "repeated"):
                    before = len(cloud.seen("GET", "entry"))
                    _get(port, f"/bench/lite/1{LITE}")
                    reads = len(cloud.seen("GET", "entry")) - before
                    yield Row(f"small reads of {scheme}:// for a versioned handle, {when}", f"{reads}", "1" if when == "first" else "0", reads,
                              1 if when == "first" else 0, 0, "reads", less_is_better=True)


CASES = [downloads, uploads, cold_start, lookups]
