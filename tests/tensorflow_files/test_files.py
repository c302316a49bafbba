"""tf.io.gfile and tf.data on a hub: what is there is found and read, nothing can be changed."""

import concurrent.futures

import pytest
from conftest import Log, in_place

from support import models
from support.tls import make_certificates
from support.waiting import wait_for


@pytest.fixture
def path(hub):
    return hub.path


def test_what_is_there_exists(gfile, path):
    for there in ("acme/mul/1", "acme/mul", "acme/mul/1/saved_model.pb", "acme/mul/1/variables", "acme/mul/saved_model.pb"):
        assert gfile.exists(path(there)), there
    for missing in ("acme/mul/2", "acme/none/1", "acme", "acme/mul/1/saved_model.pbtxt", "acme/mul/1/variable"):
        assert not gfile.exists(path(missing)), missing


def test_files_and_directories_differ(gfile, path):
    assert gfile.isdir(path("acme/mul/1")) and gfile.isdir(path("acme/mul/1/variables/"))
    assert not gfile.isdir(path("acme/mul/1/saved_model.pb"))
    assert gfile.stat(path("acme/mul/1/variables")).is_directory


def test_a_file_has_the_size_that_was_published(gfile, hub):
    for name in models.tree(hub.models["acme/mul/1"]):
        assert gfile.stat(hub.path(f"acme/mul/1/{name}")).length == (hub.models["acme/mul/1"] / name).stat().st_size


def test_a_directory_lists_what_is_in_it(gfile, path):
    assert sorted(gfile.listdir(path("acme/mul/1"))) == ["fingerprint.pb", "saved_model.pb", "variables"]


def test_a_walk_finds_every_file(gfile, hub):
    root = hub.path("acme/vocabulary/1")
    found = {f"{directory}/{name}" for directory, _, names in gfile.walk(root) for name in names}
    assert found == {f"{root}/{name}" for name in models.tree(hub.models["acme/vocabulary/1"])}


@pytest.mark.parametrize("pattern,count", [
    ("variables/*", 2), ("*.pb", 2), ("variables/variables.data-?????-of-?????", 1), ("[fs]*.pb", 2), ("*/nothing", 0),
])
def test_patterns_match_files(gfile, hub, pattern, count):
    root = hub.models["acme/mul/1"]
    expected = {hub.path(f"acme/mul/1/{found.relative_to(root)}") for found in root.glob(pattern)}
    assert len(expected) == count
    assert set(gfile.glob(hub.path(f"acme/mul/1/{pattern}"))) == expected


def test_a_path_may_be_written_loosely(gfile, path):
    assert gfile.exists(path("acme//mul/1/./variables/../saved_model.pb"))


def test_a_file_is_read_from_any_place(gfile, hub):
    content = (hub.models["acme/mul/1"] / "saved_model.pb").read_bytes()
    with gfile.GFile(hub.path("acme/mul/1/saved_model.pb"), "rb") as file:
        file.seek(100)
        assert file.read(50) == content[100:150]
        file.seek(0)
        assert file.read() == content


def test_a_file_is_copied_to_a_disk(gfile, hub, scratch):
    gfile.copy(hub.path("acme/mul/1/saved_model.pb"), str(scratch / "copy"))
    assert (scratch / "copy").read_bytes() == (hub.models["acme/mul/1"] / "saved_model.pb").read_bytes()


def test_a_file_is_mapped_as_a_constant(tf, hub):
    content = (hub.models["acme/mul/1"] / "saved_model.pb").read_bytes()
    constant = tf.raw_ops.ImmutableConst(dtype=tf.uint8, shape=[len(content)],
                                         memory_region_name=hub.path("acme/mul/1/saved_model.pb"))
    assert constant.numpy().tobytes() == content


def test_lines_are_read_by_a_dataset(tf, path):
    lines = tf.data.TextLineDataset([path("acme/vocabulary/1/assets/words.txt")] * 8, num_parallel_reads=4)
    assert sorted(lines.as_numpy_iterator()) == sorted([b"red", b"green", b"blue"] * 8)


@pytest.mark.parametrize("change", [
    lambda gfile, path: gfile.GFile(path("acme/mul/1/new"), "w").write("x"),
    lambda gfile, path: gfile.GFile(path("acme/mul/1/saved_model.pb"), "a").write("x"),
    lambda gfile, path: gfile.remove(path("acme/mul/1/saved_model.pb")),
    lambda gfile, path: gfile.rmtree(path("acme/mul/1")),
    lambda gfile, path: gfile.mkdir(path("acme/mul/1/new")),
    lambda gfile, path: gfile.makedirs(path("acme/new/1")),
    lambda gfile, path: gfile.rename(path("acme/mul/1/saved_model.pb"), path("acme/mul/1/new"), overwrite=True),
    lambda gfile, path: gfile.copy(path("acme/mul/1/saved_model.pb"), path("acme/mul/1/new"), overwrite=True),
])
def test_nothing_is_changed_in_a_hub(tf, gfile, path, change):
    with pytest.raises(tf.errors.PermissionDeniedError, match="tfhub publish"):
        change(gfile, path)


@pytest.mark.parametrize("name,error", [
    ("acme/mul/1/none", "NotFoundError"), ("acme/none/1/x", "NotFoundError"), ("acme/mul/1/variables", "FailedPreconditionError"),
])
def test_what_cannot_be_opened_says_why(tf, gfile, path, name, error):
    with pytest.raises(getattr(tf.errors, error)) as raised:
        gfile.GFile(path(name), "rb").read()
    assert name.rpartition("/")[2] in str(raised.value)


def test_a_host_without_a_hub_is_named(tf, gfile, hub):
    hub.server.stop()
    with pytest.raises(tf.errors.UnavailableError, match="refused the connection"):
        gfile.stat(hub.path("acme/mul/1"))


def test_readers_at_the_same_time_share_what_they_fetch(gfile, hub):
    content = (hub.models["acme/big/1"] / "variables/variables.data-00000-of-00001").read_bytes()
    asked = Log(hub.server)

    def read(part: int) -> bool:
        with gfile.GFile(hub.path("acme/big/1/variables/variables.data-00000-of-00001"), "rb") as file:
            file.seek(part * 5_000_000)
            return file.read(5_000_000) == content[part * 5_000_000:(part + 1) * 5_000_000]

    with concurrent.futures.ThreadPoolExecutor(8) as threads:
        assert all(threads.map(read, [*range(8)] * 4))
    assert asked.bytes() <= 1.05 * len(content)


def test_an_https_hub_is_read_with_its_authority(gfile, serve, publish, scratch, monkeypatch):
    certificates = make_certificates(scratch / "certificates")
    publish("acme/mul/1")
    server = serve("--tls-cert", certificates.certificate, "--tls-key", certificates.key)
    path = in_place(server, "acme/mul/1/saved_model.pb")
    assert path.startswith("hub.https://")
    monkeypatch.setenv("TFHUB_CA_BUNDLE", str(certificates.authority))
    with gfile.GFile(path, "rb") as file:
        assert file.read() == (scratch / "published/acme/mul/1/saved_model.pb").read_bytes()


def test_a_version_that_was_not_there_is_asked_for_again(gfile, serve, publish):
    publish("acme/mul/1")
    server = serve()
    assert not gfile.exists(in_place(server, "acme/mul/2"))
    publish("acme/mul/2", seed=2)
    wait_for(lambda: gfile.exists(in_place(server, "acme/mul/2/saved_model.pb")), "the new version is never there")
