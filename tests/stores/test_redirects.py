"""--redirect-downloads: bytes come from the bucket itself, by a URL that is signed for a while."""

import hashlib
import subprocess

from support import models
from support.raw_http import get, request
from support.server import Server


def test_a_download_is_sent_to_the_bucket_where_it_can_sign(tfhub, cloud, bucket, scratch):
    tfhub.ok("publish", models.saved_model(scratch / "model"), "acme/mul/1", "--store", bucket)
    archive = "/acme/mul/1?tf-hub-format=compressed"
    with Server(tfhub, bucket, "--redirect-downloads", log=scratch / "serve.log") as server:
        answer = get(server, archive)
        if cloud.scheme == "s3":
            assert answer.status == 302 and answer["Cache-Control"] == "no-store"
            assert answer["Location"].startswith(f"{cloud.endpoint}/") and "Signature=" in answer["Location"]
        else:  # anonymous: there is nothing to sign with
            assert answer.status == 200
            assert "downloads are not redirected" in (scratch / "serve.log").read_text()
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
