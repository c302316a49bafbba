"""`tfhub pull`: formats, where the result goes, and that it appears whole or not at all."""

import os
import signal
import threading

import pytest

from support import models
from support.command import CORRUPT, NOT_FOUND, USAGE, kill
from support.fault_server import Body
from support.waiting import wait_for


@pytest.fixture(scope="module")
def models_served(binary, module_scratch):
    from support.command import Tfhub, clean_environment
    from support.server import Server

    tfhub = Tfhub(binary, clean_environment(module_scratch))
    published = {
        "acme/mul/1": models.saved_model(module_scratch / "mul"),
        "acme/lite/1": models.tflite_file(module_scratch / "x.tflite"),
        "acme/js/1": models.tfjs_model(module_scratch / "js"),
    }
    for name, path in published.items():
        tfhub.ok("publish", path, name, "--store", module_scratch / "store")
    with Server(tfhub, module_scratch / "store", log=module_scratch / "serve.log") as server:
        yield server, published


@pytest.mark.parametrize("name", ["acme/mul/1", "acme/js/1"])
@pytest.mark.parametrize("explicit", [False, True])
def test_a_directory_is_pulled_to_the_place_asked_for(tfhub, models_served, scratch, cache, name, explicit):
    server, published = models_served
    format_ = ["--format", "tfjs" if "js" in name else "tf"] if explicit else []
    pulled = tfhub.ok("pull", f"{server.url}/{name}", "-o", scratch / "out", *format_)
    assert pulled.path == scratch / "out"
    assert models.tree(scratch / "out") == models.tree(published[name])


@pytest.mark.parametrize("explicit", [False, True])
def test_a_tflite_file_is_pulled_as_a_file(tfhub, models_served, scratch, explicit):
    server, published = models_served
    format_ = ["--format", "tflite"] if explicit else []
    pulled = tfhub.ok("pull", f"{server.url}/acme/lite/1", "-o", scratch / "out.tflite", *format_)
    assert pulled.path.read_bytes() == published["acme/lite/1"].read_bytes()


def test_without_o_it_goes_into_the_cache_as_resolve_puts_it(tfhub, models_served, cache):
    server, published = models_served
    handle = f"{server.url}/acme/mul/1"
    assert tfhub.ok("pull", handle).path == cache.entry(handle)
    assert tfhub.ok("resolve", handle).path == cache.entry(handle)
    assert models.tree(cache.entry(handle)) == models.tree(published["acme/mul/1"])


def test_tflite_and_tfjs_are_cached_under_the_handle_with_its_format(tfhub, models_served, cache):
    server, published = models_served
    lite, js = f"{server.url}/acme/lite/1", f"{server.url}/acme/js/1"
    file = tfhub.ok("pull", lite).path
    directory = tfhub.ok("pull", js).path
    assert file.read_bytes() == published["acme/lite/1"].read_bytes()
    assert models.tree(directory) == models.tree(published["acme/js/1"])
    lite_key, js_key = cache.entry(f"{lite}?lite-format=tflite"), cache.entry(f"{js}?tfjs-format=compressed")
    assert (file.parent, directory) == (lite_key, js_key)
    assert not cache.entry(lite).exists() and not cache.entry(js).exists(), "tensorflow_hub would take it for a SavedModel"
    assert tfhub.with_env(TFHUB_OFFLINE="1").ok("pull", lite, "--format", "tflite").path == file


def test_an_unversioned_handle_is_pulled_as_the_version_that_answers(tfhub, models_served, cache, scratch):
    server, published = models_served
    handle = f"{server.url}/acme/mul"
    assert tfhub.ok("pull", handle).path == cache.entry(f"{handle}/1")
    tfhub.ok("pull", handle, "-o", scratch / "out")
    assert models.tree(scratch / "out") == models.tree(published["acme/mul/1"])
    assert tfhub.ok("pull", f"{server.url}/acme/lite").path.read_bytes() == published["acme/lite/1"].read_bytes()


def test_resolving_a_model_of_another_kind_says_which_format_it_has(tfhub, models_served, cache):
    server, _ = models_served
    assert "lite-format=tflite" in tfhub.fails(NOT_FOUND, "resolve", f"{server.url}/acme/lite/1").err
    assert "tfjs-format=compressed" in tfhub.fails(NOT_FOUND, "resolve", f"{server.url}/acme/js/1").err
    assert cache.names() == set()


def test_a_format_that_the_host_does_not_have_is_not_found(tfhub, models_served, scratch):
    server, _ = models_served
    tfhub.fails(NOT_FOUND, "pull", f"{server.url}/acme/mul/1", "--format", "tflite", "-o", scratch / "out")
    assert not (scratch / "out").exists()


def test_an_existing_output_is_refused_unless_forced(tfhub, models_served, scratch):
    server, published = models_served
    (scratch / "out").mkdir()
    (scratch / "out/mine").write_text("mine")
    finished = tfhub.fails(USAGE, "pull", f"{server.url}/acme/mul/1", "-o", scratch / "out")
    assert "--force" in finished.err and (scratch / "out/mine").exists()
    tfhub.ok("pull", f"{server.url}/acme/mul/1", "-o", scratch / "out", "--force")
    assert models.tree(scratch / "out") == models.tree(published["acme/mul/1"])


def test_an_empty_directory_is_a_fine_place(tfhub, models_served, scratch):
    server, published = models_served
    (scratch / "out").mkdir()
    tfhub.ok("pull", f"{server.url}/acme/mul/1", "-o", scratch / "out")
    assert models.tree(scratch / "out") == models.tree(published["acme/mul/1"])


def test_a_failed_pull_leaves_no_output_and_a_forced_one_keeps_the_old(tfhub, fault, scratch):
    good = models.tar_of(models.saved_model_files())
    handle = fault.on("/m/1", Body(good[: len(good) // 2]))
    tfhub.fails(CORRUPT, "pull", handle, "--format", "tf", "-o", scratch / "out")
    assert not (scratch / "out").exists()
    models.write_tree(scratch / "out", {"mine": "mine"})
    tfhub.fails(CORRUPT, "pull", handle, "--format", "tf", "-o", scratch / "out", "--force")
    assert models.tree(scratch / "out") == models.tree_of({"mine": "mine"})
    assert [p.name for p in scratch.iterdir() if p.name.startswith(("out.", ".out"))] == []


def staged(scratch) -> list:
    """What a pull into `scratch`/out has written so far, and not yet given its name."""
    return [path for path in scratch.rglob(".out.*.tmp/**/*") if path.is_file() and path.stat().st_size > 0]


@pytest.fixture
def half_pulled(tfhub, fault, scratch):
    """A pull whose host has sent half of the model, which lies there, and sends no more while the test runs."""
    files, over = models.saved_model_files(size=8_000_000), threading.Event()
    archive = models.tar_of(files)
    handle = fault.on("/m/1", Body(archive).but(piece=len(archive) // 2 + 1, until=over), Body(archive))
    process = tfhub.start("pull", handle, "--format", "tf", "-o", scratch / "out")
    wait_for(lambda: staged(scratch), "nothing is written")
    yield process, handle, models.tree_of(files)
    kill(process)
    over.set()


def test_a_killed_pull_leaves_no_output(tfhub, half_pulled, scratch):
    process, handle, tree = half_pulled
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    assert staged(scratch) and not (scratch / "out").exists()
    assert models.tree(tfhub.ok("pull", handle, "--format", "tf", "-o", scratch / "out").path) == tree


def test_an_interrupted_pull_cleans_up_and_says_so_by_its_exit(half_pulled, scratch, cache):
    process, _, _ = half_pulled
    process.send_signal(signal.SIGINT)
    assert process.wait(60) == -signal.SIGINT
    assert list(scratch.glob(".out*")) == [] and not (scratch / "out").exists()
    assert cache.names() == set()


def test_a_pull_to_a_place_uses_what_the_cache_has(tfhub, models_served, scratch):
    server, published = models_served
    handle = f"{server.url}/acme/mul/1"
    tfhub.ok("resolve", handle)
    tfhub.with_env(TFHUB_OFFLINE="1").ok("pull", handle, "-o", scratch / "out")
    assert models.tree(scratch / "out") == models.tree(published["acme/mul/1"])


def test_what_is_pulled_belongs_to_the_user_alone(tfhub, models_served, scratch):
    """Changing the output must never change the cache: no hard links between them."""
    server, _ = models_served
    handle = f"{server.url}/acme/mul/1"
    cached = tfhub.ok("resolve", handle).path
    out = tfhub.ok("pull", handle, "-o", scratch / "out").path
    assert models.tree(out) == models.tree(cached) != {}
    for name in models.tree(out):
        assert os.stat(out / name).st_ino != os.stat(cached / name).st_ino
