"""Reading a model in place, by TensorFlow's plugin, beside pulling it and loading what was pulled."""

import json
import re
import subprocess

import models
from support import DATA, PYTHON, ROOT, TFHUB, Row, environment, fresh_directory, in_turn, stop

PLUGIN = ROOT / "build" / "plugins" / "tensorflow" / "libtfhub_filesystem.so"
NAME = "bench/model/1"

# Wall seconds of getting and loading the model, without those of importing TensorFlow.
LOAD = """
import json, subprocess, sys, time
import tensorflow as tf
plugin, *how = sys.argv[1:]
tf.experimental.register_filesystem_plugin(plugin)
tf.constant(1) + 1
begin = time.perf_counter()
path = how[0] if len(how) == 1 else subprocess.run(how, check=True, capture_output=True, text=True).stdout.strip()
model = tf.saved_model.load(path)
tf.reduce_sum(model.w[59]).numpy()
print(json.dumps(time.perf_counter() - begin))
"""


class LoggingHub:
    """`tfhub serve` with its access log in a file."""

    def __init__(self, store, log):
        self.log = log
        with open(log, "w") as stderr:
            self.process = subprocess.Popen([TFHUB, "serve", "--store", store, "--listen", "127.0.0.1:0"],
                                            stdout=subprocess.PIPE, stderr=stderr, text=True)
        self.url = self.process.stdout.readline().removeprefix("listening on ").strip()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        stop(self.process)

    def sent(self):
        """Requests and bytes of bodies; the log is whole when the server has ended."""
        stop(self.process)
        sizes = [int(size) for size in re.findall(r" GET \S+ 20[06] (\d+) ", self.log.read_text())]
        return len(sizes), sum(sizes)


def load(*how):
    """Seconds of loading a path, or what a command prints."""
    with fresh_directory(DATA) as cache:
        out = subprocess.run([PYTHON, "-c", LOAD, PLUGIN, *how], check=True, env=environment(cache),
                             stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout
    return json.loads(out.splitlines()[-1])


def load_in_place(rounds):
    model = models.tensorflow_model()
    size = sum(path.stat().st_size for path in model.rglob("*") if path.is_file())
    with fresh_directory(DATA) as work:
        subprocess.run([TFHUB, "publish", model, NAME, "--store", work / "store"], check=True, stdout=subprocess.DEVNULL)
        with LoggingHub(work / "store", work / "log") as hub:
            load(f"hub.{hub.url}/{NAME}")
            requests, sent = hub.sent()
        with LoggingHub(work / "store", work / "log") as hub:
            ours, theirs = in_turn(rounds, lambda: load(f"hub.{hub.url}/{NAME}"),
                                   lambda: load(TFHUB, "pull", f"{hub.url}/{NAME}"))
    yield Row("500 MB model in place: bytes fetched, times its size", f"{sent / 1e6:.1f} MB", f"{size / 1e6:.1f} MB",
              sent / size, 1.05, 1.01, less_is_better=True)
    yield Row("the same: bytes a request", f"{requests} requests", "", sent / requests / 1e6, 4, 6, unit="MB")
    yield Row("500 MB model, cold: load in place, times pull and load", f"{ours:.2f} s", f"{theirs:.2f} s", ours / theirs,
              1.2, 1.0, less_is_better=True)


CASES = [load_in_place]
