"""A forward proxy as https_proxy and http_proxy name it: CONNECT tunnels and absolute-form requests, all recorded."""

import socket
import threading
from urllib.parse import urlsplit

from support.fault_server import stop_listening


class ForwardProxy:
    """`to`: where everything is sent, whatever host the client named; so a test can use a host that does not exist."""

    def __init__(self, to: tuple):
        self._to = to
        self.lines: list[str] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._acceptor = threading.Thread(target=self._accept, daemon=True)
        self._acceptor.start()

    def _accept(self):
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client):
        with client, socket.create_connection(self._to) as server:
            head = b""
            while b"\r\n\r\n" not in head:
                block = client.recv(65536)
                if not block:
                    return
                head += block
            first, _, rest = head.partition(b"\r\n")
            self.lines.append(first.decode())
            method, target, version = first.decode().split()
            if method == "CONNECT":
                client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
                server.sendall(head.partition(b"\r\n\r\n")[2])
            else:
                url = urlsplit(target)
                path = (url.path or "/") + ("?" + url.query if url.query else "")
                server.sendall(f"{method} {path} {version}\r\nConnection: close\r\n".encode() + rest)
            threading.Thread(target=pump, args=(client, server), daemon=True).start()
            pump(server, client)

    def close(self):
        stop_listening(self._listener, self._acceptor)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def pump(source, target):
    try:
        while block := source.recv(65536):
            target.sendall(block)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        pass
