"""Deletes what is too old, a few rows at a time, and never for long."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol, TypeVar

from cronbeats.storage.database import Database, Transaction

_Found = TypeVar("_Found")

_FEWEST_ROWS, _FIRST_ROWS, _MOST_ROWS = 10, 100, 2_000
# Who has to wait for a step should hardly notice: it is to be over well within 50 ms.
_WANTED = timedelta(milliseconds=10)
# Of all time, one tenth.
_RESTS = 9
_LONGEST_REST = timedelta(seconds=10)


class Prune(Protocol):
    """Deletes up to `limit` rows of the time before a moment; returns how many went."""

    async def __call__(self, tx: Transaction, before: datetime, limit: int) -> int: ...


class Pace:
    """How many rows the next step may delete, and how long to rest before it.

    Each step that took long makes the next one smaller, one that was soon over a larger one. A
    step's time counts from the moment at which its transaction began, with whatever it waited for.
    """

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._rest = timedelta(0)
        self.rows = _FIRST_ROWS

    @property
    def rest_seconds(self) -> float:
        """How long to leave the database to others after the last step."""
        return self._rest.total_seconds()

    async def write(self, db: Database, prune: Callable[[Transaction], Awaitable[int]]) -> int:
        """Let `prune` delete up to `rows` rows in a transaction of its own; return how many went.

        Raises UnavailableError.
        """
        async with db.write() as tx:
            begun = self._clock()
            count = await prune(tx)
        self._learn(self._clock() - begun)
        return count

    async def read(self, db: Database, find: Callable[[Transaction], Awaitable[_Found]]) -> _Found:
        """Let `find` look for what may go. Raises UnavailableError."""
        async with db.read() as tx:
            begun = self._clock()
            found = await find(tx)
        self._rest_after(self._clock() - begun)
        return found

    def _learn(self, took: timedelta) -> None:
        self._rest_after(took)
        if took > _WANTED:
            self.rows = max(_FEWEST_ROWS, int(self.rows * (_WANTED / took)))
        elif took < _WANTED / 2:
            self.rows = min(_MOST_ROWS, self.rows * 2)

    def _rest_after(self, took: timedelta) -> None:
        # A clock that was set meanwhile has nothing to say.
        self._rest = min(max(_RESTS * took, timedelta(0)), _LONGEST_REST)


async def prune_what_is_old(
    db: Database,
    pace: Pace,
    prune: Prune,
    before: datetime,
) -> AsyncIterator[int]:
    """Call `prune` for the time before a moment until nothing is left, a step at a time.

    It is given the most rows that it may delete, and returns how many it did, as does each step.
    Raises UnavailableError.
    """
    count, most = 0, 0
    while count >= most:
        most = pace.rows
        count = await pace.write(db, partial(prune, before=before, limit=most))
        yield count
