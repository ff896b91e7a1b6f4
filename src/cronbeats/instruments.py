"""What a server counts and measures while it works: plain numbers, read only when somebody asks.

They lie in memory that the processes of one server share, a row for each process, so that whoever
of them is asked can tell of all. Each writes to its own row alone, so nobody waits for anybody.
"""

from __future__ import annotations

import mmap
import os
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import accumulate, product

from cronbeats.domain.integration import IntegrationKind

_BYTES_OF_A_NUMBER = 8
# From the fastest commit to the last moment at which a client still listens.
_COMMIT_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
_BATCH_SIZES = (1, 2, 5, 10, 20, 50, 100, 200, 500)
# A look comes a quarter of a second behind the clock; from 5 s on something is wrong.
_LAG_SECONDS = (0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0)


class PingOutcome(StrEnum):
    """What a ping was answered."""

    ACCEPTED = "accepted"
    INVALID = "invalid"
    NOT_FOUND = "not_found"
    TOO_MANY = "too_many"
    ERROR = "error"
    UNAVAILABLE = "unavailable"


class DeliveryResult(StrEnum):
    """How an attempt to deliver a message ended."""

    SENT = "sent"
    RETRIED = "retried"
    FAILED = "failed"


class Door(StrEnum):
    """Who knocks: jobs, programs, people."""

    PING = "ping"
    API = "api"
    WEB = "web"


class Counter:
    """A number that only grows."""

    __slots__ = ("_at", "_cells")

    def __init__(self, cells: memoryview[float], at: int) -> None:
        self._cells = cells
        self._at = at

    def add(self, amount: float = 1) -> None:
        """Add to the number."""
        self._cells[self._at] += amount


class Histogram:
    """How many of the values were at most so large, for some bounds, and their sum."""

    __slots__ = ("_at", "_bounds", "_cells")

    def __init__(self, cells: memoryview[float], at: int, bounds: Sequence[float]) -> None:
        self._cells = cells
        self._at = at
        self._bounds = bounds

    def observe(self, value: float) -> None:
        """Count one value."""
        self._cells[self._at + bisect_left(self._bounds, value)] += 1
        self._cells[self._at + len(self._bounds) + 1] += value


@dataclass(frozen=True, slots=True)
class Distribution:
    """What a histogram holds: each bound with how many values are at most that, and their sum.

    The last bound is infinite.
    """

    counts: tuple[tuple[float, int], ...]
    total: float


@dataclass(frozen=True, slots=True)
class Readings:
    """What all processes of a server have counted since it was started.

    `process_ids` are theirs, by the number of each, from 1 on.
    """

    pings: Mapping[PingOutcome, int]
    overloads: Mapping[Door, int]
    deliveries: Mapping[tuple[IntegrationKind, DeliveryResult], int]
    batch_sizes: Distribution
    commit_seconds: Distribution
    look_lag_seconds: Distribution
    process_ids: Mapping[int, int]


class Memory:
    """Numbers for so many processes; those that are forked from this one share them."""

    def __init__(self, processes: int = 1) -> None:
        self.processes = processes
        # Shared and anonymous: it is gone with the last of the processes.
        self._map = mmap.mmap(-1, processes * _ROW * _BYTES_OF_A_NUMBER)

    def row(self, process: int) -> memoryview[float]:
        """Return the numbers of a process, which count from 0."""
        begin = process * _ROW * _BYTES_OF_A_NUMBER
        return memoryview(self._map)[begin : begin + _ROW * _BYTES_OF_A_NUMBER].cast("d")


class Instruments:
    """The instruments of one process, and the reading of all of them.

    A process that takes the place of one that ended counts on from where that one was.
    """

    def __init__(self, memory: Memory | None = None, process: int = 0) -> None:
        self._memory = memory or Memory()
        cells = self._memory.row(process)
        cells[_PROCESS_ID] = os.getpid()
        self.pings = {each: Counter(cells, at) for each, at in _PINGS.items()}
        self.overloads = {each: Counter(cells, at) for each, at in _OVERLOADS.items()}
        self.deliveries = {each: Counter(cells, at) for each, at in _DELIVERIES.items()}
        self.batch_sizes = Histogram(cells, *_BATCHES)
        self.commit_seconds = Histogram(cells, *_COMMITS)
        self.look_lag_seconds = Histogram(cells, *_LAGS)

    def read(self) -> Readings:
        """Return what all processes have counted up to now."""
        rows = [self._memory.row(process) for process in range(self._memory.processes)]
        cells = [sum(numbers) for numbers in zip(*rows, strict=True)]
        process_ids = {number: int(row[_PROCESS_ID]) for number, row in enumerate(rows, start=1)}
        return Readings(
            {each: int(cells[at]) for each, at in _PINGS.items()},
            {each: int(cells[at]) for each, at in _OVERLOADS.items()},
            {each: int(cells[at]) for each, at in _DELIVERIES.items()},
            _distribution(cells, *_BATCHES),
            _distribution(cells, *_COMMITS),
            _distribution(cells, *_LAGS),
            {number: process_id for number, process_id in process_ids.items() if process_id},
        )


def _distribution(cells: Sequence[float], at: int, bounds: Sequence[float]) -> Distribution:
    counts = accumulate(int(count) for count in cells[at : at + len(bounds) + 1])
    limits = (*bounds, float("inf"))
    return Distribution(tuple(zip(limits, counts, strict=True)), cells[at + len(bounds) + 1])


def _after(histogram: tuple[int, Sequence[float]]) -> int:
    at, bounds = histogram
    return at + len(bounds) + 2


# Where in a row each number is; a histogram has one for each bound, one beyond, and the sum.
_PROCESS_ID = 0
_PINGS = {each: at for at, each in enumerate(PingOutcome, _PROCESS_ID + 1)}
_DELIVERIES = {
    each: at for at, each in enumerate(product(IntegrationKind, DeliveryResult), 1 + len(_PINGS))
}
_BATCHES = (1 + len(_PINGS) + len(_DELIVERIES), _BATCH_SIZES)
_COMMITS = (_after(_BATCHES), _COMMIT_SECONDS)
_LAGS = (_after(_COMMITS), _LAG_SECONDS)
_OVERLOADS = {each: at for at, each in enumerate(Door, _after(_LAGS))}
_ROW = _after(_LAGS) + len(_OVERLOADS)
