"""A model past two gigabytes, where sizes no longer fit 31 bits, goes into a bucket and out again in little memory."""

import pytest

from support import models
from support.command import DONE
from support.process import run_measured

LIMIT = 64 << 20
BLOCK = 16 << 20
BLOCKS = 129  # 2.02 GiB


@pytest.fixture
def huge(scratch):
    """Its large file does not compress, so that its archive is past the border, too. No two blocks of it are the same."""
    directory, noise = models.saved_model(scratch / "huge"), models.noise(BLOCK - 8)
    with open(directory / "variables/variables.data-00000-of-00001", "wb") as file:
        for number in range(BLOCKS):
            file.write(number.to_bytes(8, "little") + noise)
    assert BLOCK * BLOCKS > 1 << 31
    return directory


@pytest.mark.parametrize("cloud", ["s3"], indirect=True)
@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_model_past_two_gigabytes_is_published_served_and_pulled_in_little_memory(tfhub, bucket, cloud, serve, huge, scratch):
    def peak_of(*command) -> int:
        finished, peak = run_measured(tfhub, *command, timeout=590)
        assert finished.code == DONE, str(finished)
        return peak

    server = serve(location=bucket)
    peaks = {
        "publisher": peak_of("publish", huge, "acme/huge/1", "--store", bucket),
        "client": peak_of("pull", f"{server.url}/acme/huge/1", "-o", scratch / "pulled"),
        "server": server.peak_memory(),
    }
    assert models.tree(scratch / "pulled") == models.tree(huge)
    assert not [key for key in cloud.keys(bucket) if ".staging" in key or ".part-" in key]
    assert all(1 << 20 < peak < LIMIT for peak in peaks.values()), {who: f"{peak >> 20} MiB" for who, peak in peaks.items()}
