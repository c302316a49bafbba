"""Bad days of a hub that is read in place: errors that say so, never wrong values."""

import pytest
from conftest import in_place

from support import models


@pytest.fixture
def published(publish, store, scratch):
    """A model of 40 MB, and where its largest file lies in the store."""
    directory = models.saved_model(scratch / "model", size=40_000_000)
    publish("acme/large/1", directory)
    name = "variables/variables.data-00000-of-00001"
    return (directory / name).read_bytes(), store / "acme/large/1/uncompressed" / name, f"acme/large/1/{name}"


def test_a_server_that_is_started_again_is_read_on(gfile, serve, published):
    content, _, name = published
    server = serve()
    with gfile.GFile(in_place(server, name), "rb") as file:
        assert file.read(1000) == content[:1000]
        server.stop()
        serve(port=server.port)
        assert file.read() == content[1000:]


def test_bytes_that_changed_in_the_store_are_data_loss(tf, gfile, serve, published):
    content, stored, name = published
    damaged = bytearray(content)
    damaged[20_000_000] ^= 1
    stored.write_bytes(damaged)
    server = serve()
    with pytest.raises(tf.errors.DataLossError, match="SHA-256"):
        gfile.GFile(in_place(server, name), "rb").read()
    stored.write_bytes(content)
    assert gfile.GFile(in_place(server, name), "rb").read() == content


def test_a_small_file_that_changed_in_the_store_is_never_given(tf, gfile, serve, publish, store):
    publish("acme/mul/1")
    stored = store / "acme/mul/1/uncompressed/assets/vocabulary.txt"
    stored.write_bytes(stored.read_bytes().replace(b"word1", b"WORD1"))
    with pytest.raises(tf.errors.DataLossError), gfile.GFile(in_place(serve(), "acme/mul/1/assets/vocabulary.txt"), "rb") as file:
        file.read(1)


def test_a_file_that_is_gone_from_the_store_is_an_error(tf, gfile, serve, published):
    _, stored, name = published
    stored.unlink()
    with pytest.raises((tf.errors.UnavailableError, tf.errors.NotFoundError), match="acme/large/1"):
        gfile.GFile(in_place(serve(), name), "rb").read()
