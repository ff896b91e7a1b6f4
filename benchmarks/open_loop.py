"""Requests that come at their own pace, whether the earlier ones were answered or not."""

from __future__ import annotations

import asyncio
import time
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from itertools import cycle
from typing import cast

import uvloop

from cronbeats.cli.connections import make_room

_TICK_SECONDS = 0.005
_LONGEST_ANSWER_SECONDS = 10.0
_STATUS = slice(len("HTTP/1.1 "), len("HTTP/1.1 200"))


@dataclass(slots=True)
class Heard:
    """What became of the requests: how many of each status, and after how many milliseconds.

    Times are those of requests that were sent after `timed_from`. For `unsent` ones there was no
    connection left; the status 0 stands for one that broke, or that was never answered.
    """

    answers: Counter[int] = field(default_factory=Counter)
    milliseconds: dict[int, list[float]] = field(default_factory=dict)
    unsent: int = 0
    timed_from: float = 0.0

    @property
    def sent(self) -> int:
        """How many were sent."""
        return self.answers.total()

    def note(self, status: int, asked_at: float) -> None:
        """Know of an answer to what was asked at a moment."""
        self.answers[status] += 1
        if asked_at >= self.timed_from:
            passed = (time.perf_counter() - asked_at) * 1000
            self.milliseconds.setdefault(status, []).append(passed)

    def quantile(self, status: int, share: float) -> float:
        """Return within how many milliseconds that share of a status's answers came; 0 if none."""
        ordered = sorted(self.milliseconds.get(status, ()))
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else 0.0


@dataclass(frozen=True, slots=True)
class Load:
    """So many requests a second, for so long, over that many connections at most."""

    rate: int
    seconds: float
    connections: int
    untimed_seconds: float = 0.0


def flood(port: int, keys: Sequence[str], load: Load) -> Heard:
    """Ping jobs in turn; only what comes after the untimed seconds is timed."""
    make_room()
    return uvloop.run(_flood(port, cycle(keys), load))


async def _flood(port: int, keys: Iterator[str], load: Load) -> Heard:
    heard = Heard(timed_from=time.perf_counter() + load.untimed_seconds)
    free, opened = deque[_Connection](), list[_Connection]()
    connect = partial(_Connection, heard, free)
    loop = asyncio.get_running_loop()
    begun, due = loop.time(), 0
    while (passed := loop.time() - begun) < load.seconds:
        for _ in range(due, round(passed * load.rate)):
            if not free and len(opened) < load.connections:
                with suppress(OSError):
                    _, made = await loop.create_connection(connect, "127.0.0.1", port)
                    opened.append(made)
                    free.append(made)
            if free:
                free.popleft().ask(next(keys))
            else:
                heard.unsent += 1
        due = round(passed * load.rate)
        await asyncio.sleep(_TICK_SECONDS)
    for _ in range(round(_LONGEST_ANSWER_SECONDS / _TICK_SECONDS)):
        if not any(each.is_waiting for each in opened):
            break
        await asyncio.sleep(_TICK_SECONDS)
    for each in opened:
        each.close()
    return heard


class _Connection(asyncio.Protocol):
    """One connection; it is free again when its request was answered."""

    def __init__(self, heard: Heard, free: deque[_Connection]) -> None:
        self._heard = heard
        self._free = free
        self._transport: asyncio.Transport | None = None
        self._asked_at: float | None = None
        self._received = b""

    @property
    def is_waiting(self) -> bool:
        return self._asked_at is not None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's are no asyncio.Transport by name.
        self._transport = cast("asyncio.Transport", transport)

    def ask(self, key: str) -> None:
        self._asked_at = time.perf_counter()
        if self._transport is None or self._transport.is_closing():
            self._end(0)
        else:
            self._transport.write(b"GET /ping/%b HTTP/1.1\r\nHost: beats\r\n\r\n" % key.encode())

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, found, body = self._received.partition(b"\r\n\r\n")
        if not found:
            return
        _, _, after = head.lower().partition(b"content-length:")
        if len(body) >= int(after.partition(b"\r\n")[0]):
            self._received = b""
            self._end(int(head[_STATUS]))
            self._free.append(self)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002
        if self.is_waiting:
            self._end(0)

    def close(self) -> None:
        if self.is_waiting:
            self._end(0)
        if self._transport is not None:
            self._transport.close()

    def _end(self, status: int) -> None:
        if self._asked_at is not None:
            self._heard.note(status, self._asked_at)
            self._asked_at = None
