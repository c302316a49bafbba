"""`tfhub store ls|verify|gc|cp|upgrade` on directories: what is listed, what damage is found, what goes, what is copied."""

import json
import signal
from pathlib import Path

import pytest

from support import models
from support.command import CONFLICT, CORRUPT, NOT_FOUND, UNEXPECTED, USAGE, Tfhub
from support.terminal import Terminal
from support.waiting import wait_for


@pytest.fixture
def stocked(publish, tfhub, store, scratch):
    """A store with three versions, a document and a vocabulary."""
    publish("acme/mul/1", seed=1)
    publish("acme/mul/10", seed=2)
    publish("acme/lite/1", models.tflite_file(scratch / "lite.tflite", seed=3))
    tree = scratch / "tree"
    models.write_tree(tree / "docs", {"acme/models/mul/1.md": "# Module acme/mul/1\nMultiplies.\n\n<!-- task: math -->\n"})
    models.write_tree(tree / "tags", {"task.yaml": "values:\n  - id: math\n    display_name: Mathematics\n"})
    tfhub.ok("docs", "import", tree, "--store", store)
    return store


def contents(store: Path) -> dict:
    """Every object but the word that only says that something changed."""
    files = {str(p.relative_to(store)): p.read_bytes() for p in store.rglob("*") if p.is_file()}
    return {key: data for key, data in files.items() if key != ".catalog/.generation" and not key.startswith(".tmp/")}


def test_ls_lists_versions_in_order_and_their_sums(tfhub, stocked):
    listed = tfhub.ok("store", "ls", "--store", stocked)
    lines = listed.out.splitlines()
    assert [line.split()[0] for line in lines[1:]] == ["acme/lite/1", "acme/mul/1", "acme/mul/10"]
    assert lines[1].split()[-1] == "published" and "tflite" in lines[1]
    assert "2 models, 3 versions" in listed.err
    found = json.loads(tfhub.ok("store", "ls", "acme/mul/", "--store", stocked, "--json").out)
    assert [v["name"] for v in found] == ["acme/mul/1", "acme/mul/10"]
    one = found[0]
    assert one["kind"] == "saved_model_2" and one["files"] == 5 and one["state"] == "published"
    assert one["archive_size"] == (stocked / "acme/mul/1.tar.gz").stat().st_size
    assert len(one["archive_sha256"]) == 64 and one["published"].endswith("Z")
    assert json.loads(tfhub.ok("store", "ls", "nobody", "--store", stocked, "--json").out) == []


def test_the_store_of_the_environment_is_the_default(tfhub, stocked):
    assert "acme/mul/10" in tfhub.with_env(TFHUB_STORE=str(stocked)).ok("store", "ls").out


@pytest.mark.parametrize("command", [["ls"], ["verify"], ["gc"], ["upgrade"]])
def test_no_such_store_is_exit_3_and_none_is_made(tfhub, scratch, command):
    tfhub.fails(NOT_FOUND, "store", *command, "--store", scratch / "none")
    tfhub.fails(NOT_FOUND, "store", "cp", scratch / "none", scratch / "to")
    assert not (scratch / "none").exists()


@pytest.mark.parametrize("args", [[], ["nonsense"], ["cp", "/tmp"], ["ls", "--dry-run"]])
def test_wrong_usage_is_exit_2(tfhub, args):
    tfhub.fails(USAGE, "store", *args)


def test_verify_finds_nothing_in_a_sound_store(tfhub, stocked):
    told = tfhub.ok("store", "verify", "--store", stocked)
    assert told.out == "" and "3 versions, 2 documents" in told.err
    tfhub.fails(NOT_FOUND, "store", "verify", "acme/none", "--store", stocked)


def test_verify_names_each_damage_and_what_to_do(tfhub, stocked):
    archive, file = stocked / "acme/mul/1.tar.gz", stocked / "acme/mul/10/uncompressed/saved_model.pb"
    data = bytearray(archive.read_bytes())
    data[len(data) // 2] ^= 1
    archive.write_bytes(data)
    file.write_bytes(b"")
    (stocked / "acme/lite/1.tflite").unlink()
    (stocked / ".documents/.tags/task.yaml").write_text("{")
    told = tfhub.run("store", "verify", "--store", stocked)
    assert told.code == CORRUPT
    lines = told.out.splitlines()
    assert [line.split()[0] for line in lines] == [
        ".documents/.tags/task.yaml", "acme/lite/1.tflite", "acme/mul/1.tar.gz", "acme/mul/10/uncompressed/saved_model.pb"]
    assert "is missing" in lines[1] and "SHA-256" in lines[2] and "0 bytes instead of" in lines[3]
    assert all("; " in line for line in lines)
    found = json.loads(tfhub.run("store", "verify", "acme/mul/10", "--store", stocked, "--json").out)
    assert [f["key"] for f in found["findings"]] == ["acme/mul/10/uncompressed/saved_model.pb"]


def test_verify_tells_of_an_entry_that_is_none(tfhub, stocked):
    entry = stocked / ".catalog/acme/mul/1/.entry.json"
    entry.write_bytes(entry.read_bytes()[:-20])
    told = tfhub.run("store", "verify", "--store", stocked)
    assert told.code == CORRUPT and told.out.startswith(".catalog/acme/mul/1/.entry.json is damaged")
    assert "acme/mul/1 is damaged" in tfhub.ok("store", "ls", "--store", stocked).err


def test_gc_removes_what_a_killed_publisher_left_and_says_so(tfhub, stocked, scratch):
    before = contents(stocked)
    source = models.saved_model(scratch / "large", size=40_000_000)
    with Terminal() as terminal:
        terminal.stop()  # the publisher stands still in the middle of its work
        publisher = terminal.start(tfhub, "publish", source, "acme/large/1", "--store", stocked)
        wait_for(lambda: list((stocked / ".staging").glob("*/owner.json")), "nothing is staged")
        token = next(p.parent.name for p in (stocked / ".staging").glob("*/owner.json"))
        assert tfhub.ok("store", "gc", "--store", stocked).out == ""
        assert (stocked / ".staging" / token / "owner.json").exists()
        publisher.kill()
        assert publisher.wait() == -signal.SIGKILL
    looked = json.loads(tfhub.ok("store", "gc", "--dry-run", "--json", "--store", stocked).out)
    assert f".staging/{token}" in [r["key"] for r in looked["removed"]] and looked["dry_run"]
    assert (stocked / ".staging" / token / "owner.json").exists()
    told = tfhub.ok("store", "gc", "--store", stocked)
    assert f"removed .staging/{token}" in told.out and "freed" in told.err
    assert contents(stocked) == before
    assert tfhub.ok("store", "gc", "--store", stocked).out == ""


def test_gc_keeps_what_it_does_not_know(tfhub, stocked):
    stray = stocked / "acme/mul/3.tar.gz"
    stray.write_bytes(b"by hand")
    told = tfhub.ok("store", "gc", "--store", stocked)
    assert told.out.startswith("unknown: acme/mul/3.tar.gz") and stray.exists()


def test_cp_makes_an_equal_store_and_copies_nothing_twice(tfhub, stocked, scratch, serve):
    to = scratch / "copy"
    assert "copied 3 versions and 2 documents" in tfhub.ok("store", "cp", stocked, to).out
    assert contents(to) == contents(stocked)
    again = json.loads(tfhub.ok("store", "cp", stocked, to, "--json").out)
    assert again["versions"] == {"copied": 0, "there": 3} and again["documents"] == {"copied": 0, "there": 2}
    assert again["bytes"] == 0
    tfhub.ok("store", "verify", "--store", to)
    server = serve(location=to)
    assert tfhub.ok("resolve", f"{server.url}/acme/mul/1").path.is_dir()
    tfhub.fails(USAGE, "store", "cp", to, to)


def test_cp_goes_on_where_it_failed(tfhub, stocked, scratch, publish):
    """No file may be longer than so many bytes. The parts grow, so each failure is at one of them."""
    parts = {f"assets.extra/part-{i:03d}": bytes(100_000 + 1000 * i) for i in range(40)}
    publish("acme/many/1", models.saved_model(scratch / "many", extra=parts))
    to = scratch / "copy"

    def copied() -> set:
        return {path.name for path in (to / ".staging").rglob("part-*")}

    for dies_at in (0, 10, 11, 30):
        most = f"--fsize={100_000 + 1000 * dies_at - 1}"
        died = Tfhub(tfhub.binary, tfhub.env, ["prlimit", "--core=0", most]).run("store", "cp", stocked, to)
        assert died.code == UNEXPECTED and "too large" in died.err.lower(), str(died)
        assert copied() == {Path(name).name for name in list(parts)[:dies_at]}
    told = json.loads(tfhub.ok("store", "cp", stocked, to, "--json").out)
    assert told["bytes"] < sum(map(len, list(parts.values())[30:])) + 100_000, "it began anew"
    tfhub.ok("store", "gc", "--store", to)
    assert contents(to) == contents(stocked)


def test_cp_tells_a_conflict_and_copies_the_rest(tfhub, stocked, scratch):
    to = scratch / "copy"
    tfhub.ok("publish", models.saved_model(scratch / "other", seed=9), "acme/mul/1", "--store", to)
    before = (to / "acme/mul/1.tar.gz").read_bytes()
    told = tfhub.run("store", "cp", stocked, to)
    assert told.code == CONFLICT and "conflict: acme/mul/1 was not copied" in told.err
    assert "copied 2 versions" in told.out
    assert (to / "acme/mul/1.tar.gz").read_bytes() == before
    assert (to / "acme/mul/10.tar.gz").exists()


def test_cp_publishes_no_damaged_bytes(tfhub, stocked, scratch):
    (stocked / "acme/mul/1.tar.gz").write_bytes(b"damaged")
    told = tfhub.run("store", "cp", stocked, scratch / "copy")
    assert told.code == CORRUPT and "damaged: acme/mul/1 was not copied" in told.err
    assert not (scratch / "copy/acme/mul/1.tar.gz").exists()
    tfhub.ok("store", "verify", "--store", scratch / "copy")


def test_a_store_of_a_newer_tfhub_is_refused_by_all(tfhub, stocked, scratch, publish):
    mark = stocked / ".tfhub-store.json"
    assert json.loads(mark.read_text())["format"] == 1
    assert "nothing to upgrade" in tfhub.ok("store", "upgrade", "--store", stocked).out
    mark.write_text('{"format": 2, "tfhub": "9.1.0"}')
    model = models.saved_model(scratch / "model")
    for args in (["store", "ls"], ["store", "gc"], ["store", "upgrade"], ["serve", "--listen", "127.0.0.1:0"], ["publish", model, "acme/new/1"]):
        refused = tfhub.fails(USAGE, *args, "--store", stocked)
        assert "format 2" in refused.error and "9.1.0 or newer" in refused.error
    tfhub.fails(USAGE, "store", "cp", stocked, scratch / "copy")
    mark.unlink()  # as stores were before there was a mark
    assert "format 1" in tfhub.ok("store", "upgrade", "--store", stocked).out
    publish("acme/new/1")
    assert mark.exists()
