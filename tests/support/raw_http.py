"""HTTP as bytes on a socket: what is sent is exactly what the test wrote."""

import http.client
import re
import socket
from contextlib import suppress
from dataclasses import dataclass


@dataclass
class Response:
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    def __getitem__(self, name: str) -> str | None:
        return self.headers.get(name)

    def json(self):
        import json

        return json.loads(self.body)

    @property
    def text(self) -> str:
        return self.body.decode()


def request(server, method: str, target: str, headers: dict | None = None, body: bytes | None = None) -> Response:
    """One request on a connection of its own; redirects are not followed, nothing is added but a Host where there is none."""
    connection = http.client.HTTPConnection(server.host, server.port, timeout=20)
    try:
        connection.putrequest(method, target, skip_host="Host" in (headers or {}), skip_accept_encoding=True)
        for name, value in (headers or {}).items():
            connection.putheader(name, value)
        if body is not None:
            connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body)
        answer = connection.getresponse()
        return Response(answer.status, answer.headers, answer.read())
    finally:
        connection.close()


def get(server, target: str, **headers) -> Response:
    return request(server, "GET", target, {k.replace("_", "-"): v for k, v in headers.items()})


def head(server, target: str, **headers) -> Response:
    return request(server, "HEAD", target, {k.replace("_", "-"): v for k, v in headers.items()})


def connect(server, timeout=20) -> socket.socket:
    return socket.create_connection((server.host, server.port), timeout=timeout)


def exchange(server, data: bytes, timeout=60, last=False) -> bytes:
    """Sends bytes as they are and reads until the server closes; a silence of `timeout` is a failure.

    last: the server is told that no more comes.
    """
    with connect(server, timeout) as stream:
        received = bytearray()
        try:
            with suppress(ConnectionError):  # the server may refuse before it has read everything; what it said is read below
                stream.sendall(data)
                if last:
                    stream.shutdown(socket.SHUT_WR)
            with suppress(ConnectionResetError):  # closed as well
                while block := stream.recv(65536):
                    received += block
        except TimeoutError:
            raise AssertionError(f"the connection stands still for {timeout} s after {data[:100]!r}: {bytes(received[:300])!r}") from None
        return bytes(received)


def statuses(received: bytes) -> list:
    """The status codes of the responses in `received`."""
    return [int(code) for code in re.findall(rb"HTTP/1\.[01] (\d\d\d) ", received)]
