"""Cold and warm resolve, against curl | tar and against tensorflow_hub."""

import statistics
import subprocess

import models
from support import (DATA, PYTHON, ROOT, TFHUB, Row, environment, fresh_directory, in_turn, nginx, peak_memory, seconds)


HUB_RESOLVE = """
import sys, time, tensorflow_hub as hub
start = time.perf_counter(); hub.resolve(sys.argv[1]); print(time.perf_counter() - start)
"""


def _cold(url, base):
    """One `tfhub resolve` into a cache that does not exist yet."""
    with fresh_directory(base) as work:
        return seconds([TFHUB, "resolve", url], env=environment(work / "cache"))


def _curl_tar(url, base, then=""):
    with fresh_directory(base) as work:
        return seconds(["sh", "-c", f"curl -s '{url}' | tar xz -C '{work}' {then.format(work)}"])


def _tensorflow_hub(url, base):
    with fresh_directory(base) as work:
        out = subprocess.run([PYTHON, "-c", HUB_RESOLVE, url], env=environment(work / "cache"), check=True,
                             capture_output=True, text=True)
        return float(out.stdout)


def _inflate_seconds(archive):
    """What ISA-L needs for these bytes on one core, from memory to nowhere: the limit."""
    tool = ROOT / "build" / "bench-tools" / "isal_inflate"
    return statistics.median(
        float(subprocess.run([tool, archive], check=True, capture_output=True, text=True).stdout) for _ in range(3))


def _against_tar(url, rounds):
    """(place, our seconds, curl | tar's): in memory, and on disk, where both wait until the bytes are there."""
    for place, base, then in (("tmpfs", "/dev/shm", ""), ("disk, synced", DATA, "&& sync -f '{}'")):
        yield place, *in_turn(rounds, lambda: _cold(url, base), lambda: _curl_tar(url, base, then))


def float_model(rounds):
    archive = models.archive(models.float_model())
    with nginx(DATA) as (_, port):
        url = f"http://127.0.0.1:{port}/{archive.name}"
        for name, ours, peer in _against_tar(url, rounds):
            yield Row(f"cold resolve of 500 MB of floats against curl | tar xz ({name})", f"{ours:.2f} s",
                      f"{peer:.2f} s", peer / ours, 3.0, 3.0)
            if name == "tmpfs":
                limit = _inflate_seconds(archive)
                yield Row("the same against one core's ISA-L inflate time (the limit)", f"{ours:.2f} s",
                          f"{limit:.2f} s", ours / limit, 1.3, 1.1, "of the limit", less_is_better=True)
        ours, peer = in_turn(3, lambda: _cold(url, "/dev/shm"), lambda: _tensorflow_hub(url, "/dev/shm"))
        yield Row("the same against hub.resolve alone, import excluded (tmpfs)", f"{ours:.2f} s", f"{peer:.2f} s",
                  peer / ours, 1.8, 2.2)
        with fresh_directory("/dev/shm") as work:
            peak = peak_memory([TFHUB, "resolve", url], environment(work / "cache"))
        yield Row("peak memory of that resolve", f"{peak / 2**20:.1f} MiB", "64 MiB", peak / 2**20, 64, 64, "MiB",
                  less_is_better=True)


def small_files(rounds):
    archive = models.archive(models.small_files_model())
    with nginx(DATA) as (_, port):
        url = f"http://127.0.0.1:{port}/{archive.name}"
        for name, ours, peer in _against_tar(url, rounds):
            yield Row(f"cold resolve of 8,000 small files against curl | tar xz ({name})", f"{ours * 1000:.0f} ms",
                      f"{peer * 1000:.0f} ms", peer / ours, 2, 3)


def warm(rounds):
    tiny = DATA / "tiny"
    if not tiny.exists():
        (tiny / "variables").mkdir(parents=True)
        (tiny / "saved_model.pb").write_bytes(b"\x08\x01")
    tiny_archive = models.archive(tiny)
    with nginx(DATA) as (_, port), fresh_directory("/dev/shm") as work:
        url = f"http://127.0.0.1:{port}/{tiny_archive.name}"
        env = environment(work / "cache")
        seconds([TFHUB, "resolve", url], env=env)
        ours = statistics.median(seconds([TFHUB, "resolve", url], env=env) for _ in range(rounds * 40))
        peer = statistics.median(
            seconds([PYTHON, "-c", "import sys, tensorflow_hub as hub; hub.resolve(sys.argv[1])", url], env=env,
                    stderr=subprocess.DEVNULL) for _ in range(3))
        yield Row("warm resolve, whole process, against python -c 'import tensorflow_hub; resolve'",
                  f"{ours * 1000:.2f} ms", f"{peer:.2f} s", peer / ours, 300, 1000)


CASES = [float_model, small_files, warm]
