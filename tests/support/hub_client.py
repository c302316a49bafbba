"""Asking the tensorflow_hub process (tf_worker.py) from a test."""

import json
import os
import subprocess
import sys
from pathlib import Path


class TensorflowHubError(Exception):
    pass


class TensorflowHub:
    def __init__(self, scratch: Path):
        self._log = open(scratch / "tensorflow_hub.log", "a")
        env = {k: v for k, v in os.environ.items() if not k.startswith("TFHUB_") and not k.lower().endswith("_proxy")}
        self._process = subprocess.Popen(
            [sys.executable, "-P", Path(__file__).with_name("tf_worker.py")], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=self._log, text=True, env={**env, "TMPDIR": str(scratch), "CUDA_VISIBLE_DEVICES": "", "GCS_RETRY_CONFIG_MAX_RETRIES": "1"})
        self._ready = False
        self.pid = self._process.pid

    def begin(self, op: str, cache, env=None, **request):
        """Sends a request; its answer is fetched with end()."""
        if not self._ready:
            self._answer()
            self._ready = True
        settings = {"TFHUB_CACHE_DIR": str(cache), "no_proxy": "", **(env or {})}
        self._process.stdin.write(json.dumps({"op": op, "env": settings, **request}) + "\n")
        self._process.stdin.flush()

    def end(self):
        return self._answer()

    def __call__(self, op: str, cache, env=None, **request):
        self.begin(op, cache, env, **request)
        return self.end()

    def _answer(self):
        line = self._process.stdout.readline()
        assert line, "the tensorflow_hub process died"
        answer = json.loads(line)
        if "error" in answer:
            raise TensorflowHubError(answer["error"])
        return answer["value"]

    def close(self):
        self._process.stdin.close()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()
        self._log.close()
