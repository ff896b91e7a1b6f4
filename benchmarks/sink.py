"""A receiver in a process of its own that takes every POST at once and remembers it."""

from __future__ import annotations

import asyncio
import multiprocessing
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import cast

_ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
_HEADERS_END = b"\r\n\r\n"


@dataclass(frozen=True, slots=True)
class Taken:
    """One request: its `webhook-id`, its body, and when it came, in unix seconds."""

    id: str
    body: bytes
    at: float


class Sink:
    """The receiver, as its owner sees it."""

    def __init__(self, url: str, pipe: Connection, process: BaseProcess) -> None:
        self.url = url
        self._pipe = pipe
        self._process = process

    def count_later(self, seconds: float) -> int:
        """Wait, and return how many requests came since the last take()."""
        time.sleep(seconds)
        self._pipe.send("count")
        counted: int = self._pipe.recv()
        return counted

    def take(self) -> list[Taken]:
        """Return what came, and begin anew."""
        self._pipe.send("take")
        taken: list[Taken] = self._pipe.recv()
        return taken

    def end(self) -> None:
        """End the process."""
        self._pipe.send("end")
        self._process.join()


@contextmanager
def running_sink() -> Iterator[Sink]:
    """Run a sink on a free port of this machine."""
    context = multiprocessing.get_context("spawn")
    ours, its = context.Pipe()
    process = context.Process(target=_run, args=(its,), daemon=True)
    process.start()
    sink = Sink(f"http://127.0.0.1:{ours.recv()}/hook", ours, process)
    try:
        yield sink
    finally:
        sink.end()


class _Http(asyncio.Protocol):
    """Just enough of HTTP/1.1 for clients that send one request after the other."""

    def __init__(self, taken: list[Taken]) -> None:
        self._taken = taken
        self._buffer = b""
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while (end := self._buffer.find(_HEADERS_END)) >= 0:
            headers = _headers(self._buffer[:end])
            start = end + len(_HEADERS_END)
            stop = start + int(headers[b"content-length"])
            if len(self._buffer) < stop:
                return
            body, self._buffer = self._buffer[start:stop], self._buffer[stop:]
            self._taken.append(Taken(headers.get(b"webhook-id", b"").decode(), body, time.time()))
            self._transport.write(_ANSWER)


def _headers(head: bytes) -> dict[bytes, bytes]:
    lines = (line.partition(b":") for line in head.split(b"\r\n")[1:])
    return {name.lower(): value.strip() for name, _, value in lines}


def _run(pipe: Connection) -> None:
    asyncio.run(_serve(pipe))


async def _serve(pipe: Connection) -> None:
    taken: list[Taken] = []
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _Http(taken), "127.0.0.1", 0, backlog=1024)
    pipe.send(server.sockets[0].getsockname()[1])
    while (wish := await loop.run_in_executor(None, pipe.recv)) != "end":
        pipe.send(len(taken) if wish == "count" else taken)
        if wish == "take":
            taken.clear()
    server.close()
