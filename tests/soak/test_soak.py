"""Everything at once, for as long as SOAK_SECONDS says (`make soak SECONDS=600`): a hub on a directory and one on a bucket,
over TLS and without; publishers, resolvers of both clients, searchers, slow and hostile clients, kills, certificates that are
renewed, a store that goes away and returns, a bucket that stands still. A good client sees no error, and memory, descriptors
and threads are flat once everything has been seen."""

import os
import random
import shutil
import signal
import socket
import statistics
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from support import models
from support.command import kill
from support.emulators import VersityGateway
from support.raw_http import get
from support.server import Server
from support.tls import make_another, make_certificates
from support.waiting import wait_for

SECONDS = float(os.environ.get("SOAK_SECONDS", "40"))
NAMES = [f"acme/model-{i}" for i in range(6)]
VERSIONS = 8  # of each: what is published in the first third; from then on nothing is new
EXPECTED = {f"{name}/{version}": (i, version) for i, name in enumerate(NAMES) for version in range(1, VERSIONS + 1)}


def files_of(name: str) -> dict:
    i, version = EXPECTED[name]
    return models.saved_model_files(size=20_000 * 4**(i % 4), seed=100 * i + version)


class There:
    """Whether the directory is there: many may count on it, one may take it away."""

    def __init__(self):
        self._changed, self._readers, self._away = threading.Condition(), 0, False

    @contextmanager
    def reading(self):
        with self._changed:
            self._changed.wait_for(lambda: not self._away)
            self._readers += 1
        try:
            yield
        finally:
            with self._changed:
                self._readers -= 1
                self._changed.notify_all()

    @contextmanager
    def alone(self):
        with self._changed:
            self._away = True
            self._changed.wait_for(lambda: self._readers == 0)
        try:
            yield
        finally:
            with self._changed:
                self._away = False
                self._changed.notify_all()


@dataclass
class Soak:
    """What the actors share: the end, what went wrong, how often each did its work."""

    tfhub: object
    root: Path
    over: threading.Event = field(default_factory=threading.Event)
    faults: list = field(default_factory=list)
    done: dict = field(default_factory=dict)
    there: There = field(default_factory=There)
    published: list = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)
    began: float = field(default_factory=time.monotonic)

    def count(self, what):
        with self.lock:
            self.done[what] = self.done.get(what, 0) + 1

    def fault(self, what):
        with self.lock:
            self.faults.append(f"after {time.monotonic() - self.began:.0f} s: {what}")

    def pace(self, seconds) -> bool:
        """What an actor does between two works. Whether it is over."""
        return self.over.wait(seconds)

    @property
    def elapsed(self) -> float:
        """0 to 1."""
        return (time.monotonic() - self.began) / SECONDS

    def some(self, chance):
        with self.lock:
            return chance.choice(self.published) if self.published else None

    def actor(self, work, *args, seed):
        """A thread that works until the end."""
        chance = random.Random(seed)

        def run():
            while not self.over.is_set():
                try:
                    work(self, chance, *args)
                except Exception as error:  # noqa: BLE001: every one is a finding
                    self.fault(f"{work.__name__}: {error!r}")

        thread = threading.Thread(target=run, name=work.__name__)
        thread.start()
        return thread


def maybe_killed(soak, chance, process) -> bool:
    """One in four is killed at some moment."""
    if chance.random() < 0.75:
        return False
    soak.pace(chance.uniform(0, 0.15))
    if process.poll() is None:
        kill(process)
        return True
    return False


def publisher(soak, chance, stores):
    """Again and again the same names; those that are there already succeed as well."""
    name = chance.choice([*EXPECTED])
    path = soak.root / "to-publish" / name
    with soak.lock:
        if not path.exists():
            models.write_tree(path, files_of(name))
    every = []
    for store in stores:
        with soak.there.reading():  # into an unmounted directory nobody publishes
            process = soak.tfhub.start("publish", path, name, "--store", store)
            if maybe_killed(soak, chance, process):
                return soak.count("killed publishers")
            finished = soak.tfhub.finish(process)
        if finished.code != 0:
            soak.fault(f"publish: {finished}")
        every.append(finished.code == 0)
    if all(every):
        soak.count("published")
        with soak.lock:
            if name not in soak.published:
                soak.published.append(name)
    return soak.pace(0.2 if soak.elapsed < 0.33 else 1)


def resolver(soak, chance, server, number):
    name = soak.some(chance)
    if name is None:
        return soak.pace(0.1)
    handle = f"{server.url}/{name if chance.random() < 0.8 else name.rpartition('/')[0]}"
    cache = soak.root / f"cache-{number}"
    ours = soak.tfhub.with_env(TFHUB_CACHE_DIR=str(cache))
    process = ours.start("resolve", handle)
    if maybe_killed(soak, chance, process):
        return soak.count("killed resolvers")
    finished = ours.finish(process)
    if finished.code != 0:
        return soak.fault(f"resolve: {finished}")
    if handle.endswith(name) and models.tree(finished.path) != models.tree_of(files_of(name)):
        soak.fault(f"{handle}: other bytes than were published")
    soak.count("resolved")
    if chance.random() < 0.5:
        ours.run("cache", "rm", handle)
    if chance.random() < 0.05:
        ours.ok("cache", "prune")


def tensorflow_hub_client(soak, chance, server, hub, scratch):
    name = soak.some(chance)
    if name is None:
        return soak.pace(0.1)
    cache = scratch / f"tensorflow-{chance.randrange(10**9)}"
    with soak.there.reading():  # it does not try again
        path = hub("resolve", cache, handle=f"{server.url}/{name}")
    if models.tree(path) != models.tree_of(files_of(name)):
        soak.fault(f"tensorflow_hub: other bytes of {name}")
    soak.count("resolved by tensorflow_hub")
    shutil.rmtree(cache)
    soak.pace(0.2)


def searcher(soak, chance, server):
    target = chance.choice(["/s?q=model", "/api/v1/models?q=acme", "/", "/acme", "/api/v1/models", f"/s?q={chance.randrange(10**6)}"])
    if (name := soak.some(chance)) and chance.random() < 0.5:
        target = chance.choice([f"/{name}", f"/api/v1/models/{name}", f"/{name}/saved_model.pb?tf-hub-format=file"])
    for attempt in range(20):  # what 503 with Retry-After asks of a good client
        status = get(server, target, Accept="text/html").status
        if status != 503:
            break
        time.sleep(0.5)
    if status != 200:
        soak.fault(f"{target} is {status}")
    soak.count("asked")
    soak.pace(0.02)


def slow_client(soak, chance, server):
    name = soak.some(chance) or "acme/none/1"
    with socket.create_connection((server.host, server.port)) as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.sendall(f"GET /{name}?tf-hub-format=compressed HTTP/1.1\r\nHost: h\r\n\r\n".encode())
        connection.settimeout(5)
        for _ in range(chance.randrange(1, 30)):
            try:
                if not connection.recv(512):
                    break
            except OSError:
                break
            if soak.pace(0.05):
                break
    soak.count("read slowly")


def hostile_client(soak, chance, server):
    words = [b"GET / HTTP/1.1\r\nHost: h\r\n" + b"A: " + b"x" * 70_000, b"\x16\x03\x01" + chance.randbytes(300), chance.randbytes(2_000),
             b"GET /s?q=a+b+c+d+e+f HTTP/1.1\r\nHost: h\r\n\r\n" * 20, b"POST / HTTP/1.1\r\nContent-Length: 99999999\r\n\r\n",
             b"GET /../../etc/passwd HTTP/1.1\r\nHost: h\r\n\r\n", b"GET / HTTP/1.1\r\n"]
    with socket.create_connection((server.host, server.port)) as connection:
        connection.settimeout(5)
        try:
            connection.sendall(chance.choice(words))
            if chance.random() < 0.5:
                connection.recv(1000)
        except OSError:
            pass
    soak.count("attacked")
    soak.pace(0.02)


def certificate_renewer(soak, chance, server, certificates, renewed):
    """A new certificate of the same authority, by SIGHUP; connections that stand are not cut."""
    fresh = chance.choice(renewed)
    for source, target in ((fresh.certificate, certificates.certificate), (fresh.key, certificates.key)):
        Path(f"{target}.new").write_bytes(source.read_bytes())
        os.replace(f"{target}.new", target)
    server.process.send_signal(signal.SIGHUP)
    soak.count("certificates renewed")
    soak.pace(1)


def disturber(soak, chance, hub, store, emulator):
    """The directory's disk is unmounted for a moment; the bucket stands still for one."""
    if soak.pace(SECONDS / 10):
        return
    aside = store.with_suffix(".away")
    with soak.there.alone():
        os.rename(store, aside)
        store.mkdir()  # the mount point
        soak.pace(1.5)
        store.rmdir()
        os.rename(aside, store)
        wait_for(lambda: get(hub, "/readyz").status == 200, "the hub has not seen that its store is back")
    emulator.process.send_signal(signal.SIGSTOP)
    soak.pace(1)
    emulator.process.send_signal(signal.SIGCONT)
    soak.count("disturbed")


@dataclass
class Figures:
    """Of one process, once a second."""

    pid: int
    memory: list = field(default_factory=list)
    descriptors: list = field(default_factory=list)
    threads: list = field(default_factory=list)

    def look(self):
        status = Path(f"/proc/{self.pid}/status").read_text()
        words = dict(line.split(":", 1) for line in status.splitlines() if ":" in line)
        self.memory.append(int(words["VmRSS"].split()[0]) * 1024)
        self.threads.append(int(words["Threads"]))
        self.descriptors.append(len(os.listdir(f"/proc/{self.pid}/fd")))


def must_be_flat(name, figures):
    """The last fifth against the third: by then everything had happened once."""
    def parts(values):
        fifth = len(values) // 5
        return values[2 * fifth : 3 * fifth], values[4 * fifth :]

    before, after = parts(figures.memory)
    assert statistics.median(after) < statistics.median(before) * 1.1 + (24 << 20), f"{name}: memory grows {figures.memory}"
    before, after = parts(figures.descriptors)
    assert statistics.median(after) < statistics.median(before) * 1.25 + 40, f"{name}: descriptors grow {figures.descriptors}"
    before, after = parts(figures.threads)
    assert max(after) <= max(before) + 16, f"{name}: threads grow {figures.threads}"


@pytest.mark.timeout(SECONDS * 2 + 240)
def test_a_hub_that_is_used_well_and_badly_for_long(tfhub, scratch, tensorflow_hub):
    soak = Soak(tfhub.with_env(TFHUB_CONNECT_TIMEOUT="5", TFHUB_LOCK_TIMEOUT="20", TFHUB_RETRIES="4"), scratch)
    store, certificates = scratch / "store", make_certificates(scratch / "tls")
    renewed = [make_another(certificates, scratch / f"tls-{i}") for i in range(3)]
    with VersityGateway(scratch / "cloud") as cloud:
        soak.tfhub = soak.tfhub.with_env(**cloud.settings(), TFHUB_CA_BUNDLE=str(certificates.authority))
        bucket = cloud.make_bucket("soak") + "/models"
        first = models.write_tree(scratch / "first", files_of("acme/model-0/1"))
        for location in (store, bucket):
            soak.tfhub.ok("publish", first, "acme/model-0/1", "--store", location)
        with (Server(soak.tfhub, store, log=scratch / "directory.log") as plain,
              Server(soak.tfhub, store, "--tls-cert", certificates.certificate, "--tls-key", certificates.key,
                     log=scratch / "tls.log") as secure,
              Server(soak.tfhub, bucket, "--disk-cache", scratch / "disk", "--disk-cache-size", "2MiB",
                     log=scratch / "bucket.log") as remote):
            hubs = {"directory": plain, "TLS": secure, "bucket": remote}
            actors = [soak.actor(publisher, (store, bucket), seed=i) for i in range(2)]
            for i, server in enumerate([plain, secure, remote, plain]):
                actors.append(soak.actor(resolver, server, i, seed=10 + i))
            actors.append(soak.actor(tensorflow_hub_client, plain, tensorflow_hub, scratch, seed=20))
            for i, server in enumerate([plain, remote]):
                actors.append(soak.actor(searcher, server, seed=30 + i))
                actors.append(soak.actor(slow_client, server, seed=40 + i))
            for i, server in enumerate(hubs.values()):
                actors.append(soak.actor(hostile_client, server, seed=50 + i))
            actors.append(soak.actor(certificate_renewer, secure, certificates, renewed, seed=60))
            actors.append(soak.actor(disturber, plain, store, cloud, seed=70))
            figures = {name: Figures(server.process.pid) for name, server in hubs.items()}
            while soak.elapsed < 1:
                time.sleep(1)
                for name, each in figures.items():
                    assert hubs[name].process.poll() is None, f"the hub on the {name} died"
                    each.look()
            soak.over.set()
            for actor in actors:
                actor.join(120)
                assert not actor.is_alive(), actor.name
            print(soak.done, {name: (max(f.memory) >> 20, max(f.descriptors), max(f.threads)) for name, f in figures.items()})
            assert not soak.faults, "\n".join(soak.faults)
            for name, each in figures.items():
                must_be_flat(name, each)
            assert {"published", "resolved", "resolved by tensorflow_hub", "asked", "read slowly", "attacked", "killed publishers",
                    "killed resolvers", "certificates renewed", "disturbed"} <= soak.done.keys()
            # Everything is well afterwards.
            for location in (store, bucket):
                soak.tfhub.ok("store", "verify", "--store", location)
            for server in (plain, remote):
                wait_for(lambda: get(server, "/readyz").status == 200, "the hub is not ready again")
            quiet = {name: len(os.listdir(f"/proc/{server.process.pid}/fd")) for name, server in hubs.items()}
            print("descriptors after it:", quiet)
        assert [server.process.returncode for server in hubs.values()] == [0, 0, 0]
