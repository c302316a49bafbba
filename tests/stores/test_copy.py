"""`tfhub store` where a store is a bucket: a directory into it and out of it again, cut short, and looked after there."""

import json

import pytest

from support import models
from support.command import CONFLICT, kill


@pytest.fixture
def store(scratch):
    """Here `publish` works on a directory; the bucket is what it is copied to."""
    return scratch / "store"


@pytest.fixture
def stocked(publish, store, scratch):
    document = scratch / "mul.md"
    document.write_text("# Module acme/mul/1\nMultiplies.\n")
    publish("acme/mul/1", None, "--doc", document)
    publish("acme/mul/2", seed=2)
    publish("acme/lite/1", models.tflite_file(scratch / "lite.tflite"))
    return store


def contents(store) -> dict:
    files = {str(p.relative_to(store)): p.read_bytes() for p in store.rglob("*") if p.is_file()}
    return {key: data for key, data in files.items() if key != ".catalog/.generation" and not key.startswith(".tmp/")}


def test_into_a_bucket_and_out_again_is_the_same(tfhub, stocked, bucket, scratch):
    first = json.loads(tfhub.ok("store", "cp", stocked, bucket, "--json").out)
    assert first["versions"] == {"copied": 3, "there": 0} and first["documents"]["copied"] == 1
    again = json.loads(tfhub.ok("store", "cp", stocked, bucket, "--json").out)
    assert again["versions"] == {"copied": 0, "there": 3} and again["bytes"] == 0
    tfhub.ok("store", "cp", bucket, scratch / "back")
    assert contents(scratch / "back") == contents(stocked)


def test_a_bucket_is_listed_verified_and_tidied(tfhub, stocked, bucket):
    tfhub.ok("store", "cp", stocked, bucket)
    names = [v["name"] for v in json.loads(tfhub.ok("store", "ls", "--json", "--store", bucket).out)]
    assert names == ["acme/lite/1", "acme/mul/1", "acme/mul/2"]
    verified = json.loads(tfhub.ok("store", "verify", "--json", "--store", bucket).out)
    assert verified["findings"] == [] and verified["versions"] == 3 and verified["documents"] == 1
    tidied = json.loads(tfhub.ok("store", "gc", "--json", "--store", bucket).out)
    assert tidied["removed"] == tidied["unknown"] == []
    assert "format 1" in tfhub.ok("store", "upgrade", "--store", bucket).out


@pytest.mark.parametrize("copied,seen", [(r"\.staging.*assets", False), (r"acme(/|%2F)many(/|%2F)1(/|%2F)uncompressed.*assets", True)],
                         ids=["into staging", "to where it is read"])
def test_a_copy_into_a_bucket_goes_on_after_a_kill_and_tells_conflicts(tfhub, stocked, publish, bucket, bad, held_in_the_midst, scratch,
                                                                       copied, seen):
    publish("acme/many/1", models.many_files_model(scratch / "many", files=40, size=2000))
    other = models.saved_model(scratch / "other", seed=9)
    tfhub.ok("publish", other, "acme/mul/2", "--store", bucket)
    copier = held_in_the_midst(copied, "store", "cp", stocked, bucket)
    kill(copier)
    bad.call_off()
    listed = json.loads(tfhub.ok("store", "ls", "--json", "--store", bucket).out)
    assert ("acme/many/1" in [version["name"] for version in listed]) == seen
    told = tfhub.run("store", "cp", stocked, bucket)
    assert told.code == CONFLICT and "acme/mul/2 was not copied" in told.err
    tfhub.ok("store", "verify", "--store", bucket)
    tfhub.ok("store", "cp", bucket, scratch / "back")
    here, back = contents(stocked), contents(scratch / "back")
    assert {k: v for k, v in here.items() if "acme/mul/2" not in k} == {k: v for k, v in back.items() if "acme/mul/2" not in k}
