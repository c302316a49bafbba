"""The Python package: its import, a hit, and hub.load of tensorflow_hub with tfhub.install() against without."""

import json
import statistics
import subprocess

import models
from support import DATA, ROOT, Row, environment, fresh_directory, in_turn, nginx, seconds

BARE = ROOT / "build" / "wheel" / "bare" / "bin" / "python"
WITH_TENSORFLOW = ROOT / "build" / "wheel" / "tensorflow" / "bin" / "python"

# Microseconds of a hit: the best of five series, as a program that resolves has the processor to itself.
HIT = """
import sys, time, tfhub
tfhub.resolve(sys.argv[1])
def series():
    start = time.perf_counter()
    for _ in range(2000): tfhub.resolve(sys.argv[1])
    return (time.perf_counter() - start) / 2000
print(min(series() for _ in range(5)) * 1e6)
"""

# Seconds of hub.resolve and of hub.load after it, imports and TensorFlow's own start excluded.
LOAD = """
import json, sys, time
import tensorflow as tf, tensorflow_hub as hub
if sys.argv[2] == "ours":
    import tfhub
    tfhub.install()
tf.constant(1) + 1
start = time.perf_counter()
hub.resolve(sys.argv[1])
resolved = time.perf_counter()
hub.load(sys.argv[1])
print(json.dumps([resolved - start, time.perf_counter() - resolved]))
"""


def _printed(*command, env):
    return subprocess.run(list(map(str, command)), env=env, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                          text=True).stdout


def import_and_hit(rounds):
    archive = models.archive(models.float_model())
    with nginx(DATA) as (_, port), fresh_directory("/dev/shm") as work:
        env = environment(work / "cache", PYTHONDONTWRITEBYTECODE="")
        whole, nothing = in_turn(rounds * 10, lambda: seconds([BARE, "-c", "import tfhub"], env=env),
                                 lambda: seconds([BARE, "-c", "pass"], env=env))
        yield Row("import tfhub, beyond Python's own start", f"{(whole - nothing) * 1000:.1f} ms", f"{nothing * 1000:.1f} ms",
                  (whole - nothing) * 1000, 30, 10, "ms", less_is_better=True)
        figures = [float(_printed(BARE, "-c", HIT, f"http://127.0.0.1:{port}/{archive.name}", env=env)) for _ in range(rounds)]
        hit = statistics.median(figures)
        yield Row("tfhub.resolve of a hit", f"{hit:.1f} us", "", hit, 50, 20, "us", less_is_better=True)


def hub_load(rounds):
    """Both fetch the same archive from nginx, each into a cache of its own."""
    archive = models.archive(models.tensorflow_model())
    with nginx(DATA) as (_, port), fresh_directory(DATA) as work:
        url = f"http://127.0.0.1:{port}/{archive.name}"

        def load(whose, cache):
            return json.loads(_printed(WITH_TENSORFLOW, "-c", LOAD, url, whose, env=environment(cache)).splitlines()[-1])

        def cold(whose):
            with fresh_directory(DATA) as cache:
                return load(whose, cache)[0]

        ours, theirs = in_turn(rounds, lambda: cold("ours"), lambda: cold("theirs"))
        yield Row("hub.load of 500 MB with tfhub.install() against without, cold, up to the load itself", f"{ours:.2f} s",
                  f"{theirs:.2f} s", theirs / ours, 1.8, 2.2)
        for whose in ("ours", "theirs"):
            load(whose, work / whose)
        ours, theirs = zip(*((load("ours", work / "ours"), load("theirs", work / "theirs")) for _ in range(rounds * 3)))
        resolved = [statistics.median(figures[0] for figures in whose) for whose in (ours, theirs)]
        yield Row("the same, warm, up to the load itself", f"{resolved[0] * 1000:.2f} ms", f"{resolved[1] * 1000:.2f} ms",
                  resolved[1] / resolved[0], 1.0, 1.5)
        # The load is TensorFlow's own, of the same bytes: what differs from run to run is the machine, least in the best one.
        loaded = [min(sum(figures) for figures in whose) for whose in (ours, theirs)]
        yield Row("the same, warm, the load included, the best of each", f"{loaded[0]:.3f} s", f"{loaded[1]:.3f} s",
                  loaded[1] / loaded[0], 0.95, 1.0)


CASES = [import_and_hit, hub_load]
