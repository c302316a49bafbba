"""--redirect-downloads: bytes come from the bucket itself, by a URL that is signed for a while."""

import hashlib
import subprocess
import urllib.error
import urllib.request

import pytest

from support import models
from support.raw_http import get, request
from support.server import Server
from support.waiting import wait_for


def test_a_download_is_sent_to_the_bucket_where_it_can_sign(tfhub, cloud, bucket, scratch):
    tfhub.ok("publish", models.saved_model(scratch / "model"), "acme/mul/1", "--store", bucket)
    archive = "/acme/mul/1?tf-hub-format=compressed"
    with Server(tfhub, bucket, "--redirect-downloads", log=scratch / "serve.log") as server:
        answer = get(server, archive)
        if cloud.signs:
            assert answer.status == 302 and answer["Cache-Control"] == "no-store"
            assert answer["Location"].startswith(f"{cloud.endpoint}/") and cloud.signs in answer["Location"]
        else:  # anonymous: there is nothing to sign with
            assert answer.status == 200
            wait_for(lambda: "downloads are not redirected" in (scratch / "serve.log").read_text(), "nothing is said of it")
        # What is signed is signed for GET.
        head = request(server, "HEAD", archive)
        assert head.status == 200 and head["Repr-Digest"]

        curl = ["curl", "-sSfL", "--noproxy", "*", server.url + archive]
        whole = subprocess.run(curl, check=True, capture_output=True).stdout
        expected = get(server, "/api/v1/models/acme/mul/1").json()["digest"]
        assert hashlib.sha256(whole).hexdigest() in expected
        assert subprocess.run([*curl, "-r", "100-199"], check=True, capture_output=True).stdout == whole[100:200]
        pulled = tfhub.ok("pull", f"{server.url}/acme/mul/1", "-o", scratch / "pulled").path
        assert models.tree(pulled) == models.tree(scratch / "model")
        # Small things and pages come from the hub.
        assert get(server, "/acme/mul/1/saved_model.pb?tf-hub-format=file").status == 200


@pytest.mark.parametrize("cloud", ["s3", "az"], indirect=True)
@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_who_has_the_signed_url_may_read_and_nothing_else(tfhub, cloud, bucket, scratch, method):
    tfhub.ok("publish", models.saved_model(scratch / "model"), "acme/mul/1", "--store", bucket)
    with Server(tfhub, bucket, "--redirect-downloads", log=scratch / "serve.log") as server:
        where = get(server, "/acme/mul/1?tf-hub-format=compressed")["Location"]
        before = urllib.request.urlopen(where).read()
        body = b"other bytes" if method == "PUT" else None
        attempt = urllib.request.Request(where, body, {"x-ms-blob-type": "BlockBlob"}, method=method)
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(attempt)
        assert refused.value.code == 403
        assert urllib.request.urlopen(where).read() == before


@pytest.mark.parametrize("cloud", ["az"], indirect=True)
def test_a_token_of_the_hub_is_not_handed_out(tfhub, cloud, bucket, scratch):
    """Azure's users may have a SAS token instead of a key: it opens more than one model, and for longer."""
    tfhub.ok("publish", models.saved_model(scratch / "model"), "acme/mul/1", "--store", bucket)
    token = cloud.token()
    with_token = tfhub.with_env(AZURE_STORAGE_ACCOUNT_KEY="", AZURE_STORAGE_SAS_TOKEN=token)
    with Server(with_token, bucket, "--redirect-downloads", log=scratch / "serve.log") as server:
        answer = get(server, "/acme/mul/1?tf-hub-format=compressed")
        assert answer.status == 200
        wait_for(lambda: "downloads are not redirected" in (scratch / "serve.log").read_text(), "nothing is said of it")
