"""What work costs in memory, whatever a model's size (issue 3: 64 MiB for the client)."""

import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from support import models
from support.command import Tfhub
from support.documents import write_tree
from support.fault_server import Body
from support.process import run_measured
from support.raw_http import get
from support.waiting import wait_for

pytestmark = pytest.mark.alone

LIMIT = 64 << 20


@pytest.fixture(scope="module")
def big_files():
    return models.saved_model_files(size=100 << 20)


@pytest.mark.parametrize("compression", ["", "gz"])
def test_resolve_of_a_big_model_stays_below_64_mib(tfhub, fault, big_files, compression):
    data = models.tar_of(big_files, "")
    if compression:
        import zlib

        packer = zlib.compressobj(0, zlib.DEFLATED, 31)  # stored: quick to make, the same work to read
        data = packer.compress(data) + packer.flush()
    handle = fault.on("/big/1", Body(data))
    finished, peak = run_measured(tfhub, "resolve", handle)
    assert finished.code == 0, str(finished)
    assert 1 << 20 < peak < LIMIT, f"{peak >> 20} MiB"


def test_publish_of_a_big_model_stays_below_64_mib(tfhub, store, scratch, big_files):
    directory = models.write_tree(scratch / "big", big_files)
    finished, peak = run_measured(tfhub, "publish", directory, "acme/big/1", "--store", store)
    assert finished.code == 0, str(finished)
    assert 1 << 20 < peak < LIMIT, f"{peak >> 20} MiB"


def test_the_server_sends_big_models_to_many_without_holding_them(publish, serve, store, scratch, big_files):
    publish("acme/big/1", models.write_tree(scratch / "big", big_files))
    server = serve()
    get(server, "/healthz")
    before = server.memory()
    sizes = []
    clients = [threading.Thread(target=lambda: sizes.append(len(get(server, "/acme/big/1?tf-hub-format=compressed").body))) for _ in range(4)]
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    assert sizes == [(store / "acme/big/1.tar.gz").stat().st_size] * 4
    more = server.peak_memory() - before
    assert more < LIMIT, f"{more >> 20} MiB more"


def test_the_measure_of_these_tests_is_real(tfhub):
    """Were it not, every test above would prove nothing."""
    ours = bytearray(LIMIT)  # the memory of who measures does not count
    small = run_measured(Tfhub(Path("/bin/true"), tfhub.env))[1]
    large = run_measured(Tfhub(Path(sys.executable), tfhub.env), "-c", f"bytearray({LIMIT}).find(1)")[1]
    assert 0 < small < LIMIT // 2 < LIMIT < large < 2 * LIMIT, (small, large, len(ours))


# Marks and nothing else, of which the parser of Markdown makes a node each.
MARKS = ["[" * 50_000, "> " * 20_000 + "x", "*a **a " * 60_000, "`" * 100_000, "![a](b" * 40_000, "<div>" * 60_000,
         "|a" * 100_000 + "\n" + "|-" * 100_000, "- " * 30_000 + "x", "&" * 300_000, "~~a " * 80_000]


def test_pages_of_slow_documents_take_little_and_give_it_back(tfhub, store, scratch, serve):
    documents = {f"docs/acme/models/m{i}/1.md": f"# Module acme/m{i}/1\nA model.\n\n{MARKS[i % 10]}\n{i}\n" for i in range(30)}
    tfhub.ok("docs", "import", write_tree(scratch / "tree", documents), "--store", store)
    server = serve()
    wait_for(lambda: get(server, "/acme/m29/1", Accept="text/html").status == 200, "the documents are not there")

    def look(i):
        assert get(server, f"/acme/m{i % 30}/1", Accept="text/html").status == 200

    with ThreadPoolExecutor(20) as pool:
        list(pool.map(look, range(120)))
    assert server.peak_memory() < 256 << 20, f"{server.peak_memory() >> 20} MiB"  # 565 when each of 16 had its own
    assert server.memory() < 96 << 20, f"{server.memory() >> 20} MiB"
