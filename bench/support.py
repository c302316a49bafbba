"""What every benchmark needs: models made once, peers started on loopback, commands timed, rows printed.

A row is a ratio of two medians measured in the same run, in turn (ours, peer, ours, peer, ...), on the same
work, so that a machine whose speed drifts still gives an honest figure. No timing decides a test.
"""

import atexit
import contextlib
import dataclasses
import json
import os
import pathlib
import resource
import shutil
import signal
import socket
import statistics
import subprocess
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
TFHUB = os.environ.get("TFHUB_BIN", str(ROOT / "build" / "tfhub"))
PYTHON = str(ROOT / ".venv" / "bin" / "python")
DATA = ROOT / "build" / "bench-data"


@dataclasses.dataclass
class Row:
    """One line of the table: how many times better ours is than the peer (over 1 is better), or a plain figure."""

    what: str
    ours: str
    peer: str
    value: float
    at_least: float
    aim: float
    unit: str = "times"
    less_is_better: bool = False

    @property
    def verdict(self):
        def reached(goal):
            return self.value <= goal if self.less_is_better else self.value >= goal

        return "aim reached" if reached(self.aim) else "good" if reached(self.at_least) else "SHORT"


def print_row(row):
    print(
        f"{row.what:<66} {row.ours:>14} | {row.peer:>18} | {row.value:8.2f} {row.unit}"
        f" (at least {row.at_least:g}, aim {row.aim:g}): {row.verdict}",
        flush=True,
    )


def seconds(command, **kwargs):
    """Wall seconds of one run; it must succeed."""
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, **kwargs)
    return time.perf_counter() - start


def in_turn(rounds, *measures):
    """Median of each measure, run alternately."""
    figures = [[] for _ in measures]
    for _ in range(rounds):
        for measure, collected in zip(measures, figures):
            collected.append(measure())
    return [statistics.median(collected) for collected in figures]


@contextlib.contextmanager
def fresh_directory(base):
    """A new directory. One on a disk is removed when the whole run is over: for minutes after an inode is deleted, ext4
    looks at the disk before it gives out the next one of its group, which makes creating files ten times slower."""
    path = tempfile.mkdtemp(prefix="tfhub-bench-", dir=base)
    if base == DATA:
        atexit.register(shutil.rmtree, path, ignore_errors=True)
    try:
        yield pathlib.Path(path)
    finally:
        if base != DATA:
            shutil.rmtree(path, ignore_errors=True)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for_port(port, process):
    for _ in range(200):
        if process.poll() is not None:
            raise RuntimeError(f"{process.args[0]} ended with {process.returncode}")
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 0.2):
            return
        time.sleep(0.05)
    raise RuntimeError(f"{process.args[0]} does not answer on port {port}")


def stop(process):
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(15)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@contextlib.contextmanager
def nginx(root, locations=""):
    """nginx as its packagers tune it: sendfile, tcp_nopush, a worker a core, no access log."""
    port = free_port()
    with fresh_directory(None) as work:
        (work / "nginx.conf").write_text(f"""
worker_processes 2;
pid {work}/pid;
error_log {work}/error.log;
daemon off;
user root;
worker_rlimit_nofile 20000;
events {{ worker_connections 8000; }}
http {{
  access_log off; sendfile on; tcp_nopush on; tcp_nodelay on; keepalive_requests 100000000; keepalive_timeout 300s;
  client_body_temp_path {work}/b; proxy_temp_path {work}/p; fastcgi_temp_path {work}/f; uwsgi_temp_path {work}/u;
  scgi_temp_path {work}/s;
  server {{ listen 127.0.0.1:{port} reuseport; root {root}; {locations} }}
}}
""")
        process = subprocess.Popen(["nginx", "-c", str(work / "nginx.conf"), "-p", str(work)],
                                   stderr=subprocess.DEVNULL)
        try:
            wait_for_port(port, process)
            yield process.pid, port
        finally:
            stop(process)


@contextlib.contextmanager
def hub(store, *flags):
    """`tfhub serve` on a free port."""
    process = subprocess.Popen([TFHUB, "serve", "--store", str(store), "--listen", "127.0.0.1:0", *flags],
                               stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        line = process.stdout.readline()
        if "listening on" not in line:
            raise RuntimeError(f"tfhub serve did not start: {line!r}")
        yield process.pid, int(line.rsplit(":", 1)[1])
    finally:
        stop(process)


def process_tree(pid):
    children = pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid] + [deep for child in children for deep in process_tree(int(child))]


def cpu_seconds(pid):
    """User and system time of a process and its children so far."""
    ticks = 0
    for one in process_tree(pid):
        fields = pathlib.Path(f"/proc/{one}/stat").read_text().rsplit(")", 1)[1].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def resident_bytes(pid):
    total = 0
    for one in process_tree(pid):
        status = pathlib.Path(f"/proc/{one}/status").read_text()
        total += int(status.split("VmRSS:")[1].split()[0]) * 1024
    return total


def peak_memory(command, env):
    """The largest resident size of one run, in bytes, as the kernel accounts it."""
    pid = os.posix_spawnp(command[0], command, env, file_actions=[
        (os.POSIX_SPAWN_OPEN, 1, "/dev/null", os.O_WRONLY, 0)])
    _, status, usage = os.wait4(pid, 0)
    if status != 0:
        raise RuntimeError(f"{command} ended with {status}")
    return usage.ru_maxrss * 1024


def raise_file_limit(count):
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(count, hard), hard))


def environment(cache, **more):
    env = {key: value for key, value in os.environ.items() if not key.startswith("TFHUB_")}
    return {**env, "TFHUB_CACHE_DIR": str(cache), "TF_CPP_MIN_LOG_LEVEL": "3", **more}


def save(rows):
    path = ROOT / "build" / "bench.json"
    path.write_text(json.dumps([{**dataclasses.asdict(row), "verdict": row.verdict} for row in rows], indent=1))
    print(f"written to {path.relative_to(ROOT)}")
