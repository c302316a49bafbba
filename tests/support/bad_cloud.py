"""A cloud on its bad days: a proxy before an emulator that refuses, cuts, dawdles and goes away when a test says so.

Requests pass as they are (the signatures hold: Host and headers stay), unless a fault is planned for them. All are recorded.
"""

import re
import socket
import threading
import urllib.parse

from support.fault_server import CLOSE, Request, header_fields, parse_head, reset, send_head, stop_listening

BLOCK = 1 << 16
OF_ONE_UPLOAD = re.compile("(upload_?id|blockid)=[^&]*", re.IGNORECASE)  # Azure's blocks have another when they are sent again
XML = "<Error><Code>{code}</Code><Message>planned by a test</Message></Error>"
SAYS = {  # what each cloud's clients are used to
    "gs": '{{"error": {{"code": {status}, "message": "planned by a test", "errors": [{{"reason": "planned"}}]}}}}',
    "s3": XML,
    "az": XML,
}
CODES = {
    "s3": {404: "NoSuchUpload", 429: "TooManyRequests", 500: "InternalError", 503: "SlowDown"},
    "az": {404: "BlobNotFound", 429: "TooManyRequests", 500: "InternalError", 503: "ServerBusy"},
}


class Plan:
    """Which requests meet which faults."""

    def __init__(self, method: str, target: str, faults: tuple, always=False, each=False):
        self._methods, self._target = method.split("|"), re.compile(target)
        self._faults, self._again, self._each = faults, always or each, each
        self._known: set = set()
        self.met = 0

    def take(self, request: Request):
        if request.method not in self._methods or not self._target.search(request.target) or self._is_over():
            return None
        if self._each:
            known = (request.method, OF_ONE_UPLOAD.sub("", request.target))
            if known in self._known:
                return None
            self._known.add(known)
        self.met += 1
        return self._faults[(self.met - 1) % len(self._faults)]

    def _is_over(self) -> bool:
        return self.met == len(self._faults) and not self._again


class BadCloud:
    """`emulator`: what it stands before. It has no faults until plan()."""

    def __init__(self, emulator):
        self.emulator, self.scheme = emulator, emulator.scheme
        self.requests: list[Request] = []
        self._plans: list[Plan] = []
        self._lock = threading.Lock()
        self._connections: set = set()
        self.forlorn = 0  # connections for which there was no cloud
        self.over = threading.Event()
        self.port = 0
        self.come_back()

    def settings(self) -> dict:
        """The emulator's, but for where it is."""
        there, here = (f"http://127.0.0.1:{port}" for port in (self.emulator.port, self.port))
        return {name: value.replace(there, here) for name, value in self.emulator.settings().items()}

    def plan(self, method: str, target: str, *faults, **how) -> Plan:
        """The next requests of this method ("GET|HEAD") whose target matches meet these faults, one after the other. always: all of
        them do, in rotation; each: each does when it is made for the first time, and passes when it is made again."""
        plan = Plan(method, target, faults, **how)
        with self._lock:
            self._plans.append(plan)
        return plan

    def call_off(self):
        """From now on all is well; who is being stalled is let go."""
        with self._lock:
            self._plans.clear()
            over, self.over = self.over, threading.Event()
        over.set()

    def seen(self, method: str, target: str) -> list:
        with self._lock:
            return [r for r in self.requests if r.method in method.split("|") and re.search(target, r.target)]

    def go_away(self):
        """Connections are cut, new ones refused."""
        stop_listening(self._listener, self._acceptor)
        with self._lock:
            connections = list(self._connections)
        for connection in connections:
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass  # it was over

    def come_back(self):
        self._listener = socket.create_server(("127.0.0.1", self.port), backlog=512)
        self.port = self._listener.getsockname()[1]
        self._acceptor = threading.Thread(target=self._accept, args=(self._listener,), daemon=True)
        self._acceptor.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.call_off()
        self.go_away()

    def _accept(self, listener):
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client):
        with self._lock:
            self._connections.add(client)
        try:
            with client, self._connect() as server:
                for one in (client, server):
                    one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                with client.makefile("rb") as asked, server.makefile("rb") as answered:
                    while head := read_head(asked):
                        exchange = Exchange(self, head, client, asked, server, answered)
                        fault = self._fault_of(exchange.request) or Exchange.pass_on
                        if fault(exchange) == CLOSE:
                            return
        except OSError:
            pass  # one of the two went away
        finally:
            with self._lock:
                self._connections.discard(client)

    def _connect(self):
        try:
            return socket.create_connection(("127.0.0.1", self.emulator.port))
        except OSError:
            with self._lock:
                self.forlorn += 1
            raise

    def _fault_of(self, request):
        with self._lock:
            self.requests.append(request)
            return next((fault for plan in self._plans if (fault := plan.take(request))), None)


class Exchange:
    """A request on its way to the cloud, and the answer on its way back."""

    def __init__(self, cloud: BadCloud, head: bytes, client, asked, server, answered):
        self.cloud, self.head, self.request, self.over = cloud, head, parse_head(head), cloud.over
        self._client, self._asked, self._server, self._answered = client, asked, server, answered

    def pass_on(self):
        return self.tell(self.ask())

    def ask(self, up_to=None) -> bytes:
        """Passes the request on, or only so many bytes of its body. The head of the answer to the whole."""
        self._server.sendall(self.head)
        whole = send(body(self._asked, self.request.headers), self._server, up_to)
        return read_head(self._answered) if whole else b""

    def tell(self, head: bytes, up_to=None, piece=BLOCK, pause=0.0):
        """Passes the answer on, or only so many bytes of its body; `pause`: seconds after each `piece` bytes."""
        self._client.sendall(head)
        fields, status = header_fields(head), head.split(b" ", 2)[1]
        if self.request.method != "HEAD" and status not in (b"204", b"304"):
            send(body(self._answered, fields, piece), self._client, up_to, lambda: self.over.wait(pause))
        return CLOSE if fields.get("connection", "").lower() == "close" else None

    def answer(self, status: int, headers: dict, text: bytes):
        """Not the cloud's, but ours."""
        for _ in body(self._asked, self.request.headers):
            pass
        send_head(self._client, status, {"Content-Length": len(text), **headers})
        if self.request.method != "HEAD":
            self._client.sendall(text)

    def cut(self):
        """Hard: what was sent and not yet read is lost, too."""
        reset(self._client)
        return CLOSE


def reads_of(key: str) -> str:
    """The targets by which the bytes of an object are asked for (Google's is asked for what it knows of it by the same path). `key`: how
    its key ends."""
    return rf"({re.escape(key)}$|{re.escape(urllib.parse.quote(key, safe=''))}\?alt=media$)"


# The faults: functions of an exchange.


def refuse(status: int, **headers):
    """In the words of the cloud that this is."""

    def fault(exchange):
        text = SAYS[exchange.cloud.scheme].format(status=status, code=CODES.get(exchange.cloud.scheme, {}).get(status, "Planned"))
        exchange.answer(status, {k.replace("_", "-"): v for k, v in headers.items()}, text.encode())

    return fault


def cut_request(after: int):
    """The connection breaks after so many bytes of the request's body."""

    def fault(exchange):
        exchange.ask(up_to=after)
        return exchange.cut()

    return fault


def cut_answer(after: int):
    """The connection ends after so many bytes of the answer's body."""

    def fault(exchange):
        exchange.tell(exchange.ask(), up_to=after)
        return CLOSE

    return fault


def lose_answer(exchange):
    """What was asked is done, and the connection breaks before a word of it comes back."""
    exchange.ask()
    return exchange.cut()


def delay(seconds: float):
    def fault(exchange):
        exchange.over.wait(seconds)
        return exchange.pass_on()

    return fault


def trickle(piece: int, pause: float):
    """The answer comes in drops."""
    return lambda exchange: exchange.tell(exchange.ask(), piece=piece, pause=pause)


def stall(exchange):
    """Takes the request and says nothing until all is called off."""
    exchange.over.wait()
    return CLOSE


def stall_after(count: int):
    """The same in the midst of an answer."""

    def fault(exchange):
        exchange.tell(exchange.ask(), up_to=count)
        return stall(exchange)

    return fault


def without_range(exchange):
    """As by what does not know ranges: the whole, whatever part was asked for. (S3's signature covers the range: it would be refused.)"""
    lines = exchange.head.split(b"\r\n")
    exchange.head = b"\r\n".join(line for line in lines if not line.lower().startswith(b"range:"))
    return exchange.pass_on()


def send(blocks, target, up_to=None, after_each=None) -> bool:
    """False: it was to end before its end."""
    for block in blocks:
        target.sendall(block if up_to is None else block[:up_to])
        if up_to is not None and len(block) > up_to:
            return False
        up_to = None if up_to is None else up_to - len(block)
        if after_each:
            after_each()
    return True


def read_head(stream) -> bytes:
    """Up to the empty line; nothing when the other side is done."""
    head = b""
    while line := stream.readline():
        head += line
        if line == b"\r\n":
            return head
    return b""


def body(stream, headers: dict, piece=BLOCK):
    """Its bytes as they go over the wire, in blocks."""
    if "chunked" in headers.get("transfer-encoding", ""):
        while True:
            line = stream.readline()
            size = int(line.split(b";")[0] or b"0", 16)  # nothing: the other side went away
            yield line + stream.read(size + 2)
            if size == 0:
                return
    left = int(headers.get("content-length", 0))
    while left > 0:
        block = stream.read1(min(left, piece))
        if not block:
            raise ConnectionError("the other side went away")
        left -= len(block)
        yield block
