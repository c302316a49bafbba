"""An HTTP server that does what a test tells it, byte for byte: cut here, lie there, wait, redirect.

A path has a list of answers; each request takes the next, the last one repeats. Every request is recorded.
"""

import socket
import struct
import threading
import time
from dataclasses import dataclass, field


@dataclass
class Request:
    method: str
    target: str
    headers: dict
    time: float = field(default_factory=time.monotonic)

    @property
    def path(self) -> str:
        return self.target.partition("?")[0]

    @property
    def query(self) -> str:
        return self.target.partition("?")[2]


class FaultServer:
    def __init__(self, tls=None):
        self.host = "127.0.0.1"
        self.scheme = "https" if tls else "http"
        self._tls = tls
        self._answers: dict = {}
        self.requests: list[Request] = []
        self.connections = 0  # also those on which nothing was asked
        self._lock = threading.Lock()
        self._listener = socket.create_server((self.host, 0), backlog=512)
        self.port = self._listener.getsockname()[1]
        self._acceptor = threading.Thread(target=self._accept, daemon=True)
        self._acceptor.start()

    @property
    def url(self) -> str:
        return f"{self.scheme}://{self.host}:{self.port}"

    def on(self, path: str, *answers) -> str:
        """`answers`: functions (connection, request). Gives the URL."""
        self._answers[path] = list(answers)
        return self.url + path

    def seen(self, path: str, method: str = "GET") -> list:
        with self._lock:
            return [r for r in self.requests if r.path == path and r.method == method]

    def close(self):
        """From now on nobody listens there."""
        stop_listening(self._listener, self._acceptor)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def _accept(self):
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket):
        try:
            connection.settimeout(60)
            if self._tls:
                connection = self._tls.wrap_socket(connection, server_side=True)
            with connection:
                while request := read_request(connection):
                    with self._lock:
                        self.requests.append(request)
                        answers = self._answers.get(request.path)
                        answer = None
                        if answers:
                            answer = answers.pop(0) if len(answers) > 1 else answers[0]
                    if answer is None:
                        reply(404, b"nothing here")(connection, request)
                    elif answer(connection, request) == CLOSE:
                        return
        except OSError:
            pass  # the client went away, or the test closed the server


CLOSE = "close"


def stop_listening(listener, acceptor):
    """Wakes the thread that waits in accept and lets it end before the descriptor is closed: a thread that came back to
    accept after that would take the connections of whatever got the same number next."""
    if listener.fileno() >= 0:
        listener.shutdown(socket.SHUT_RDWR)
        acceptor.join()
        listener.close()


def read_request(connection) -> Request | None:
    data = b""
    while b"\r\n\r\n" not in data:
        block = connection.recv(65536)
        if not block:
            return None
        data += block
    return parse_head(data)


def parse_head(data: bytes) -> Request:
    method, target, _ = data.split(b"\r\n")[0].decode("latin-1").split(" ", 2)
    return Request(method, target, header_fields(data))


def header_fields(head: bytes) -> dict:
    """Of a request or an answer, by their names in small letters."""
    lines = head.split(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")
    return {k.strip().lower(): v.strip() for k, _, v in (line.partition(":") for line in lines[1:])}


def send_head(connection, status: int, headers: dict):
    lines = [f"HTTP/1.1 {status} X"] + [f"{k}: {v}" for k, v in headers.items()]
    connection.sendall(("\r\n".join(lines) + "\r\n\r\n").encode("latin-1"))


def reset(connection):
    """Ends the connection the hard way: the client gets RST, not an orderly end."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def reply(status: int, body: bytes = b"", **headers):
    headers = {k.replace("_", "-"): v for k, v in headers.items()}

    def answer(connection, request):
        send_head(connection, status, {"Content-Length": len(body), **headers})
        if request.method != "HEAD":
            connection.sendall(body)

    return answer


def redirect(status: int, location: str):
    return reply(status, b"", Location=location)


def stall(seconds: float = 30):
    """Takes the request and says nothing."""

    def answer(connection, request):
        time.sleep(seconds)
        return CLOSE

    return answer


def hang_up(connection, request):
    return CLOSE


class Body:
    """A file as an honest server has it, with one thing wrong where asked. Ranges and If-Range are understood.

    cut: after so many bytes of this answer the connection ends. drip: seconds between pieces of `piece` bytes.
    until: an event that all but the first piece wait for.
    """

    def __init__(self, data: bytes, etag: str | None = '"one"', ranges=True, content_type="application/gzip", **headers):
        self.data, self.etag, self.ranges = data, etag, ranges
        self.headers = {"Content-Type": content_type, **{k.replace("_", "-"): v for k, v in headers.items()}}

    def __call__(self, connection, request):
        return self.send(connection, request)

    def but(self, **faults):
        return lambda connection, request: self.send(connection, request, **faults)

    def send(self, connection, request, cut=None, hard=False, drip=0.0, piece=1 << 14, stall_at=None, stall_for=30.0,
             until=None, length=None, content_range=None, ignore_if_range=False, chunked=False):
        status, data, headers = 200, self.data, dict(self.headers)
        if self.etag:
            headers["ETag"] = self.etag
        if self.ranges:
            headers["Accept-Ranges"] = "bytes"
            wanted = request.headers.get("range", "")
            valid = ignore_if_range or request.headers.get("if-range", self.etag) == self.etag
            if wanted.startswith("bytes=") and valid:
                first, _, last = wanted[6:].partition("-")
                start, end = int(first), min(int(last or len(data) - 1), len(data) - 1)
                status, data = 206, data[start : end + 1]
                headers["Content-Range"] = content_range or f"bytes {start}-{end}/{len(self.data)}"
        if chunked:
            headers["Transfer-Encoding"] = "chunked"
        else:
            headers["Content-Length"] = len(data) if length is None else length
        send_head(connection, status, headers)
        if request.method == "HEAD":
            return None
        whole, data = data, data if cut is None else data[:cut]
        in_pieces = drip or stall_at is not None or until or chunked
        for start in range(0, len(data), piece) if in_pieces else [0]:
            block = data[start : start + piece] if in_pieces else data
            if until and start > 0:
                until.wait(60)
            if stall_at is not None and start >= stall_at:
                time.sleep(stall_for)
                return CLOSE
            connection.sendall(b"%x\r\n%s\r\n" % (len(block), block) if chunked else block)
            time.sleep(drip)
        if cut is not None and cut < len(whole) or length is not None:
            if hard:
                reset(connection)
            return CLOSE
        if chunked:
            connection.sendall(b"0\r\n\r\n")
        return None
