"""Jobs that ping all the time, as fast as the server lets them or as slowly as they are told."""

import itertools
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from http.client import HTTPConnection, HTTPException
from uuid import uuid4

from tests.support.machine import wait_until
from tests.support.server import Json, Server

# Longer than the server makes anybody wait.
_PATIENCE_SECONDS = 20.0
_CYCLE_PAUSE_SECONDS = 0.2


class Busy:
    """Threads that do something again and again."""

    def __init__(self, *work: Callable[[], None]) -> None:
        self._is_over = threading.Event()
        self._threads = [threading.Thread(target=each) for each in work]

    def begin(self) -> None:
        for thread in self._threads:
            thread.start()

    def end(self) -> None:
        """Let each thread finish what it is at."""
        self._is_over.set()
        for thread in self._threads:
            thread.join()


@contextmanager
def running(*busy: Busy) -> Iterator[None]:
    """Keep them busy while the block runs."""
    for each in busy:
        each.begin()
    try:
        yield
    finally:
        for each in busy:
            each.end()


class Load(Busy):
    """Pings from several threads, each over a keep-alive connection, each with its own text.

    `acknowledged` holds the texts that were answered with 200, `answers` counts the statuses;
    0 stands for a connection that broke, or that was never made.
    """

    def __init__(
        self,
        servers: Sequence[Server],
        jobs: Sequence[Json],
        threads: int = 4,
        pause_seconds: float = 0.01,
    ) -> None:
        self.acknowledged: set[str] = set()
        self.answers: Counter[int] = Counter()
        self._name = uuid4().hex[:8]
        self._pause_seconds = pause_seconds
        self._keys = [job["job_key"] for job in jobs]
        self._lock = threading.Lock()
        ports = [servers[number % len(servers)].port for number in range(threads)]
        super().__init__(*(partial(self._run, *each) for each in enumerate(ports)))

    def count(self, status: int) -> int:
        """Return how many pings were answered so up to now."""
        with self._lock:
            return self.answers[status]

    def wait_for(self, count: int, status: int = 200, seconds: float = 30) -> None:
        """Wait until `count` more pings were answered with `status`."""
        target = self.count(status) + count
        wait_until(lambda: self.count(status) >= target, seconds, f"{count} answers of {status}")

    def _run(self, number: int, port: int) -> None:
        connection = connect(port)
        for turn in itertools.count(number):
            if self._is_over.is_set():
                break
            text = f"{self._name}-{number}-{turn}"
            status = knock(connection, self._keys[turn % len(self._keys)], text)
            with self._lock:
                self.answers[status] += 1
                if status == 200:
                    self.acknowledged.add(text)
            time.sleep(self._pause_seconds)
        connection.close()


class Flapper(Busy):
    """A job that fails and succeeds in turn, and sends each signal until it is acknowledged.

    `cycles` counts its failures that were followed by a success; it ends with a success.
    """

    def __init__(self, server: Server, job: Json) -> None:
        self.job = job
        self.cycles = 0
        self.database_url = server.database_url
        self._connection = connect(server.port)
        super().__init__(self._run)

    def _run(self) -> None:
        while not self._is_over.is_set():
            self._insist("/end/fail")
            # What is over before anybody could be told of it is not told.
            time.sleep(_CYCLE_PAUSE_SECONDS)
            self._insist("/end/success")
            self.cycles += 1
            time.sleep(_CYCLE_PAUSE_SECONDS)
        self._connection.close()

    def _insist(self, action: str) -> None:
        key = f"{self.job['job_key']}{action}"
        wait_until(lambda: knock(self._connection, key) == 200, 60, f"{action} is acknowledged")


def connect(port: int) -> HTTPConnection:
    """Return a connection that is made when it is first used, and again when it broke."""
    return HTTPConnection("127.0.0.1", port, timeout=_PATIENCE_SECONDS)


def knock(connection: HTTPConnection, key: str, text: str = "") -> int:
    """Ping once; return the status, 0 if there was no answer."""
    try:
        connection.request("POST", f"/ping/{key}", text.encode())
        answer = connection.getresponse()
        answer.read()
    except (OSError, HTTPException):
        connection.close()
        return 0
    return answer.status
