"""Deletes what is too old, a few rows at a time, and never for long."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Protocol, TypeVar

from sqlalchemy import (
    Column,
    ColumnElement,
    Delete,
    Dialect,
    delete,
    literal_column,
    select,
    tuple_,
)

from cronbeats.storage.database import Database, Transaction
from cronbeats.storage.drivers import Script, Statement, Step

_Found = TypeVar("_Found")

_FEWEST_ROWS, _FIRST_ROWS, _MOST_ROWS = 50, 100, 1_000
# Nobody should wait for a step longer than 50 ms, however busy the machine is otherwise.
_WANTED = timedelta(milliseconds=5)
# Of all time, one tenth.
_RESTS = 9
_LONGEST_REST = timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class Gone:
    """What one step deleted: how many rows, and for how long it kept others from writing."""

    count: int
    took: timedelta


class Prune(Protocol):
    """Returns what deletes up to `limit` rows of the time before a moment."""

    def __call__(self, before: datetime, limit: int) -> Delete: ...


class Pace:
    """How many rows the next step may delete, and how long to rest before it.

    Each step that took long makes the next one smaller, one that was soon over a larger one. A
    step's time is that of its one statement, with its commit and whatever that waited for: nobody
    waits while the step waits for us.
    """

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._rest = timedelta(0)
        self.rows = _FIRST_ROWS

    @property
    def rest_seconds(self) -> float:
        """How long to leave the database to others after the last step."""
        return self._rest.total_seconds()

    def begin_anew(self) -> None:
        """Begin with small steps: the next rows may be of another kind, and cost more."""
        self.rows = _FIRST_ROWS

    async def delete(self, db: Database, build: Callable[[Dialect], Delete]) -> int:
        """Run a statement that deletes about `rows` rows, by itself; return how many went.

        Should the machine crash, rows of a file may be there again: they are as old as they were.
        Raises UnavailableError.
        """
        gone = await db.run_lightly(
            lambda dialect: _script(dialect, build(dialect), self._clock), is_large=True
        )
        self._learn(gone.took)
        return gone.count

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


def delete_old(
    is_old: ColumnElement[bool], limit: int, *order: Column[Any], skip_locked: bool = False
) -> Delete:
    """Return what deletes up to `limit` rows of the table of `order`, the first in that order.

    With `skip_locked`, what somebody uses at this moment can wait for the next time.
    """
    table = order[0].table
    key = tuple(table.primary_key)
    old = select(*key).where(is_old).order_by(*order).limit(limit)
    if skip_locked:
        old = old.with_for_update(skip_locked=True)
    return delete(table).where((key[0] if len(key) == 1 else tuple_(*key)).in_(old))


async def prune_what_is_old(
    db: Database,
    pace: Pace,
    prune: Prune,
    before: datetime,
) -> AsyncIterator[int]:
    """Delete what `prune` says of the time before a moment until nothing is left, step by step.

    Each step tells how many rows went. Raises UnavailableError.
    """
    pace.begin_anew()
    count, most = 0, 0
    while count >= most:
        most = pace.rows
        count = await pace.delete(db, partial(_for_any, prune(before, most)))
        yield count


def _for_any(statement: Delete, _dialect: Dialect) -> Delete:
    return statement


def _script(dialect: Dialect, statement: Delete, clock: Callable[[], datetime]) -> Script[Gone]:
    step = _step(dialect, statement)
    begun = clock()
    gone = yield step
    return Gone(len(gone), clock() - begun)


def _step(dialect: Dialect, statement: Delete) -> Step:
    """Return a statement as the driver takes it; it finds one value for each row that goes."""
    compiled: Any = statement.returning(literal_column("1")).compile(dialect=dialect)
    values = []
    for name in compiled.positiontup:
        process = compiled.binds[name].type.dialect_impl(dialect).bind_processor(dialect)
        value = compiled.params[name]
        values.append(process(value) if process else value)
    return (Statement(str(compiled), finds=True), *values)
