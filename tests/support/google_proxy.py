"""Google's storage as TensorFlow reaches it, with no cloud at hand: a CONNECT proxy that ends TLS itself and asks fake-gcs-server.

What is meant for any other host is refused and noted: no call leaves the machine.
"""

import contextlib
import http.client
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from support.tls import Certificates, make_certificates

HOSTS = ("storage.googleapis.com", "www.googleapis.com")
OF_A_CONNECTION = {"connection", "transfer-encoding", "content-length"}


class Handler(BaseHTTPRequestHandler):
    """A tunnel is asked for, then TLS begins, then come requests as to Google."""

    protocol_version = "HTTP/1.1"

    def do_CONNECT(self):
        if self.path.removesuffix(":443") not in HOSTS:
            self.server.refused.append(self.path)
            return self.send_error(403)
        self.send_response(200)
        self.end_headers()
        self.connection = self.server.tls.wrap_socket(self.connection, server_side=True)
        self.rfile, self.wfile = self.connection.makefile("rb"), self.connection.makefile("wb")
        self.close_connection = False

    def do_GET(self):
        """The Host header stays: by it fake-gcs-server tells what is meant."""
        self.server.asked.append(f"https://{self.headers['Host']}{self.path}")
        body = self.read_body()
        to = http.client.HTTPConnection(*self.server.to, timeout=30)
        headers = {name: value for name, value in self.headers.items() if name.lower() not in OF_A_CONNECTION}
        to.request(self.command, self.path, body, headers)
        answer = to.getresponse()
        content = answer.read()
        self.send_response_only(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in OF_A_CONNECTION:
                self.send_header(name, value.replace("http://", "https://") if name == "Location" else value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)
        self.wfile.flush()
        to.close()

    def read_body(self) -> bytes:
        if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        body = b""
        while size := int(self.rfile.readline().partition(b";")[0], 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return body

    do_POST = do_DELETE = do_PUT = do_GET

    def finish(self):
        super().finish()
        self.connection.close()

    def log_message(self, *_):
        pass


class GoogleProxy(ThreadingHTTPServer):
    """`certificates` must be good for HOSTS; `to` is where fake-gcs-server listens."""

    daemon_threads = True

    def __init__(self, certificates: Certificates, to: tuple):
        super().__init__(("127.0.0.1", 0), Handler)
        self.to, self.tls, self.authority = to, certificates.server_context(), certificates.authority
        self.asked: list[str] = []  # URLs
        self.refused: list[str] = []
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def environment(self) -> dict:
        """For TensorFlow."""
        return {"https_proxy": f"http://127.0.0.1:{self.server_port}", "CURL_CA_BUNDLE": str(self.authority),
                "NO_GCE_CHECK": "true", "GOOGLE_AUTH_TOKEN_FOR_TESTING": "nobody", "no_proxy": "127.0.0.1"}

    def handle_error(self, request, client_address):
        pass  # the client went away

    def __exit__(self, *_):
        self.shutdown()
        self.server_close()


@contextlib.contextmanager
def google_before(cloud, directory):
    """The way by which the unmodified TensorFlow reaches this cloud (gs); nobody else is asked."""
    certificates = make_certificates(directory / "certificates", names=HOSTS)
    with GoogleProxy(certificates, to=("127.0.0.1", cloud.port)) as proxy:
        yield proxy
    assert proxy.refused == []
