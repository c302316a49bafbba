"""Every class of the archive policy (design.md), fetched by resolve and offered to publish: exit 5, nothing left behind."""

import bz2
import gzip
import io
import lzma
import re
import tarfile
import zipfile
import zlib

import pytest

from support import models
from support.archives import END, GOOD, entry, header, long_name, padded, pax, with_member
from support.command import CORRUPT, DONE, Tfhub
from support.fault_server import Body
from support.process import run_measured
from support.mounts import with_small_disk

DEEP = b"/".join([b"d"] * 32)

# name → (the member that must not be, a word of the rule that the error must hold)
MEMBERS = {
    "a symbolic link": (entry(b"link", kind=b"2", link=b"saved_model.pb"), "link"),
    "a symbolic link that leaves": (entry(b"link", kind=b"2", link=b"../../etc/passwd"), "link"),
    "a hard link to no member": (entry(b"link", kind=b"1", link=b"etc/passwd"), "link"),
    "a hard link outside": (entry(b"link", kind=b"1", link=b"../saved_model.pb"), ".."),
    "an absolute hard link": (entry(b"link", kind=b"1", link=b"/etc/passwd"), "absolute"),
    "a character device": (entry(b"dev", kind=b"3"), "device"),
    "a block device": (entry(b"dev", kind=b"4"), "device"),
    "a fifo": (entry(b"pipe", kind=b"6"), "FIFO"),
    "an old sparse file": (entry(b"sparse", b"x" * 512, kind=b"S", magic=b"ustar  \0"), "sparse"),
    "a posix sparse file": (pax(GNU__sparse__major=1, GNU__sparse__minor=0, GNU__sparse__realsize=10) + entry(b"s", b"x"), "sparse"),
    "an unknown type": (entry(b"what", kind=b"Z"), ""),
    "an absolute name": (entry(b"/etc/passwd", b"x"), "absolute"),
    "an absolute name by pax": (pax(path="/etc/passwd") + entry(b"x", b"x"), "absolute"),
    "dots that climb": (entry(b"../escaped", b"x"), ".."),
    "dots inside a name": (entry(b"assets/../../escaped", b"x"), ".."),
    "dots that stay inside": (entry(b"assets/../x", b"x"), ".."),
    "dots by gnu long name": (long_name(b"../" * 40 + b"escaped") + entry(b"x", b"x"), ".."),
    "a directory of dots": (entry(b"../d/", kind=b"5"), ".."),
    "an empty name": (entry(b"", b"x"), "name"),
    "a file named like the root": (entry(b"./", b"x"), ""),
    "a duplicate": (entry(b"saved_model.pb", b"other"), "saved_model.pb"),
    "a duplicate written differently": (entry(b"./saved_model.pb", b"other"), "saved_model.pb"),
    "a file below a file": (entry(b"saved_model.pb/x", b"x"), "saved_model.pb"),
    "a directory over a file": (entry(b"saved_model.pb/", kind=b"5"), "saved_model.pb"),
    "a file over a directory": (entry(b"assets", b"x"), "assets"),
    "a newline in a name": (entry(b"a\nb", b"x"), "control"),
    "an escape in a name": (entry(b"a\x1b[2Jb", b"x"), "control"),
    "a delete character": (entry(b"a\x7fb", b"x"), "control"),
    "a c1 control character": (entry("a\u0085b".encode(), b"x"), "control"),
    "a nul in a pax name": (pax(path=b"a\0b") + entry(b"x", b"x"), ""),
    "invalid utf-8": (entry(b"a\xffb", b"x"), "UTF-8"),
    "a surrogate in utf-8": (entry(b"a\xed\xa0\x80b", b"x"), "UTF-8"),
    "a backslash": (entry(b"a\\b", b"x"), "backslash"),
    "a name of 1025 bytes": (long_name(b"/".join([b"x" * 204] * 5) + b"y") + entry(b"x", b"x"), "1024"),
    "a name 33 deep": (entry(DEEP + b"/f", b"x"), "32"),
    "a negative size": (header(b"neg", raw_size=b"\xff" * 12), "size"),
    "a size that is no number": (header(b"nan", raw_size=b"12345678xyz\0"), "size"),
    "a size beyond 63 bits": (header(b"big", raw_size=b"\x80\0\0\0" + b"\xff" * 8), ""),
    "a directory with bytes": (entry(b"d/", b"x" * 10, kind=b"5"), ""),
    "pax and header that contradict": (pax(size=9) + header(b"x", 1) + padded(b"x"), ""),
    "a negative pax size": (pax(size=-5) + header(b"x", 1) + padded(b"x"), "size"),
    "a broken pax record": (entry(b"p", b"99 path=x\n", b"x") + entry(b"x", b"x"), ""),
    "a wrong checksum": (b"x" + entry(b"abc", b"x")[1:], ""),
    "a pax header without a member": (pax(path="x"), ""),
}


def gz(data: bytes) -> bytes:
    return gzip.compress(data, 1, mtime=0)


def check_refused(tfhub, fault, cache, scratch, data: bytes, word: str = ""):
    """By resolve and by publish alike; what was there before stays, nothing is added."""
    handle = fault.on("/acme/bad/1", Body(data))
    finished = tfhub.fails(CORRUPT, "resolve", handle)
    assert word.lower() in finished.err.lower(), finished.err
    assert cache.names() == set()
    archive = scratch / "bad.tar.gz"
    archive.write_bytes(data)
    refused = tfhub.fails(CORRUPT, "publish", archive, "acme/bad/1", "--store", scratch / "store")
    assert word.lower() in refused.err.lower(), refused.err
    assert not (scratch / "store/acme").exists()
    assert not (scratch / "escaped").exists() and not (scratch / "cache/escaped").exists()


@pytest.mark.parametrize("name", MEMBERS)
def test_an_archive_with_this_member_is_refused(tfhub, fault, cache, scratch, name):
    member, word = MEMBERS[name]
    check_refused(tfhub, fault, cache, scratch, gz(with_member(member)), word)


def zip_archive() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("saved_model.pb", "x")
    return buffer.getvalue()


def wrong_crc() -> bytes:
    data = bytearray(gz(GOOD + END))
    data[-8] ^= 1
    return bytes(data)


def wrong_length() -> bytes:
    data = bytearray(gz(GOOD + END))
    data[-4] ^= 1
    return bytes(data)


STREAMS = {
    "nothing at all": (b"", "empty"),
    "an html page": (b"<!DOCTYPE html><html><head><title>Please log in</title></head></html>", "HTML"),
    "an html page inside gzip": (gz(b"<html><body>Log in</body></html>" * 40), ""),
    "json": (b'{"error": "quota exceeded"}', ""),
    "random bytes": (models.noise(5000), ""),
    "a zip file": (zip_archive(), "zip"),
    "an empty tar": (gz(END), ""),
    "a tar of directories alone": (gz(entry(b"assets/", kind=b"5") + END), ""),
    "no end mark": (gz(GOOD), "end"),
    "half an end mark": (gz(GOOD + bytes(512)), "end"),
    "cut at a member boundary": (gz(entry(b"saved_model.pb", b"x")), "end"),
    "bytes after the end mark": (gz(GOOD + END + b"garbage" * 100), "end"),
    "a member after the end mark": (gz(GOOD + END + entry(b"late", b"x") + END), "end"),
    "garbage after the gzip member": (gz(GOOD + END) + b"garbage", ""),
    "garbage in a second gzip member": (gz(GOOD + END) + gz(b"garbage" * 99), ""),
    "a wrong checksum of gzip": (wrong_crc(), ""),
    "a wrong length in gzip": (wrong_length(), ""),
    "garbage after bzip2": (bz2.compress(GOOD + END) + b"garbage", ""),
    "garbage after xz": (lzma.compress(GOOD + END) + b"garbage", ""),
    "plain tar cut in a file": ((GOOD + END)[:700], ""),
    "gzip with a reserved flag": (b"\x1f\x8b\x08\xe0" + gz(GOOD + END)[4:], ""),
    "gzip of an unknown method": (b"\x1f\x8b\x07" + gz(GOOD + END)[3:], ""),
    "xz with a broken index": (lzma.compress(GOOD + END)[:-20] + bytes(20), ""),
    "bzip2 with a flipped bit": (bz2.compress(GOOD + END)[:60] + b"\xff" + bz2.compress(GOOD + END)[61:], ""),
}


@pytest.mark.parametrize("name", STREAMS)
def test_this_is_no_archive_and_is_refused(tfhub, fault, cache, scratch, name):
    data, word = STREAMS[name]
    handle = fault.on("/acme/bad/1", Body(data))
    finished = tfhub.fails(CORRUPT, "resolve", handle)
    assert word.lower() in finished.err.lower(), finished.err
    assert cache.names() == set()


@pytest.mark.parametrize("compression", ["gz", "bz2", "xz", ""])
def test_truncation_at_any_point_is_refused(tfhub, fault, cache, compression):
    """The length the server names fits what it sends: only the archive itself can tell."""
    whole = models.tar_of(models.saved_model_files(size=3000), compression)
    points = sorted({0, 1, 2, 9, 10, 11, 512, 513, 1024, len(whole) // 3, len(whole) // 2, len(whole) - 1024, len(whole) - 513,
                     len(whole) - 9, len(whole) - 8, len(whole) - 4, len(whole) - 1} | {len(whole) * i // 17 for i in range(17)})
    # Plain tar pads its end with zeros to a record of 10 KiB: past the end mark nothing is missing.
    end = len(whole.rstrip(b"\0")) if compression == "" else len(whole)
    last_block = -(-end // 512) * 512 + 1024 if compression == "" else len(whole)
    for point in (p for p in points if 0 <= p < last_block):
        handle = fault.on(f"/acme/cut-{compression}/{point + 1}", Body(whole[:point]))
        finished = tfhub.run("resolve", handle)
        assert finished.code == CORRUPT, f"cut at {point} of {len(whole)}: {finished}"
    assert cache.names() == set()


def test_what_the_policy_allows_is_unpacked(tfhub, fault):
    """The counterpart of the refusals: long names, many members of gzip, zero padding, no directory entries, odd modes."""
    name = b"assets/" + b"/".join([b"n" * 100] * 5)
    tar = (GOOD + entry(DEEP[:-2] + b"/f", b"deep") + long_name(name) + entry(b"x", b"long") + pax(path="assets/\u00fc") + entry(b"y", b"pax")
           + entry(b"no/directory/entry", b"x") + entry(b"old", b"v7", kind=b"\0", magic=bytes(8)) + END + bytes(8192))
    half = len(tar) // 2
    path = tfhub.ok("resolve", fault.on("/acme/good/1", Body(gz(tar[:half]) + gz(tar[half:]) + gz(b"")))).path
    tree = models.tree(path)
    assert {name.decode(), "assets/\u00fc", "no/directory/entry", "old", "saved_model.pb"} <= tree.keys()
    assert (path / "assets/words").read_bytes() == b"one\ntwo\n"


def endless_zeros(claimed: int, sent: int) -> bytes:
    """A gzip of a file header that claims `claimed` bytes, followed by `sent` zeros."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    size = b"\x80" + claimed.to_bytes(11, "big")
    data = packer.compress(GOOD + header(b"variables/huge", raw_size=size))
    block = bytes(1 << 20)
    for _ in range(sent >> 20):
        data += packer.compress(block)
    return data + packer.flush()


@pytest.fixture(scope="module")
def bomb() -> bytes:
    return endless_zeros(1 << 40, 400 << 20)


def test_a_bomb_is_refused_after_64_mib_naming_the_setting(tfhub, fault, cache, bomb):
    finished = tfhub.fails(CORRUPT, "resolve", fault.on("/acme/bomb/1", Body(bomb)))
    assert "TFHUB_MAX_EXPANSION" in finished.err or "TFHUB_MAX_MODEL_SIZE" in finished.err
    assert finished.seconds < 30
    assert cache.names() == set()


def test_a_small_archive_that_claims_a_tebibyte_costs_no_disk(tfhub, fault, cache):
    small = endless_zeros(1 << 40, 0)
    assert len(small) < 10_000
    finished = tfhub.fails(CORRUPT, "resolve", fault.on("/acme/claims/1", Body(small)))
    assert "TFHUB_MAX_MODEL_SIZE" in finished.err
    assert finished.seconds < 30 and cache.names() == set()


def test_the_size_limit_stops_within_a_mebibyte(tfhub, fault, cache):
    """On a disk that has no room for more."""
    data = models.tar_of(models.saved_model_files(extra={f"assets/{i:03d}": models.noise(1 << 18, i) for i in range(80)}))
    handle = fault.on("/acme/big/1", Body(data))
    cache.path.mkdir()
    on_disk = Tfhub(tfhub.binary, tfhub.env, [*with_small_disk(cache.path, "5m"), "sh", "-c", '"$@"; code=$?; ls -A "$0"; exit $code', cache.path])
    finished = on_disk.with_env(TFHUB_MAX_MODEL_SIZE="4MiB").fails(CORRUPT, "resolve", handle)
    assert "TFHUB_MAX_MODEL_SIZE" in finished.err
    full = on_disk.with_env(TFHUB_MAX_MODEL_SIZE="6MiB").run("resolve", handle)
    assert full.out == "" and re.search("full|space", full.error), "there was room for more"


def test_the_entry_limit_names_its_setting(tfhub, fault, cache):
    tar = GOOD + b"".join(entry(b"assets/f%d" % i, b"x") for i in range(50)) + END
    finished = tfhub.with_env(TFHUB_MAX_MODEL_FILES="40").fails(CORRUPT, "resolve", fault.on("/acme/many/1", Body(gz(tar))))
    assert "TFHUB_MAX_MODEL_FILES" in finished.err
    assert cache.names() == set()
    tfhub.with_env(TFHUB_MAX_MODEL_FILES="60").ok("resolve", f"{fault.url}/acme/many/1")


HUGE = [header(b"PaxHeaders/x", 200 << 20, b"x")] + [b"1" * (1 << 20)] * 200
MANY = [pax(comment="1" * 1_000_000) + entry(b"assets/%d" % i, b"x") for i in range(200)]


@pytest.mark.parametrize("headers,code", [(HUGE, CORRUPT), (MANY, DONE)], ids=["one that is huge", "many that are large"])
def test_memory_stays_small_whatever_headers_an_archive_piles_up(tfhub, fault, headers, code):
    """Extension headers are read into memory: their size must be limited."""
    tfhub = tfhub.with_env(TFHUB_MAX_EXPANSION="100000")  # what is under test here must stop it
    usual, usual_peak = run_measured(tfhub, "resolve", fault.on("/acme/good/1", Body(gz(GOOD + END))))
    assert usual.code == DONE, str(usual)
    packer = zlib.compressobj(1, zlib.DEFLATED, 31)
    data = b"".join(map(packer.compress, [GOOD, *headers, END])) + packer.flush()
    finished, peak = run_measured(tfhub, "resolve", fault.on("/acme/pax/1", Body(data)))
    assert finished.code == code, str(finished)
    assert peak - usual_peak < 64 << 20, f"{usual_peak} bytes became {peak}"


def test_a_tar_that_another_tool_made_is_read(tfhub, fault, scratch):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz", format=tarfile.PAX_FORMAT) as archive:
        archive.add(models.saved_model(scratch / "m", extra={"assets/" + "long" * 40: b"x"}), arcname=".")
    path = tfhub.ok("resolve", fault.on("/acme/py/1", Body(buffer.getvalue()))).path
    assert models.tree(path) == models.tree(scratch / "m")
