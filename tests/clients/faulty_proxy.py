"""A proxy between a client and the server that does what networks do at times."""

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum, auto
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.support.server import Server

_PATIENCE_SECONDS = 30.0
_REFUSAL = b'{"status":"error","message":"Please try again"}'


class Fault(Enum):
    BUSY = 429
    UNAVAILABLE = 503
    NO_REQUEST = auto()
    """The connection ends before the server has heard anything."""
    NO_ANSWER = auto()
    """The server hears the request, but the client never hears the answer."""


class FaultyProxy(ThreadingHTTPServer):
    """Does one of `faults` to each request, and forwards what comes after these."""

    daemon_threads = True

    def __init__(self, server: Server) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.target = server
        self.faults: deque[Fault] = deque()
        self.requests = 0

    def forward(self, path: str, headers: dict[str, str], body: bytes) -> tuple[int, bytes]:
        connection = HTTPConnection("127.0.0.1", self.target.port, timeout=_PATIENCE_SECONDS)
        connection.request("POST", path, body, headers)
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        return answer.status, content


class _Handler(BaseHTTPRequestHandler):
    server: FaultyProxy

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.requests += 1
        fault = self.server.faults.popleft() if self.server.faults else None
        if fault is Fault.NO_REQUEST:
            return
        if fault in {Fault.BUSY, Fault.UNAVAILABLE}:
            self._answer(fault.value, _REFUSAL)
            return
        status, content = self.server.forward(self.path, dict(self.headers), body)
        if fault is None:
            self._answer(status, content)

    def _answer(self, status: int, content: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        """Keep quiet."""


@contextmanager
def proxy_to(server: Server) -> Iterator[FaultyProxy]:
    """Run a proxy while the block runs."""
    with FaultyProxy(server) as proxy:
        thread = threading.Thread(target=proxy.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield proxy
        finally:
            proxy.shutdown()
            thread.join()
