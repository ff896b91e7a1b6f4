"""A program on this machine that is told of alerts, as a user's own would be."""

import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from tests.support.machine import free_port, wait_until

_LONGEST_HANG_SECONDS = 60


@dataclass(frozen=True)
class Delivery:
    """One request: its body, read, and when it came, in unix seconds."""

    body: dict[str, Any]
    at: float

    @property
    def id(self) -> str:
        return str(self.body["id"])

    @property
    def kind(self) -> str:
        return str(self.body["type"])

    @property
    def job_id(self) -> int:
        return int(self.body["job"]["id"])

    @property
    def incident_id(self) -> int:
        return int(self.body["incident"]["id"])


class Receiver:
    """Keeps what it is sent. It takes everything until it is told to refuse, to fail or to hang.

    `attempts` is all that came, `taken` is what was answered with 200.
    """

    def __init__(self) -> None:
        self.port = free_port()
        self.secret = "hook-" + "s3cr3t" * 4
        self.url = f"http://127.0.0.1:{self.port}/{self.secret}"
        self.attempts: list[Delivery] = []
        self.taken: list[Delivery] = []
        self._status: int | None = 200
        self._awake = threading.Event()
        self._server: _HttpServer | None = None
        self.take()

    def take(self) -> None:
        """Answer everything with 200."""
        self.fail(200)

    def fail(self, status: int) -> None:
        """Answer everything with `status`."""
        self._status = status
        self._awake.set()
        if self._server is None:
            self._server = _HttpServer(self)

    def hang(self) -> None:
        """Accept connections and requests, and answer nothing until told otherwise."""
        self._awake.clear()
        self._status = None

    def refuse(self) -> None:
        """Accept no connections."""
        self._awake.set()
        if self._server is not None:
            self._server.end()
            self._server = None

    def answer(self, delivery: Delivery) -> int | None:
        """Note a request; return the status of its answer, None for no answer."""
        self.attempts.append(delivery)
        status = self._status
        if status is None:
            self._awake.wait(_LONGEST_HANG_SECONDS)
        elif status == 200:
            self.taken.append(delivery)
        return status

    def wait_for(self, count: int, seconds: float) -> list[Delivery]:
        """Wait until `count` alerts were taken, repeats not counted; return all that was taken."""
        what = f"{count} alerts arrived"
        wait_until(lambda: len({each.id for each in self.taken}) >= count, seconds, what)
        return list(self.taken)


class _HttpServer(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, receiver: Receiver) -> None:
        super().__init__(("127.0.0.1", receiver.port), _Handler)
        self.receiver = receiver
        self._thread = threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    def end(self) -> None:
        self.shutdown()
        self._thread.join()
        self.server_close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: a server that is killed breaks its connections off."""


class _Handler(BaseHTTPRequestHandler):
    server: _HttpServer
    # A connection ends with its answer, or it would outlive a receiver that refuses.
    protocol_version = "HTTP/1.0"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        status = self.server.receiver.answer(Delivery(json.loads(body), time.time()))
        if status is not None:
            self.send_response(status)
            self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Keep quiet."""


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """Give a receiver of alerts, which takes everything at first."""
    made = Receiver()
    yield made
    made.refuse()
