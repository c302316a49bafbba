"""resolve, pull, publish, inspect, cache and the exceptions, from Python."""

import pickle
import threading
from datetime import datetime, timedelta, timezone

import pytest

import tfhub
from python.conftest import FILES
from support import models
from support.fault_server import Body, reply
from support.waiting import wait_for


def test_resolve_gives_the_path_in_the_cache(fault, archive, cache):
    handle = fault.on("/acme/mul/1", Body(archive))
    path = tfhub.resolve(handle)
    assert path == str(cache.entry(handle))
    assert models.tree(path) == models.tree_of(FILES)
    assert tfhub.resolve(handle) == path and len(fault.requests) == 1
    cache.must_hold_exactly(handle)


def test_an_argument_names_the_cache_where_the_environment_does_not(fault, archive, monkeypatch, scratch):
    handle = fault.on("/acme/mul/1", Body(archive))
    monkeypatch.delenv("TFHUB_CACHE_DIR")
    assert tfhub.resolve(handle, cache_dir=scratch / "other").startswith(str(scratch / "other") + "/")


def test_an_unversioned_handle_is_the_newest_version(publish, serve, cache):
    publish("acme/mul/1", seed=1)
    publish("acme/mul/2", seed=2)
    url = serve().url
    assert tfhub.resolve(f"{url}/acme/mul") == tfhub.resolve(f"{url}/acme/mul/2") == str(cache.entry(f"{url}/acme/mul/2"))


def test_uncompressed_is_where_the_host_says(publish, serve):
    publish("acme/mul/1")
    server = serve("--uncompressed-base", "gs://acme")
    assert tfhub.resolve(f"{server.url}/acme/mul/1", load_format="UNCOMPRESSED") == "gs://acme/acme/mul/1/uncompressed"


def test_a_path_is_given_back(scratch):
    assert tfhub.resolve(str(scratch)) == str(scratch)


def test_publish_then_pull_gives_the_same_files(scratch, serve, store):
    made = models.saved_model(scratch / "made")
    published = tfhub.publish(made, "acme/mul/1", store=store)
    assert (published.name, published.kind, published.files) == ("acme/mul/1", "saved_model_2", len(models.tree(made)))
    assert not published.already_there and tfhub.publish(made, "acme/mul/1", store=store).already_there
    output = scratch / "pulled"
    assert tfhub.pull(f"{serve().url}/acme/mul/1", output) == str(output)
    assert models.tree(output) == models.tree(made)


def test_a_tflite_is_pulled_as_its_file(publish, scratch, serve):
    publish("acme/lite/1", models.tflite_file(scratch / "m.tflite"))
    with open(tfhub.pull(f"{serve().url}/acme/lite/1", format="tflite"), "rb") as pulled:
        assert pulled.read() == models.tflite_bytes()


def test_inspect_tells_what_a_model_says_of_itself(real_models):
    told = tfhub.inspect(real_models / "mul")
    assert "serving_default" in str(told) and isinstance(told, dict)


def test_the_cache_is_listed_verified_and_emptied(fault, archive, cache):
    handle = fault.on("/acme/mul/1", Body(archive))
    began = datetime.now(timezone.utc)
    path = tfhub.resolve(handle)
    assert tfhub.cache.dir() == str(cache.path)
    (entry,) = tfhub.cache.ls()
    assert (entry.handle, entry.path, entry.state, entry.files) == (handle, path, "complete", len(FILES))
    assert abs(entry.downloaded - began) < timedelta(minutes=1)
    assert tfhub.cache.verify() == [] == tfhub.cache.verify(handle)
    cache.entry(handle).joinpath("saved_model.pb").write_bytes(b"x" * len(FILES["saved_model.pb"]))
    (damage,) = tfhub.cache.verify(handle)
    assert damage.handle == handle and damage.path.endswith("saved_model.pb")
    tfhub.cache.rm(handle)
    assert tfhub.cache.ls() == [] and cache.names() == set()


@pytest.mark.parametrize("limit", [{"max_size": "1KiB"}, {"max_size": 1024}, {"older_than": -1.0}, {"older_than": timedelta(seconds=-1)}])
def test_prune_takes_sizes_and_times_as_people_and_programs_write_them(fault, archive, limit):
    handle = fault.on("/acme/mul/1", Body(archive))
    tfhub.resolve(handle)
    assert [one.handle for one in tfhub.cache.prune(**limit, dry_run=True).removed] == [handle]
    pruned = tfhub.cache.prune(**limit)
    assert [one.handle for one in pruned.removed] == [handle] and pruned.freed > 0
    assert tfhub.cache.ls() == []


@pytest.mark.parametrize("limit", [{"max_size": "much"}, {"older_than": "long"}])
def test_prune_refuses_what_is_neither_size_nor_time(limit):
    with pytest.raises(tfhub.UsageError, match="write it like"):
        tfhub.cache.prune(**limit)


@pytest.mark.parametrize("answer,kind,also,code", [
    (reply(404), tfhub.NotFoundError, FileNotFoundError, 3),
    (reply(403), tfhub.NotAllowedError, PermissionError, 7),
    (reply(500), tfhub.NetworkError, ConnectionError, 4),
    (reply(200, b"<html>log in</html>"), tfhub.CorruptError, OSError, 5),
])
def test_what_a_host_answers_is_an_exception_of_its_kind(fault, answer, kind, also, code):
    handle = fault.on("/acme/mul/1", answer)
    with pytest.raises(kind) as raised:
        tfhub.resolve(handle)
    assert isinstance(raised.value, (tfhub.Error, also)) and raised.value.code == code
    assert handle in str(raised.value)


def test_offline_and_usage_are_exceptions_too(monkeypatch, publish, store, scratch):
    with pytest.raises(tfhub.UsageError):
        tfhub.resolve("http://127.0.0.1:9/acme/mul/1", load_format="SOMEHOW")
    monkeypatch.setenv("TFHUB_OFFLINE", "1")
    with pytest.raises(tfhub.OfflineError):
        tfhub.resolve("http://127.0.0.1:9/acme/mul/1")


def test_other_bytes_under_a_published_name_are_a_conflict(scratch, store):
    tfhub.publish(models.saved_model(scratch / "one", seed=1), "acme/mul/1", store=store)
    with pytest.raises(tfhub.ConflictError, match="never changes") as raised:
        tfhub.publish(models.saved_model(scratch / "two", seed=2), "acme/mul/1", store=store)
    assert isinstance(raised.value, FileExistsError)


def test_an_exception_goes_from_process_to_process():
    error = tfhub.NotFoundError("there is nothing", ("HTTP status 404",))
    again = pickle.loads(pickle.dumps(error))
    assert (type(again), str(again), again.chain) == (tfhub.NotFoundError, "there is nothing", ("HTTP status 404",))


def test_a_function_is_told_how_far_it_is(fault, archive):
    told = []
    handle = fault.on("/acme/mul/1", Body(archive).but(drip=0.05, piece=1 << 15))
    tfhub.resolve(handle, progress=lambda *news: told.append(news))
    assert told and all(what and 0 <= done <= total == len(archive) for what, done, total in told)
    assert [done for _, done, _ in told] == sorted(done for _, done, _ in told)


def test_what_that_function_raises_ends_the_call(fault, archive, cache):
    def refuse(*_):
        raise ZeroDivisionError("enough")

    handle = fault.on("/acme/mul/1", Body(archive).but(drip=0.05, piece=1 << 13))
    with pytest.raises(ZeroDivisionError, match="enough"):
        tfhub.resolve(handle, progress=refuse)
    assert cache.names() == set()


def test_other_threads_run_meanwhile(fault, archive):
    this_one_ran = threading.Event()
    handle = fault.on("/acme/mul/1", Body(archive).but(until=this_one_ran))
    result = []
    thread = threading.Thread(target=lambda: result.append(tfhub.resolve(handle)))
    thread.start()
    wait_for(lambda: fault.requests, "nothing was asked")
    assert thread.is_alive() and not result
    this_one_ran.set()
    thread.join(60)
    assert result
