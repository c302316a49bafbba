"""A certificate authority of our own, made by openssl, and a certificate for 127.0.0.1 and a few names (localhost is none of them)."""

import ssl
import subprocess
from dataclasses import dataclass
from pathlib import Path


@dataclass
class Certificates:
    authority: Path
    certificate: Path
    key: Path

    def server_context(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate, self.key)
        return context


CURVE = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")


def openssl(*args):
    subprocess.run(["openssl", *map(str, args)], check=True, capture_output=True)


def make_certificates(directory: Path, names=("hub.example", "gcs.tensorflow.google.cn")) -> Certificates:
    directory.mkdir(parents=True, exist_ok=True)
    ca, ca_key = directory / "ca.pem", directory / "ca.key"
    certificate, key, request = directory / "server.pem", directory / "server.key", directory / "server.csr"
    openssl("req", "-x509", *CURVE, "-keyout", ca_key, "-out", ca, "-days", 30, "-subj", "/CN=tfhub test authority",
            "-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=critical,keyCertSign")
    sign(ca, ca_key, certificate, key, request, directory / "extensions", names)
    return Certificates(ca, certificate, key)


def make_another(of: Certificates, directory: Path, names=("hub.example",)) -> Certificates:
    """A certificate of the same authority, as after a renewal."""
    directory.mkdir(parents=True, exist_ok=True)
    certificate, key, request = directory / "server.pem", directory / "server.key", directory / "server.csr"
    sign(of.authority, of.authority.with_suffix(".key"), certificate, key, request, directory / "extensions", names)
    return Certificates(of.authority, certificate, key)


def sign(ca: Path, ca_key: Path, certificate: Path, key: Path, request: Path, extensions: Path, names):
    openssl("req", "-new", *CURVE, "-keyout", key, "-out", request, "-subj", "/CN=hub.example")
    extensions.write_text("subjectAltName=IP:127.0.0.1," + ",".join(f"DNS:{n}" for n in names) + "\n")
    openssl("x509", "-req", "-in", request, "-CA", ca, "-CAkey", ca_key, "-CAcreateserial", "-out", certificate,
            "-days", 30, "-extfile", extensions)
