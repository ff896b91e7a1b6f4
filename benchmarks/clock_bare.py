"""The bare drivers write what judging wrote: the same rows, the same values, as durably."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

import asyncpg
from sqlalchemy import Table

from cronbeats.storage import schema

# In the order in which they are written, as later ones refer to earlier ones.
_NEW = (schema.runs, schema.incidents, schema.transitions, schema.reminders, schema.alerts)
_STATES = schema.job_states
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

Rows = Sequence[Sequence[Any]]


@dataclass(frozen=True, slots=True)
class Judged:
    """The rows of some jobs, by their tables' names, as the driver gives them."""

    rows: Mapping[str, Rows]


class _Driver(Protocol):
    """A bare driver; parameters are numbered from 1 and begin with `mark`."""

    mark: str

    def moment(self, value: datetime) -> Any: ...

    async def fetch(self, statement: str, *values: Any) -> Rows: ...

    async def write(self, statements: Sequence[tuple[str, Rows]]) -> None: ...

    async def tidy(self) -> None: ...

    async def close(self) -> None: ...


class BareWriter:
    """Reads, undoes and writes what there is about the jobs from one id to another."""

    def __init__(self, driver: _Driver, first_id: int, last_id: int) -> None:
        self._driver = driver
        self._ids = (first_id, last_id)

    async def let_be_due(self, at: datetime) -> None:
        """Let the jobs await a slot at a moment, and the clock look at them a minute later."""
        one, two, three, four = (f"{self._driver.mark}{place}" for place in range(1, 5))
        statement = (
            f"UPDATE job_states SET due_at = {one}, wake_at = {two}"  # noqa: S608 - only marks
            f" WHERE job_id BETWEEN {three} AND {four}"
        )
        moments = (self._driver.moment(each) for each in (at, at + timedelta(minutes=1)))
        await self._driver.write([(statement, [(*moments, *self._ids)])])

    async def read(self) -> Judged:
        """Return all rows about the jobs."""
        one, two = (f"{self._driver.mark}{place}" for place in (1, 2))
        found = {}
        for table in (_STATES, *_NEW):
            names = ", ".join(f'"{column.name}"' for column in table.c)
            query = (
                f"SELECT {names} FROM {table.name}"  # noqa: S608 - our own names
                f" WHERE job_id BETWEEN {one} AND {two} ORDER BY job_id"
            )
            found[table.name] = await self._driver.fetch(query, *self._ids)
        return Judged(found)

    async def undo(self, before: Judged) -> None:
        """Let the jobs be as they were before, when they had states only."""
        one, two = (f"{self._driver.mark}{place}" for place in (1, 2))
        deletions = [
            (f"DELETE FROM {table.name} WHERE job_id BETWEEN {one} AND {two}", [self._ids])  # noqa: S608 - our own names
            for table in reversed(_NEW)
        ]
        await self._driver.write([*deletions, self._update(before)])
        await self._driver.tidy()

    async def write_rows(self, after: Judged) -> float:
        """Write all that judging wrote; return how long it took, in seconds."""
        inserts = [self._insert(table, after) for table in _NEW]
        return await self._time([self._update(after), *inserts])

    async def write_states(self, after: Judged) -> float:
        """Write the jobs' states only; return how long it took, in seconds."""
        return await self._time([self._update(after)])

    async def close(self) -> None:
        """Close the connection."""
        await self._driver.close()

    async def _time(self, statements: Sequence[tuple[str, Rows]]) -> float:
        begun = time.perf_counter()
        await self._driver.write(statements)
        return time.perf_counter() - begun

    def _update(self, rows: Judged) -> tuple[str, Rows]:
        key, *others = (column.name for column in _STATES.c)
        mark = self._driver.mark
        values = ", ".join(f'"{name}" = {mark}{place}' for place, name in enumerate(others, 2))
        statement = f"UPDATE job_states SET {values} WHERE {key} = {mark}1"  # noqa: S608 - our own names
        return statement, rows.rows[_STATES.name]

    def _insert(self, table: Table, rows: Judged) -> tuple[str, Rows]:
        names = ", ".join(f'"{column.name}"' for column in table.c)
        marks = ", ".join(f"{self._driver.mark}{place + 1}" for place in range(len(table.c)))
        statement = f"INSERT INTO {table.name} ({names}) VALUES ({marks})"  # noqa: S608 - our own names
        return statement, rows.rows[table.name]


async def bare_writer(url: str, first_id: int, last_id: int) -> BareWriter:
    """Return a writer of these jobs to the database of that URL."""
    scheme, _, path = url.partition("///")
    driver = _Sqlite(path) if scheme == "sqlite:" else _Postgres(await asyncpg.connect(url))
    return BareWriter(driver, first_id, last_id)


class _Sqlite:
    mark = "?"

    def __init__(self, path: str) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None)
        # As the product has it.
        self._connection.execute("PRAGMA synchronous = FULL")
        self._connection.execute("PRAGMA foreign_keys = ON")

    def moment(self, value: datetime) -> int:
        return (value - _EPOCH) // timedelta(microseconds=1)

    async def fetch(self, statement: str, *values: Any) -> Rows:
        return self._connection.execute(statement, values).fetchall()

    async def write(self, statements: Sequence[tuple[str, Rows]]) -> None:
        self._connection.execute("BEGIN IMMEDIATE")
        for statement, rows in statements:
            self._connection.executemany(statement, rows)
        self._connection.execute("COMMIT")

    async def tidy(self) -> None:
        self._connection.execute("PRAGMA wal_checkpoint")

    async def close(self) -> None:
        self._connection.close()


class _Postgres:
    mark = "$"

    def __init__(self, connection: asyncpg.Connection[Any]) -> None:
        self._connection = connection

    def moment(self, value: datetime) -> datetime:
        return value

    async def fetch(self, statement: str, *values: Any) -> Rows:
        found: Rows = await self._connection.fetch(statement, *values)
        return found

    async def write(self, statements: Sequence[tuple[str, Rows]]) -> None:
        async with self._connection.transaction():
            for statement, rows in statements:
                await self._connection.executemany(statement, rows)

    async def tidy(self) -> None:
        await self._connection.execute("VACUUM")

    async def close(self) -> None:
        await self._connection.close()
