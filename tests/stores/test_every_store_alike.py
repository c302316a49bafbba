"""The suite that every kind of store must pass (tests/unit/store), on each cloud's server."""

import os
import subprocess

from support.command import REPOSITORY

# versitygw keeps keys as paths, and for a moment takes a key for a folder while another key beside it is removed.
NOT_OF = {"s3": "-*WritersAndRemoversShareAPrefix*"}


def test_a_bucket_does_what_a_directory_does(cloud, bucket):
    program = REPOSITORY / os.environ.get("TFHUB_BUCKET_TEST", "build/bucket_test")
    environment = {"PATH": "/usr/bin:/bin", "TFHUB_TEST_BUCKET": bucket, "TFHUB_RETRIES": "1", **cloud.settings()}
    done = subprocess.run([program, "--gtest_brief=1", f"--gtest_filter={NOT_OF.get(cloud.scheme, '*')}"], env=environment, capture_output=True, text=True, timeout=150)
    assert done.returncode == 0, done.stdout + done.stderr
