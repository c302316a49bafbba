"""Entity tags, conditional requests, ranges and digests of what never changes (protocol.md section 2)."""

import base64
import hashlib

import pytest

from support.raw_http import get, head, request

ARCHIVE = "/acme/mul/1?tf-hub-format=compressed"
FILES = [
    ARCHIVE,
    "/acme/old/2?tf-hub-format=compressed",
    "/acme/lite-model/spice/1?lite-format=tflite",
    "/acme/tfjs-model/spice/2/default/1?tfjs-format=compressed",
    "/acme/tfjs-model/spice/2/default/1/model.json?tfjs-format=file",
    "/acme/tfjs-model/spice/2/default/1/group1-shard1of2.bin?tfjs-format=file",
    "/acme/mul/1/variables/variables.index?tf-hub-format=file",
]


@pytest.mark.parametrize("target", FILES)
def test_a_file_of_a_version_is_immutable_and_says_so(hub, target):
    answer = get(hub.server, target)
    assert answer.status == 200
    assert answer["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer["Accept-Ranges"] == "bytes"
    assert answer["ETag"].startswith('"') and answer["ETag"].endswith('"')
    digest = base64.b64encode(hashlib.sha256(answer.body).digest()).decode()
    assert f"sha-256=:{digest}:" in answer["Repr-Digest"]
    assert int(answer["Content-Length"]) == len(answer.body)
    assert answer["Access-Control-Allow-Origin"] == "*"
    exposed = {h.strip().lower() for h in answer["Access-Control-Expose-Headers"].split(",")}
    assert {"etag", "content-length", "content-range", "repr-digest"} <= exposed


def test_an_unversioned_url_is_not_immutable(hub):
    control = get(hub.server, "/acme/mul?tf-hub-format=compressed")["Cache-Control"]
    assert "immutable" not in control and "31536000" not in control


@pytest.mark.parametrize("target", FILES + ["/acme/mul?tf-hub-format=compressed", "/api/v1/models", "/acme/mul/1", "/"])
def test_if_none_match_with_the_tag_is_304_without_a_body(hub, target):
    first = get(hub.server, target)
    tag = first["ETag"]
    for value in (tag, f'"other", {tag}', f"W/{tag}" if not tag.startswith("W/") else tag, "*"):
        again = get(hub.server, target, If_None_Match=value)
        assert (again.status, again.body) == (304, b""), value
        assert again["ETag"] == tag
    assert get(hub.server, target, If_None_Match='"other"').status == 200
    assert head(hub.server, target, If_None_Match=tag).status == 304


def test_different_files_have_different_tags(hub):
    tags = [get(hub.server, target)["ETag"] for target in FILES]
    assert len(set(tags)) == len(tags)



@pytest.mark.parametrize("value,first,last", [
    ("bytes=0-0", 0, 0), ("bytes=0-99", 0, 99), ("bytes=100-199", 100, 199), ("bytes=5-", 5, None), ("bytes=-1", -1, None),
    ("bytes=-500", -500, None), ("bytes=0-", 0, None), ("bytes=10-99999999", 10, None), ("bytes=-99999999", 0, None),
    ("bytes=0-18446744073709551615", 0, None),
])
def test_a_single_range_gives_exactly_these_bytes(hub, value, first, last):
    whole = get(hub.server, ARCHIVE).body
    first = len(whole) + first if first < 0 else first
    last = len(whole) - 1 if last is None else last
    answer = get(hub.server, ARCHIVE, Range=value)
    assert answer.status == 206
    assert answer.body == whole[first : last + 1]
    assert answer["Content-Range"] == f"bytes {first}-{last}/{len(whole)}"
    assert int(answer["Content-Length"]) == last - first + 1


@pytest.mark.parametrize("past", ["bytes={size}-", "bytes=99999999-", "bytes=-0", "bytes={size}-{size}"])
def test_a_range_past_the_end_is_416_and_says_how_long_the_file_is(hub, past):
    size = len(get(hub.server, ARCHIVE).body)
    answer = get(hub.server, ARCHIVE, Range=past.format(size=size))
    assert answer.status == 416
    assert answer["Content-Range"] == f"bytes */{size}"


@pytest.mark.parametrize("value", [
    "bytes=9-5", "bytes=a-b", "bytes=", "bytes", "items=0-5", "bytes=-", "bytes=0-5,10-15", "bytes=--5", "bytes=0x1-5", "=0-5",
    "bytes=18446744073709551616-18446744073709551617",
])
def test_a_range_that_need_not_be_honoured_gives_the_whole_or_416_but_never_wrong_bytes(hub, value):
    whole = get(hub.server, ARCHIVE).body
    answer = get(hub.server, ARCHIVE, Range=value)
    assert answer.status in (200, 416)
    if answer.status == 200:
        assert answer.body == whole


def test_if_range_with_the_tag_gives_the_part_and_with_another_the_whole(hub):
    whole = get(hub.server, ARCHIVE)
    part = get(hub.server, ARCHIVE, Range="bytes=10-", If_Range=whole["ETag"])
    assert (part.status, part.body) == (206, whole.body[10:])
    for value in ('"other"', f"W/{whole['ETag']}", "Sat, 21 Nov 2026 08:00:00 GMT"):
        answer = get(hub.server, ARCHIVE, Range="bytes=10-", If_Range=value)
        assert (answer.status, answer.body) == (200, whole.body), value


def test_a_not_modified_answer_wins_over_a_range(hub):
    tag = get(hub.server, ARCHIVE)["ETag"]
    assert get(hub.server, ARCHIVE, Range="bytes=0-5", If_None_Match=tag).status == 304


def test_a_part_carries_the_digest_of_the_whole(hub):
    whole, part = get(hub.server, ARCHIVE), get(hub.server, ARCHIVE, Range="bytes=0-9")
    assert part["Repr-Digest"] == whole["Repr-Digest"]
    assert part["ETag"] == whole["ETag"]


def test_thousands_of_ranges_cost_the_server_no_memory(hub):
    before = hub.server.memory()
    for _ in range(20):
        value = "bytes=" + ",".join(f"{i}-{i}" for i in range(600))
        answer = get(hub.server, ARCHIVE, Range=value)
        assert answer.status in (200, 416, 431)
    assert hub.server.memory() - before < 8 << 20


def test_a_cors_preflight_is_answered(hub):
    answer = request(hub.server, "OPTIONS", "/acme/tfjs-model/spice/2/default/1/model.json?tfjs-format=file", {
        "Origin": "https://app.example", "Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": "range"})
    assert answer.status in (200, 204)
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert "GET" in (answer["Access-Control-Allow-Methods"] or answer["Allow"])


@pytest.mark.parametrize("target", ["/api/v1/models", "/api/v1/models/acme/mul/1", "/acme/mul/1", "/", "/acme"])
def test_pages_and_json_are_revalidated_not_kept(hub, target):
    answer = get(hub.server, target)
    assert answer.status == 200
    assert answer["Cache-Control"] == "no-cache"
    assert answer["ETag"]
