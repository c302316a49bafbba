"""Servers that speak as the clouds' object stores do, on loopback: fake-gcs-server for gs://, versitygw for s3://."""

import http.client
import json
import subprocess
from pathlib import Path

from support.command import REPOSITORY, kill
from support.waiting import free_port, wait_until_it_listens

GO_TOOLS = REPOSITORY / "build/go"


class Emulator:
    """A program that keeps its buckets in a directory, so that it can be stopped and started again."""

    def __init__(self, root: Path):
        root.mkdir(parents=True, exist_ok=True)
        self.root, self.port, self.process = root, free_port(), None
        self.start()

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self):
        with open(self.root.with_suffix(".log"), "ab") as log:
            self.process = subprocess.Popen(self.command(), stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=self.environment())
        wait_until_it_listens(self.process, self.port, self.root.with_suffix(".log"))

    def keys(self, url: str) -> set:
        """The objects at this URL: both keep each in a file of its own."""
        root = self.root / url.partition("://")[2]
        return {str(path.relative_to(root)) for path in root.rglob("*") if path.is_file()}

    def stop(self):
        if self.process:
            kill(self.process)
            self.process = None

    def environment(self) -> dict:
        return {"PATH": "/usr/bin:/bin", "HOME": str(self.root)}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


class FakeGcs(Emulator):
    """Keeps nothing of who may do what: anonymous."""

    scheme = "gs"

    def command(self):
        return [GO_TOOLS / "fake-gcs-server", "-scheme", "http", "-host", "127.0.0.1", "-port", str(self.port), "-public-host",
                "storage.googleapis.com", "-external-url", self.endpoint, "-filesystem-root", self.root, "-log-level", "warn"]

    def settings(self) -> dict:
        """What a client needs in its environment."""
        return {"TFHUB_GCS_ENDPOINT": self.endpoint, "TFHUB_GCS_ANONYMOUS": "1"}

    def make_bucket(self, name: str) -> str:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        connection.request("POST", "/storage/v1/b?project=tests", json.dumps({"name": name}), {"Content-Type": "application/json"})
        answer = connection.getresponse()
        assert answer.status == 200, answer.read()
        connection.close()
        return f"gs://{name}"


class VersityGateway(Emulator):
    """Checks signatures as Amazon's does. A bucket is a directory."""

    scheme = "s3"
    ACCESS, SECRET = "tests", "not-a-secret"

    def command(self):
        return [GO_TOOLS / "versitygw", "--port", f"127.0.0.1:{self.port}", "--quiet", "posix", self.root]

    def environment(self):
        return super().environment() | {"ROOT_ACCESS_KEY": self.ACCESS, "ROOT_SECRET_KEY": self.SECRET}

    def settings(self) -> dict:
        return {"TFHUB_S3_ENDPOINT": self.endpoint, "AWS_ACCESS_KEY_ID": self.ACCESS, "AWS_SECRET_ACCESS_KEY": self.SECRET,
                "AWS_REGION": "us-east-1", "AWS_EC2_METADATA_DISABLED": "true"}

    def make_bucket(self, name: str) -> str:
        (self.root / name).mkdir()
        return f"s3://{name}"


EMULATORS = {"gs": FakeGcs, "s3": VersityGateway}
