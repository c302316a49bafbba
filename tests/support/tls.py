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


def openssl(*args):
    subprocess.run(["openssl", *map(str, args)], check=True, capture_output=True)


def make_certificates(directory: Path, names=("hub.example", "gcs.tensorflow.google.cn")) -> Certificates:
    directory.mkdir(parents=True, exist_ok=True)
    ca, ca_key = directory / "ca.pem", directory / "ca.key"
    certificate, key, request = directory / "server.pem", directory / "server.key", directory / "server.csr"
    curve = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
    openssl("req", "-x509", *curve, "-keyout", ca_key, "-out", ca, "-days", 30, "-subj", "/CN=tfhub test authority",
            "-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=critical,keyCertSign")
    openssl("req", "-new", *curve, "-keyout", key, "-out", request, "-subj", "/CN=hub.example")
    extensions = directory / "extensions"
    extensions.write_text("subjectAltName=IP:127.0.0.1," + ",".join(f"DNS:{n}" for n in names) + "\n")
    openssl("x509", "-req", "-in", request, "-CA", ca, "-CAkey", ca_key, "-CAcreateserial", "-out", certificate,
            "-days", 30, "-extfile", extensions)
    return Certificates(ca, certificate, key)
