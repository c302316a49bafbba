"""Publishing against tar -cz: ours also digests everything and writes the uncompressed folder beside the archive."""

import models
from support import DATA, TFHUB, Row, environment, fresh_directory, in_turn, peak_memory, seconds


def float_model(_):
    directory = models.float_model()

    def ours():
        with fresh_directory(DATA) as work:
            return seconds([TFHUB, "publish", str(directory), "bench/float/1", "--store", str(work / "store"), "--quiet"])

    def peer():
        with fresh_directory(DATA) as work:
            return seconds(["tar", "-cz", "--owner=0", "--group=0", "-f", str(work / "a.tar.gz"), "-C", str(directory), "."])

    mine, theirs = in_turn(2, ours, peer)
    yield Row("publishing 500 MB against tar -cz", f"{mine:.2f} s", f"{theirs:.2f} s", theirs / mine, 5, 5)
    with fresh_directory("/dev/shm") as work:
        peak = peak_memory([TFHUB, "publish", str(directory), "bench/float/1", "--store", str(work / "store"), "--quiet"],
                           environment(work / "cache"))
    yield Row("peak memory of that publish", f"{peak / 2**20:.1f} MiB", "64 MiB", peak / 2**20, 64, 64, "MiB",
              less_is_better=True)


CASES = [float_model]
