"""A client that writes every byte itself."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.parser import BytesParser

import orjson

from tests.support.server import Json, Server

_PATIENCE_SECONDS = 30.0


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes

    def json(self) -> Json:
        read: Json = orjson.loads(self.body)
        return read


class Wire:
    """One connection."""

    def __init__(self, sock: socket.socket) -> None:
        self._socket = sock
        self._received = b""

    def send(self, *lines: str, body: bytes = b"") -> None:
        """Send a request's lines as they are, and `body` after them."""
        head = "".join(f"{line}\r\n" for line in (*lines, ""))
        self._socket.sendall(head.encode() + body)

    def send_bytes(self, part: bytes) -> None:
        """Send something as it is."""
        self._socket.sendall(part)

    def receive(self, *, has_body: bool = True) -> Answer:
        """Wait for the next answer."""
        while b"\r\n\r\n" not in self._received:
            assert self._read(), f"the connection ended after {self._received!r}"
        head, _, self._received = self._received.partition(b"\r\n\r\n")
        status_line, _, header_lines = head.partition(b"\r\n")
        headers = BytesParser().parsebytes(header_lines)
        length = int(headers["Content-Length"]) if has_body else 0
        while len(self._received) < length:
            assert self._read(), f"the connection ended after {self._received!r}"
        body, self._received = self._received[:length], self._received[length:]
        return Answer(int(status_line.split()[1]), body)

    def is_at_end(self) -> bool:
        """Wait for more; tell whether the server has closed the connection instead."""
        return not self._received and not self._read()

    def _read(self) -> bool:
        more = self._socket.recv(65536)
        self._received += more
        return bool(more)


@contextmanager
def connect(server: Server) -> Iterator[Wire]:
    """Open a connection, and close it after the block."""
    with socket.create_connection(("127.0.0.1", server.port), _PATIENCE_SECONDS) as sock:
        yield Wire(sock)
