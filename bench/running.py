"""basic-pitch loaded and run from C++, against TensorFlow's C API called plainly: bench/load_and_run.cc."""

import pathlib
import subprocess

from support import PYTHON, ROOT, TFHUB, Row, environment, fresh_directory, hub


def _printed(*command, **kwargs):
    return subprocess.run(list(map(str, command)), check=True, text=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                          **kwargs).stdout.strip()


def _library():
    packages = _printed(PYTHON, "-c", "import sysconfig; print(sysconfig.get_path('platlib'))")
    return pathlib.Path(packages) / "tensorflow" / "libtensorflow_cc.so.2"


def basic_pitch(rounds):
    """The handle is in the cache, the files are in memory, TensorFlow is open."""
    model, library = ROOT / _printed(ROOT / "scripts" / "basic_pitch.sh"), _library()
    with fresh_directory("/dev/shm") as work:
        _printed(TFHUB, "publish", model, "spotify/basic-pitch/1", "--store", work / "store")
        env = environment(work / "cache", TFHUB_TENSORFLOW=str(library))
        with hub(work / "store") as (_, port):
            handle = f"http://127.0.0.1:{port}/spotify/basic-pitch/1"
            path = _printed(TFHUB, "resolve", handle, env=env)
        figures = _printed(ROOT / "build" / "bench-tools" / "load_and_run", handle, path, library, rounds * 10, env=env)
    loaded, bare_loaded, run, bare_run = map(float, figures.split())
    for what, ours, peer in (("loading basic-pitch from a warm cache, and a run (C++)", loaded, bare_loaded),
                             ("one more run", run, bare_run)):
        yield Row(f"{what}, against the bare C API", f"{ours * 1000:.2f} ms", f"{peer * 1000:.2f} ms", ours / peer, 1.02, 1.01,
                  "of bare", less_is_better=True)


CASES = [basic_pitch]
