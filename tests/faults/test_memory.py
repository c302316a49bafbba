"""What work costs in memory, whatever a model's size (issue 3: 64 MiB for the client)."""

import threading
import time

import pytest

from support import models
from support.fault_server import Body
from support.process import peak_while_running
from support.raw_http import get

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
    process = tfhub.start("resolve", handle)
    peak = peak_while_running(process)
    finished = tfhub.finish(process)
    assert finished.code == 0, str(finished)
    assert 1 << 20 < peak < LIMIT, f"{peak >> 20} MiB"


def test_publish_of_a_big_model_stays_below_64_mib(tfhub, store, scratch, big_files):
    directory = models.write_tree(scratch / "big", big_files)
    process = tfhub.start("publish", directory, "acme/big/1", "--store", store)
    peak = peak_while_running(process)
    finished = tfhub.finish(process)
    assert finished.code == 0, str(finished)
    assert 1 << 20 < peak < LIMIT, f"{peak >> 20} MiB"


def test_the_server_sends_big_models_to_many_without_holding_them(tfhub, publish, serve, scratch, big_files):
    publish("acme/big/1", models.write_tree(scratch / "big", big_files))
    server = serve()
    get(server, "/healthz")
    before = server.memory()
    clients = [threading.Thread(target=lambda: get(server, "/acme/big/1?tf-hub-format=compressed")) for _ in range(4)]
    for client in clients:
        client.start()
    peak = before
    while any(client.is_alive() for client in clients):
        peak = max(peak, server.memory())
        time.sleep(0.01)
    assert peak - before < LIMIT, f"{(peak - before) >> 20} MiB more"
