"""What publish takes, refuses and writes; the contents of a model are never a reason to refuse it."""

import json
import os
import shutil
import tarfile

import pytest

from support import models
from support.command import CONFLICT, CORRUPT, NOT_FOUND, USAGE
from support.raw_http import get


def published_tree(store, name):
    return models.tree(store / name / "uncompressed")


@pytest.mark.parametrize("make,kind", [
    (models.saved_model, "saved_model_2"), (models.tf1_module, "hub"), (models.tfjs_model, "tfjs"),
])
def test_a_directory_is_published_as_what_it_is(publish, serve, store, scratch, make, kind):
    directory = make(scratch / "model")
    publish("acme/m/1", directory)
    assert get(serve(), "/api/v1/models/acme/m/1").json()["kind"] == kind
    assert published_tree(store, "acme/m/1") == models.tree(directory)


@pytest.mark.parametrize("compression,suffix", [("gz", "tar.gz"), ("bz2", "tar.bz2"), ("xz", "tar.xz"), ("", "tar"), ("gz", "tgz")])
def test_an_archive_of_a_directory_is_published_like_the_directory(tfhub, publish, store, scratch, compression, suffix):
    files = models.saved_model_files()
    archive = scratch / f"model.{suffix}"
    archive.write_bytes(models.tar_of(files, compression))
    publish("acme/m/1", archive)
    directory = models.write_tree(scratch / "same", files)
    again = tfhub.ok("publish", directory, "acme/m/1", "--store", store)  # the same bytes: no conflict
    assert "already" in again.out + again.err
    assert published_tree(store, "acme/m/1") == models.tree_of(files)


def test_a_pbtxt_and_several_shards_are_a_saved_model(publish, store, scratch):
    files = {
        "saved_model.pbtxt": "saved_model_schema_version: 1\n",
        "variables/variables.index": b"index",
        **{f"variables/variables.data-{i:05d}-of-00003": models.noise(100, i) for i in range(3)},
    }
    publish("acme/m/1", models.write_tree(scratch / "model", files))
    assert published_tree(store, "acme/m/1") == models.tree_of(files)


def test_a_saved_model_without_variables_is_one_too(publish, scratch):
    publish("acme/m/1", models.write_tree(scratch / "model", {"saved_model.pb": b"x"}))


def without(*names):
    def make(root):
        models.saved_model(root)
        for name in names:
            target = root / name
            shutil.rmtree(target) if target.is_dir() else target.unlink()
        return root

    return make


def tfjs_without_a_shard(root):
    models.tfjs_model(root)
    (root / "group1-shard2of2.bin").unlink()
    return root


def missing_shard(root):
    models.saved_model(root)
    (root / "variables/variables.data-00000-of-00001").rename(root / "variables/variables.data-00000-of-00002")
    return root


@pytest.mark.parametrize("make,words", [
    (without("variables/variables.index"), "variables.index"),
    (without("saved_model.pb"), "saved_model.pb"),
    (missing_shard, "variables.data-00001-of-00002"),
    (tfjs_without_a_shard, "group1-shard2of2.bin"),
    (lambda root: models.write_tree(root, {"model.json": b"{not json"}), "model.json"),
    (lambda root: models.write_tree(root, {"readme.txt": b"x"}), "saved_model.pb"),
], ids=["no-index", "no-saved-model", "no-shard", "no-tfjs-shard", "bad-json", "something-else"])
def test_what_is_broken_is_refused_in_words_that_name_it(tfhub, store, scratch, make, words):
    finished = tfhub.fails(CORRUPT, "publish", make(scratch / "model"), "acme/m/1", "--store", store)
    assert words in finished.err
    assert not (store / "acme").exists()


def test_a_tflite_file_without_its_identifier_is_refused(tfhub, store, scratch):
    file = scratch / "x.tflite"
    file.write_bytes(b"\x1c\x00\x00\x00NOPE" + bytes(100))
    assert "TFL3" in tfhub.fails(CORRUPT, "publish", file, "acme/m/1", "--store", store).err


def test_a_path_that_is_not_there_is_not_found(tfhub, store, scratch):
    assert "nowhere" in tfhub.fails(NOT_FOUND, "publish", scratch / "nowhere", "acme/m/1", "--store", store).err


def test_the_same_directory_gives_the_same_bytes_whatever_the_times_modes_and_place(tfhub, scratch):
    files = models.saved_model_files(size=3_000_000, extra={f"assets/{i}": str(i) * 1000 for i in range(40)})
    archives = []
    for i, order in enumerate((sorted(files), sorted(files, reverse=True))):
        directory = models.write_tree(scratch / f"copy{i}", {name: files[name] for name in order})
        if i:
            for path in directory.rglob("*"):
                path.chmod(0o700 if path.is_dir() else 0o600)
        # One process on one core, one on all.
        prefix = ["taskset", "-c", "0"] if i else []
        one = type(tfhub)(tfhub.binary, tfhub.env, prefix)
        one.ok("publish", directory, "acme/m/1", "--store", scratch / f"store{i}")
        archives.append((scratch / f"store{i}" / "acme/m/1.tar.gz").read_bytes())
    assert archives[0] == archives[1]


def test_publishing_the_same_bytes_again_succeeds_and_says_so(tfhub, publish, store, scratch):
    directory = models.saved_model(scratch / "model")
    publish("acme/m/1", directory)
    before = (store / "acme/m/1.tar.gz").stat().st_mtime_ns
    again = publish("acme/m/1", directory)
    assert "already" in again.out + again.err
    assert (store / "acme/m/1.tar.gz").stat().st_mtime_ns == before


def test_publishing_other_bytes_under_a_published_name_changes_nothing(tfhub, publish, serve, store, scratch):
    publish("acme/m/1", seed=1)
    server = serve()
    before = get(server, "/acme/m/1?tf-hub-format=compressed")
    finished = tfhub.fails(CONFLICT, "publish", models.saved_model(scratch / "other", seed=2), "acme/m/1", "--store", store)
    assert "acme/m/1" in finished.err
    after = get(server, "/acme/m/1?tf-hub-format=compressed")
    assert (after.body, after["ETag"]) == (before.body, before["ETag"])
    assert [p for p in (store / ".staging").rglob("*") if p.is_file()] == []


def test_of_many_publishers_of_one_version_exactly_one_wins(tfhub, store, scratch):
    directories = [models.saved_model(scratch / f"m{i}", seed=i, size=200_000) for i in range(8)]
    running = [tfhub.start("publish", d, "acme/m/1", "--store", store) for d in directories]
    codes = [tfhub.finish(p).code for p in running]
    assert sorted(codes) == [0] + [CONFLICT] * 7
    winner = directories[codes.index(0)]
    assert published_tree(store, "acme/m/1") == models.tree(winner)
    with tarfile.open(store / "acme/m/1.tar.gz") as archive:
        assert archive.extractfile(next(m for m in archive if m.name.endswith("saved_model.pb"))).read() == (
            winner / "saved_model.pb").read_bytes()


def test_many_publishers_of_the_same_bytes_all_succeed(tfhub, store, scratch):
    directory = models.saved_model(scratch / "m", size=200_000)
    running = [tfhub.start("publish", directory, "acme/m/1", "--store", store) for _ in range(8)]
    assert [tfhub.finish(p).code for p in running] == [0] * 8
    assert published_tree(store, "acme/m/1") == models.tree(directory)


def test_many_publishers_of_different_models_do_not_disturb_each_other(tfhub, serve, store, scratch):
    directories = [models.saved_model(scratch / f"m{i}", seed=i) for i in range(12)]
    running = [tfhub.start("publish", d, f"acme/m{i}/1", "--store", store) for i, d in enumerate(directories)]
    assert [tfhub.finish(p).code for p in running] == [0] * 12
    assert get(serve(), "/api/v1/models").json()["total"] == 12
    for i, directory in enumerate(directories):
        assert published_tree(store, f"acme/m{i}/1") == models.tree(directory)


def test_a_link_to_a_file_inside_the_directory_is_followed(publish, store, scratch):
    directory = models.saved_model(scratch / "m")
    (directory / "assets/alias.txt").symlink_to("vocabulary.txt")
    publish("acme/m/1", directory)
    uncompressed = store / "acme/m/1/uncompressed/assets"
    assert (uncompressed / "alias.txt").read_bytes() == (uncompressed / "vocabulary.txt").read_bytes()
    assert not (uncompressed / "alias.txt").is_symlink()


@pytest.mark.parametrize("plant,words", [
    (lambda d, s: (d / "assets/dangling").symlink_to("nothing"), "assets/dangling"),
    (lambda d, s: os.mkfifo(d / "assets/pipe"), "assets/pipe"),
    (lambda d, s: (d / "assets/a\nb").write_bytes(b"x"), "control"),
    (lambda d, s: (d / "assets/a\\b").write_bytes(b"x"), "backslash"),
    (lambda d, s: os.close(os.open(bytes(d) + b"/assets/\xff", 0o102)), "UTF-8"),
], ids=["dangling", "fifo", "control", "backslash", "utf8"])
def test_publish_refuses_what_resolve_would_refuse_and_names_file_and_rule(tfhub, store, scratch, plant, words):
    (scratch / "secret").write_bytes(b"secret")
    directory = models.saved_model(scratch / "m")
    plant(directory, scratch)
    finished = tfhub.fails(CORRUPT, "publish", directory, "acme/m/1", "--store", store)
    assert words in finished.err
    assert not (store / "acme").exists()


@pytest.mark.parametrize("target", ["../../secret", "{scratch}/secret"])
def test_a_link_that_leaves_is_followed_on_request_only(tfhub, store, scratch, target):
    (scratch / "secret").write_bytes(b"secret")
    directory = models.saved_model(scratch / "m")
    (directory / "assets/out").symlink_to(target.format(scratch=scratch))
    finished = tfhub.fails(USAGE, "publish", directory, "acme/m/1", "--store", store)
    assert "assets/out" in finished.err and "--dereference" in finished.err
    assert not (store / "acme").exists()
    tfhub.ok("publish", "--dereference", directory, "acme/m/1", "--store", store)
    assert (store / "acme/m/1/uncompressed/assets/out").read_bytes() == b"secret"


def test_names_that_many_file_systems_take_for_one_are_published_with_a_warning(tfhub, store, scratch):
    directory = models.saved_model(scratch / "m", extra={"assets/VOCABULARY.txt": b"x"})
    finished = tfhub.ok("publish", directory, "acme/m/1", "--store", store)
    assert "warning" in finished.err and "VOCABULARY.txt" in finished.err
    assert published_tree(store, "acme/m/1") == models.tree(directory)


def test_publishing_shows_its_progress_on_stderr_where_asked(tfhub, store, scratch):
    directory = models.saved_model(scratch / "m", size=60_000_000)
    shown = tfhub.with_env(TFHUB_DOWNLOAD_PROGRESS="1").ok("publish", directory, "acme/m/1", "--store", store)
    assert "MiB" in shown.err
    assert tfhub.ok("publish", directory, "acme/m/2", "--store", store).err == ""


def test_a_document_is_kept_with_the_version(tfhub, store, scratch):
    directory, document = models.saved_model(scratch / "m"), scratch / "doc.md"
    document.write_text("# Hello\n")
    tfhub.ok("publish", directory, "acme/m/1", "--store", store, "--doc", document)
    tfhub.fails(NOT_FOUND, "publish", directory, "acme/m/2", "--store", store, "--doc", scratch / "none.md")


def test_the_store_comes_from_the_flag_then_the_environment_then_the_data_home(tfhub, scratch):
    directory = models.saved_model(scratch / "m")
    env = tfhub.with_env(TFHUB_STORE=str(scratch / "from-env"), XDG_DATA_HOME=str(scratch / "xdg"))
    env.ok("publish", directory, "acme/m/1", "--store", scratch / "from-flag")
    assert (scratch / "from-flag/acme/m/1.tar.gz").exists() and not (scratch / "from-env").exists()
    env.ok("publish", directory, "acme/m/1")
    assert (scratch / "from-env/acme/m/1.tar.gz").exists()
    env.with_env(TFHUB_STORE=None).ok("publish", directory, "acme/m/1")
    assert (scratch / "xdg/tfhub/acme/m/1.tar.gz").exists()
    env.with_env(TFHUB_STORE="", XDG_DATA_HOME=None).ok("publish", directory, "acme/m/1")
    assert (scratch / "home/.local/share/tfhub/acme/m/1.tar.gz").exists()


@pytest.mark.parametrize("form", ["{store}/", "file://{store}", "store", "./store", "{store}/../store"])
def test_a_store_may_be_written_in_any_usual_way(tfhub, store, scratch, form):
    directory = models.saved_model(scratch / "m")
    tfhub.ok("publish", directory, "acme/m/1", "--store", form.format(store=store), cwd=scratch)
    assert (store / "acme/m/1.tar.gz").is_file()


@pytest.mark.parametrize("make,kind", [(models.tfjs_model, "tfjs"), (models.tf1_module, "hub")])
def test_an_archive_is_published_as_what_lies_in_it(publish, serve, scratch, make, kind):
    directory = make(scratch / "model")
    files = {str(p.relative_to(directory)): p.read_bytes() for p in directory.rglob("*") if p.is_file()}
    (scratch / "model.tar.gz").write_bytes(models.tar_of(files))
    publish("acme/m/1", scratch / "model.tar.gz")
    assert get(serve(), "/api/v1/models/acme/m/1").json()["kind"] == kind


def test_a_store_scheme_that_is_not_built_in_is_wrong_usage_and_names_those_that_are(tfhub, scratch):
    finished = tfhub.fails(USAGE, "publish", models.saved_model(scratch / "m"), "acme/m/1", "--store", "ftp://x/y")
    assert "ftp" in finished.err


def test_json_says_what_was_published(tfhub, store, scratch):
    directory = models.saved_model(scratch / "m")
    told = json.loads(tfhub.ok("publish", directory, "acme/m/1", "--store", store, "--json").out)
    assert told["files"] == len(models.tree(directory))
    assert json.loads(tfhub.ok("publish", directory, "acme/m/1", "--store", store, "--json").out)["already_there"] is True
