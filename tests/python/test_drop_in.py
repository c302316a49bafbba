"""tfhub.install(): tensorflow_hub's own functions fetch by us, and whoever calls them does not notice.

The first part goes through the cases of tensorflow_hub's own tests of its resolvers, in words of our own.
"""

import os
import re
import socket
import tempfile
import urllib.error
import uuid

import numpy as np
import pytest
import tensorflow as tf
from absl import flags

import tfhub
from python.conftest import FILES
from support import models
from support.cache import lock_text
from support.fault_server import Body, FaultServer, hang_up, redirect, reply
from support.tls import make_certificates
from support.waiting import free_port

NAMES = {"file1": "file1", "file2": "file2", "file3": "file3"}


@pytest.fixture
def flag(monkeypatch):
    """flag(name, value): as absl parses it from the command line."""
    return lambda name, value: monkeypatch.setattr(flags.FLAGS[name], "value", value)


@pytest.mark.parametrize("compression,suffix", [("", ".tar"), ("gz", ".tar.gz"), ("gz", ".tgz"), ("gz", ""), ("bz2", ""), ("xz", "")])
def test_archives_of_any_compression_and_name(installed_hub, fault, cache, compression, suffix):
    handle = fault.on(f"/mock_module{suffix}", Body(models.tar_of(NAMES, compression)))
    path = installed_hub.resolve(handle)
    assert path == str(cache.entry(handle)) and models.tree(path) == models.tree_of(NAMES)
    assert fault.requests[-1].query == "tf-hub-format=compressed"


def test_the_descriptor_says_whose_it_is(installed_hub, fault, archive):
    handle = fault.on("/acme/mul/1", Body(archive))
    with open(f"{installed_hub.resolve(handle)}.descriptor.txt") as descriptor:
        assert re.match(rf"Module: {re.escape(handle)}\nDownload Time: .*\nDownloader Hostname: {re.escape(socket.gethostname())} "
                        rf".PID:{os.getpid()}.", descriptor.read())


def test_without_a_setting_the_cache_is_in_the_temporary_directory(installed_hub, fault, archive, scratch, monkeypatch, flag):
    monkeypatch.delenv("TFHUB_CACHE_DIR")
    flag("tfhub_cache_dir", "")
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    path = installed_hub.resolve(fault.on("/acme/mul/1", Body(archive)))
    assert os.path.dirname(path) == str(scratch / "tfhub_modules")


def test_the_flag_names_the_cache_and_the_environment_wins(installed_hub, fault, archive, scratch, monkeypatch, flag):
    flag("tfhub_cache_dir", str(scratch / "flag"))
    handle = fault.on("/acme/mul/1", Body(archive))
    assert os.path.dirname(installed_hub.resolve(handle)) == os.environ["TFHUB_CACHE_DIR"]
    monkeypatch.delenv("TFHUB_CACHE_DIR")
    assert os.path.dirname(installed_hub.resolve(handle)) == str(scratch / "flag")


def test_a_cache_given_as_a_file_url_gives_such_paths(hub, fault, archive, scratch, monkeypatch):
    monkeypatch.setenv("TFHUB_CACHE_DIR", f"file://{scratch}/cache")
    handle = fault.on("/acme/mul/1", Body(archive))
    theirs = hub.resolve(handle)
    tfhub.install()
    assert hub.resolve(handle) == theirs and len(fault.requests) == 1
    tfhub.cache.rm(handle)
    assert hub.resolve(handle) == theirs and len(fault.requests) == 2


@pytest.mark.parametrize("directory", ["cache", "./cache", "cache/"])
def test_a_relative_cache_gives_the_same_paths_as_theirs(hub, fault, archive, scratch, monkeypatch, directory):
    monkeypatch.chdir(scratch)
    monkeypatch.setenv("TFHUB_CACHE_DIR", directory)
    handle = fault.on("/acme/mul/1", Body(archive))
    theirs = hub.resolve(handle)
    tfhub.install()
    assert hub.resolve(handle) == theirs


def test_what_is_cached_is_not_fetched_again(installed_hub, fault, archive):
    handle = fault.on("/acme/mul/1", Body(archive))
    path = installed_hub.resolve(handle)
    times = {name: os.stat(os.path.join(path, name)).st_mtime_ns for name in FILES}
    assert installed_hub.resolve(handle) == path
    assert times == {name: os.stat(os.path.join(path, name)).st_mtime_ns for name in FILES} and len(fault.requests) == 1


def test_an_abandoned_lock_is_taken_over(installed_hub, fault, archive, cache, monkeypatch):
    """Of a process that lives and does nothing, as tensorflow_hub's test has it: ours."""
    monkeypatch.setenv("TFHUB_LOCK_TIMEOUT", "1")
    handle = fault.on("/acme/mul/1", Body(archive))
    cache.path.mkdir()
    cache.lock(handle).write_text(lock_text(os.getpid(), uuid.uuid4().hex))
    assert models.tree(installed_hub.resolve(handle)) == models.tree_of(FILES)
    cache.must_hold_exactly(handle)


def test_redirects_are_followed(installed_hub, fault, archive, cache):
    fault.on("/elsewhere", Body(archive))
    handle = fault.on("/acme/mul/1", redirect(302, "/elsewhere"))
    assert installed_hub.resolve(handle) == str(cache.entry(handle))


def test_the_handles_own_query_stays(installed_hub, fault, archive):
    handle = fault.on("/acme/mul/1", Body(archive)) + "?a=b"
    installed_hub.resolve(handle)
    assert fault.requests[-1].query == "a=b&tf-hub-format=compressed"


@pytest.fixture
def secure(module_scratch):
    certificates = make_certificates(module_scratch / "certificates")
    with FaultServer(tls=certificates.server_context()) as server:
        yield server, certificates.authority


def test_tls_is_checked_as_there(hub, secure, archive, monkeypatch, cache):
    """In a process where TensorFlow has brought a TLS of its own."""
    server, authority = secure
    handle = server.on("/acme/mul/1", Body(archive))
    theirs, ours = both(hub, handle)
    assert type(ours) is type(theirs) is urllib.error.URLError
    monkeypatch.setenv("TFHUB_CA_BUNDLE", str(authority))
    assert models.tree(hub.resolve(handle)) == models.tree_of(FILES)


def test_the_check_is_switched_off_as_there(installed_hub, secure, archive, monkeypatch):
    handle = secure[0].on("/acme/mul/1", Body(archive))
    monkeypatch.setenv("TFHUB_DISABLE_CERT_VALIDATION", "true")
    assert models.tree(installed_hub.resolve(handle)) == models.tree_of(FILES)


def both(hub, handle):
    """What the unmodified tensorflow_hub and ours raise for one handle."""
    with pytest.raises(Exception) as theirs:
        hub.resolve(handle)
    tfhub.install()
    with pytest.raises(Exception) as ours:
        hub.resolve(handle)
    assert isinstance(ours.value.__cause__, tfhub.Error)
    return theirs.value, ours.value


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 500, 503])
def test_a_refusal_is_the_same_http_error(hub, fault, status):
    theirs, ours = both(hub, fault.on("/acme/none/1", reply(status, b"no")))
    assert type(ours) is type(theirs) is urllib.error.HTTPError
    assert ours.code == theirs.code == status
    with pytest.raises(urllib.error.URLError):
        raise ours


@pytest.mark.parametrize("body", [b"<html>log in</html>", models.tar_of(NAMES)[:-20], b""])
def test_what_is_no_archive_is_the_same_os_error(hub, fault, body):
    handle = fault.on("/acme/mul/1", reply(200, body))
    tfhub.install()
    with pytest.raises(OSError) as ours:
        hub.resolve(handle)
    assert str(ours.value) == f"{handle} does not appear to be a valid module."


def test_that_message_is_theirs(hub, fault):
    theirs, ours = both(hub, fault.on("/acme/mul/1", reply(200, b"<html>log in</html>")))
    assert type(theirs) is type(ours) and str(theirs) == str(ours)


def test_nobody_there_is_the_same_url_error(hub):
    theirs, ours = both(hub, f"http://127.0.0.1:{free_port()}/acme/mul/1")
    assert type(ours) is type(theirs) is urllib.error.URLError


def test_a_host_that_hangs_up_is_an_os_error_as_there(hub, fault):
    theirs, ours = both(hub, fault.on("/acme/mul/1", hang_up))
    assert isinstance(theirs, OSError) and isinstance(ours, OSError)


def test_a_failure_leaves_nothing(installed_hub, fault, cache):
    with pytest.raises(urllib.error.HTTPError):
        installed_hub.resolve(fault.on("/acme/none/1", reply(404)))
    assert cache.names() == set()


@pytest.mark.parametrize("handle", ["/no/such/path", "no-such-path", "file:///no/such/path", "ram://none"])
def test_paths_stay_with_tensorflow_hub(installed_hub, handle):
    with pytest.raises(OSError, match=f"^{handle} does not exist.$"):
        installed_hub.resolve(handle)


def test_a_path_that_exists_is_given_back(installed_hub, scratch, monkeypatch):
    monkeypatch.chdir(scratch)
    (scratch / "model").mkdir()
    for handle in (str(scratch / "model"), "model", "./model/", f"file://{scratch}/model"):
        assert installed_hub.resolve(handle) == handle


def test_uncompressed_stays_with_tensorflow_hub(installed_hub, fault, flag):
    handle = fault.on("/acme/mul/1", reply(200, b"gs://acme/mul"))
    flag("tfhub_model_load_format", "UNCOMPRESSED")
    with pytest.raises(ValueError, match="Expected 303 See other HTTP response but received code 200"):
        installed_hub.resolve(handle)


def test_installing_twice_is_installing_once(hub):
    from tensorflow_hub import registry

    before = len(registry.resolver._impls)
    tfhub.install()
    tfhub.install()
    assert len(registry.resolver._impls) == before + 1


def test_load_and_keras_layer_of_tensorflow_hub_compute_the_same(hub, real_hub, cache, scratch, monkeypatch):
    def told():
        mul = hub.load(f"{real_hub.url}/acme/mul/1")(tf.constant([1.0, 2.5])).numpy()
        words = hub.load(f"{real_hub.url}/acme/words.v1/7")(tf.constant(["blue", "none"])).numpy()
        old = hub.load(f"{real_hub.url}/acme/old-mul/1").signatures["default"](tf.constant([2.0]))["default"].numpy()
        layer = hub.KerasLayer(f"{real_hub.url}/acme/dense/050/3", trainable=True)
        dense = layer(tf.constant([[1.0, 1.0]])).numpy()
        return [mul, words, old, dense, layer.losses[0].numpy(), len(layer.trainable_weights)]

    theirs = told()
    monkeypatch.setenv("TFHUB_CACHE_DIR", str(scratch / "ours"))
    tfhub.install()
    for ours, wanted in zip(told(), theirs, strict=True):
        np.testing.assert_array_equal(ours, wanted)
