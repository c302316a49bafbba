"""Nothing that the command says, on either stream or into the cache, shows a password or a key, whatever it is told and however it fails."""

import itertools
import json
import os

import pytest

from support import models
from support.fault_server import Body

SECRET = "hunter2SECRET"
NOWHERE = "127.0.0.1:1"

# How people write a password into a URL; what it stands before is put behind it.
USERS = [f"user:{SECRET}@", f"{SECRET}@", f"user:a/{SECRET}@", f"user:a@{SECRET}@", f"user:{SECRET}/b@", f"user:a#{SECRET}@", f"user:a?{SECRET}@",
         f"user:%41{SECRET}@", f":{SECRET}@"]

# Without a scheme the colon tells that it is no path; "gs://…" is a path of a bucket, which is given back as it is.
HANDLES = [f"{scheme}{user}{NOWHERE}/acme/mul/1" for scheme, user in itertools.product(("http://", "HTTP://", "https://", "ftp://", ""), USERS)
           if scheme or ":" in user.split("@")[0]]
HANDLES += [f"http://{NOWHERE}/acme/mul/1?{key}={SECRET}" for key in ("access_token", "X-Amz-Signature", "sig", "api_key", "password")]
HANDLES += [f"http://user:{SECRET}@{NOWHERE}/acme/mul/1\x01", f"http://user:{SECRET}@{NOWHERE}/acme/mul", f"https:///user:{SECRET}@{NOWHERE}/a/1"]

SETTINGS = [{"http_proxy": f"{scheme}{user}{NOWHERE}"} for scheme, user in itertools.product(("http://", ""), USERS)]
SETTINGS += [{"TFHUB_MIRRORS": f"http://h.example={scheme}user:{SECRET}@{NOWHERE}"} for scheme in ("http://", "ftp://", "")]
SETTINGS += [{"TFHUB_MIRRORS": f"http://h.example/=http://user:{SECRET}@{NOWHERE}/"}]
SETTINGS += [{"TFHUB_MIRRORS": f"http://user:{SECRET}@h.example"}, {"TFHUB_CA_BUNDLE": f"http://user:{SECRET}@{NOWHERE}"},
             {"TFHUB_GCS_ENDPOINT": f"http://user:{SECRET}@{NOWHERE}"}, {"TFHUB_OFFLINE": f"http://user:{SECRET}@h"}]


@pytest.fixture
def say(tfhub):
    """say(*arguments, **settings): runs the command, with and without --verbose, and looks at what it said."""

    def run(*arguments, **settings):
        for verbose in ([], ["--verbose"]):
            done = tfhub.with_env(TFHUB_RETRIES="0", TFHUB_CONNECT_TIMEOUT="5", **settings).run(*verbose, *arguments)
            assert SECRET not in done.out + done.err, (arguments, settings, done.out, done.err)
            assert done.code < 9, done.err
        return done

    return run


@pytest.mark.parametrize("command", ["resolve", "inspect", "pull"])
def test_a_handle_that_cannot_be_fetched(say, command):
    for handle in HANDLES:
        assert say(command, handle).code != 0, handle
        say(command, handle, TFHUB_OFFLINE="1")


def test_settings_that_hold_a_password(say):
    for settings in SETTINGS:
        say("resolve", "http://h.example/acme/mul/1", **settings)
        say("help", "settings", **settings)
    say("resolve", "gs://bucket/m.tar.gz", TFHUB_GCS_ENDPOINT=f"http://user:{SECRET}@{NOWHERE}")


def test_stores_and_places_that_hold_a_password(say, scratch):
    model = models.saved_model(scratch / "m")
    document = scratch / "tree/docs/acme/acme.md"
    document.parent.mkdir(parents=True)
    document.write_text("# Publisher acme\nWords.\n")
    for place in (f"s3://user:{SECRET}@bucket/x", f"ftp://user:{SECRET}@h/x", f"az://{SECRET}@b/x"):
        for arguments in (("store", "ls", "--store", place), ("publish", model, "acme/m/1", "--store", place), ("serve", "--store", place),
                          ("store", "verify", "--store", place), ("docs", "import", scratch / "tree", "--store", place)):
            assert say(*arguments).code != 0
        say("resolve", f"http://{NOWHERE}/acme/mul/1", TFHUB_CACHE_DIR=place)
        say("cache", "ls", TFHUB_CACHE_DIR=place)
    say("store", "ls", "--store", "s3://bucket/x", TFHUB_S3_ENDPOINT=f"http://user:{SECRET}@{NOWHERE}", AWS_ACCESS_KEY_ID="a",
        AWS_SECRET_ACCESS_KEY=SECRET, AWS_REGION="us-east-1")


def test_a_model_under_a_handle_with_a_password(say, tfhub, fault, cache):
    """It works, is found again, and neither the lists nor the files of the cache tell the password to others."""
    files = models.saved_model_files()
    plain = fault.on("/acme/mul/1", Body(models.tar_of(files)))
    fault.on("/acme/mul", Body(models.tar_of(files), etag='"1"', Link='</acme/mul/1>; rel="canonical"'))
    handle = plain.replace("://", f"://user:{SECRET}@")
    unversioned = handle.removesuffix("/1")
    path = tfhub.ok("resolve", handle).path
    assert path == cache.entry(handle)
    assert tfhub.ok("resolve", unversioned).path == path
    assert tfhub.with_env(TFHUB_OFFLINE="1").ok("resolve", unversioned).path == path
    for file in cache.path.rglob("*"):
        assert file.is_dir() or SECRET not in file.read_text(errors="replace"), file
    hidden = plain.replace("://", "://***@")
    listed = {entry["handle"]: entry for entry in json.loads(say("cache", "ls", "--json").out)}
    assert set(listed) == {hidden, hidden.removesuffix("/1")}
    assert listed[hidden.removesuffix("/1")]["alias_of"] == hidden
    # As tensorflow_hub writes it, with the password.
    stock = cache.descriptor(handle)
    stock.write_text(f"Module: {handle}\nDownload Time: 2026-11-21 08:01:10.234872\nDownloader Hostname: elsewhere (PID:12)")
    os.remove(cache.path / os.readlink(cache.entry(unversioned)) / "saved_model.pb")
    for arguments in (["ls"], ["ls", "--json"], ["verify"], ["verify", "--json"], ["verify", handle], ["prune", "--dry-run"], ["prune", "--dry-run", "--json"]):
        say("cache", *arguments)
    say("resolve", handle)
    say("resolve", unversioned)
    for arguments in (["prune", "--max-size", "0", "--dry-run"], ["rm", handle], ["rm", handle], ["verify", handle], ["rm", "--json", unversioned]):
        say("cache", *arguments)


def test_what_a_wrong_word_on_the_command_line_held(say):
    for arguments in ([f"http://user:{SECRET}@h/a"], ["resolve"], ["pull", "--format", f"http://user:{SECRET}@h"], ["help", f"user:{SECRET}@h"],
                      ["serve", "--listen", f"user:{SECRET}@h:x"], ["serve", "--public-url", f"user:{SECRET}@h"]):
        say(*arguments)
