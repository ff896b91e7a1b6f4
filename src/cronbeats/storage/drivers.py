"""Transactions that a database's driver runs by itself, where SQLAlchemy would cost more than they.

What they do is a script: a generator that gives one statement after another and is sent the rows
that each finds. SQLite's driver runs all of it in one visit to its thread, as a visit costs as much
as many pings; and as Python may change threads with each row, SQLite hands over one.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Generator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeVar

import asyncpg
import orjson
from sqlalchemy import ColumnElement, Dialect, Select, func, literal_column, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from cronbeats.storage.connections import tells_to_part
from cronbeats.storage.engines import other_durability
from cronbeats.storage.sharing import Shared

Rows = Sequence[Sequence[Any]]
"""What a query finds: values by the places of its columns, moments as the database keeps them."""

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Statement:
    """The text of a statement; many rows are one parameter, packed as `dialect.pack_rows` does.

    From a file, what `finds` comes as one value of JSON if it `is_packed`.
    """

    sql: str
    finds: bool = False
    is_packed: bool = False


Step = tuple[Statement, *tuple[Any, ...]]
"""A statement and its parameters."""

Script = Generator[Step, Rows, Result]
"""Gives one step after another, is sent what each finds, and returns its result."""


@dataclass(frozen=True, slots=True)
class Manner:
    """How scripts are run: what begins their transaction in a file and on a server, None for none.

    Without one, each statement is a transaction of its own. Commits in a file wait for the disk as
    `durability` says.
    """

    begin_in_file: str | None = None
    begin_on_server: str | None = None
    durability: str = "FULL"


DURABLY = Manner(
    "BEGIN IMMEDIATE",
    # Few rows are wanted of each table: an index is never far from the best, an estimate may be.
    "BEGIN; SET LOCAL enable_seqscan = off; SET LOCAL enable_hashjoin = off; "
    "SET LOCAL enable_mergejoin = off",
)
"""In one transaction that is durable at its end."""

AT_ONE_MOMENT = Manner("BEGIN", "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
"""In one transaction that sees all as it was at one moment."""

ALONE = Manner()
"""One query, which needs no transaction around it."""

LIGHTLY = Manner(durability="NORMAL")
"""One small change, which does not wait for the disk of a file."""

LARGELY = Manner(None, "BEGIN; SET LOCAL synchronous_commit = off", "NORMAL")
"""One large change that may be undone by a crash: it waits for no disk, a server's neither."""

_OWN_FAULT = (
    sqlite3.IntegrityError,
    sqlite3.ProgrammingError,
    sqlite3.DataError,
    sqlite3.NotSupportedError,
    asyncpg.DataError,
    asyncpg.IntegrityConstraintViolationError,
    asyncpg.SyntaxOrAccessError,
)


class RefusedError(Exception):
    """The database is there, but does not take what a script gave it; nothing was kept."""


def query(
    dialect: Dialect, selected: Select[Any], *, at_most: ColumnElement[int] | None = None
) -> Statement:
    """Return the text of a query, of which only so many rows are wanted, in whatever order."""
    if at_most is not None:
        limited = selected.limit(at_most).offset(literal_column("0"))
        selected = as_one_value(dialect, limited)
    elif dialect.name == "sqlite":
        all_rows = func.json_group_array(func.json_array(*selected.selected_columns))
        selected = selected.with_only_columns(all_rows, maintain_column_froms=True)
    return Statement(str(selected.compile(dialect=dialect)), finds=True, is_packed=True)


def as_one_value(dialect: Dialect, selected: Select[Any]) -> Select[Any]:
    """Return a query whose rows come as a file hands them over, in the order of `selected`."""
    if dialect.name != "sqlite":
        return selected
    # What limits and orders the rows stays within: SQLite gathers them as they come.
    rows = selected.subquery()
    return select(func.json_group_array(func.json_array(*rows.c)))


def command(dialect: Dialect, statement: Any) -> Statement:
    """Return the text of a statement that finds nothing."""
    return Statement(str(statement.compile(dialect=dialect)))


@dataclass(slots=True)
class _Line:
    """A connection, and the driver's own within it."""

    connection: AsyncConnection
    driver: Any

    async def close(self) -> None:
        """Give the connection back."""
        await self.connection.close()


class ScriptRunner:
    """Runs scripts in a database that an engine connects to.

    It keeps up to `keeps` connections that it used: to take one and to give it back costs more than
    a small script. A file's one writing connection is everybody's, and must not be kept; scripts
    that want it at the same time share it, and follow one another in the driver's own thread.
    """

    def __init__(self, engine: AsyncEngine, keeps: int) -> None:
        self._engine = engine
        self._is_server = engine.dialect.name == "postgresql"
        self._keeps = keeps
        self._kept: list[_Line] = []
        self._shared = None if self._is_server or keeps else Shared(self._connect, _Line.close)

    async def run(self, manner: Manner, begin: Callable[[Dialect], Script[Result]]) -> Result:
        """Run the script that `begin` makes; it may be made twice, if nothing was done before.

        Raises RefusedError, what the script raises, and what the driver raises if it cannot reach
        or use the database.
        """
        try:
            if self._shared is not None:
                async with self._shared.taken() as line:
                    return await _run_in_thread(line, manner, begin(self._engine.dialect))
            if self._kept:
                line = self._kept.pop()
                try:
                    return await self._run_with(line, manner, begin)
                except _HadEndedError:
                    pass
            return await self._run_with(await self._connect(), manner, begin)
        except _OWN_FAULT as error:
            raise RefusedError(type(error).__name__) from error
        except _HadEndedError as error:
            raise error.cause from None

    async def close(self) -> None:
        """Give back the connections that were kept."""
        while self._kept:
            await self._kept.pop().close()

    async def _connect(self) -> _Line:
        connection = await self._engine.connect()
        driver = (await connection.get_raw_connection()).driver_connection
        return _Line(connection, driver)

    async def _run_with(
        self, line: _Line, manner: Manner, begin: Callable[[Dialect], Script[Result]]
    ) -> Result:
        script = begin(self._engine.dialect)
        try:
            if self._is_server:
                result = await _run_on_server(line.driver, manner, script)
            else:
                result = await _run_in_thread(line, manner, script)
        except BaseException as error:
            await _give_back(line, error, is_server=self._is_server)
            raise
        if len(self._kept) < self._keeps:
            self._kept.append(line)
        else:
            await line.close()
        return result


class _HadEndedError(Exception):
    """Nothing was done with a connection, because of `cause`: it may have ended long ago."""

    def __init__(self, cause: Exception) -> None:
        super().__init__(str(cause))
        self.cause = cause


async def _give_back(line: _Line, error: BaseException, *, is_server: bool) -> None:
    """Give a connection back after a failure; one that may not be as it was is given up."""
    connection, driver = line.connection, line.driver
    if isinstance(error, _HadEndedError):
        error = error.cause
    if tells_to_part(error):
        await connection.invalidate()
        await connection.engine.dispose()
    elif is_server:
        with suppress(Exception):
            await driver.execute("ROLLBACK")
        if driver.is_closed() or driver.is_in_transaction():
            await connection.invalidate()
    await connection.close()


async def _run_on_server(driver: Any, manner: Manner, script: Script[Result]) -> Result:
    begin = manner.begin_on_server
    if begin is None:
        try:
            return await _follow_on_server(script, driver)
        except _OWN_FAULT:
            raise
        except Exception as error:
            if driver.is_closed():
                raise _HadEndedError(error) from error
            raise
    try:
        await driver.execute(begin)
    except Exception as error:
        raise _HadEndedError(error) from error
    result = await _follow_on_server(script, driver)
    await driver.execute("COMMIT")
    return result


async def _run_in_thread(line: _Line, manner: Manner, script: Script[Result]) -> Result:
    setting = other_durability(line.connection, manner.durability)

    def run() -> Result:
        embedded: sqlite3.Connection = line.driver._conn  # noqa: SLF001 - it hands it out in no other way
        if setting is not None:
            embedded.execute(setting)
        return _run_embedded(embedded, manner.begin_in_file, script)

    # Each of its public functions is a visit of its own.
    result: Result = await line.driver._execute(run)  # noqa: SLF001
    return result


def _run_embedded(
    connection: sqlite3.Connection, begin: str | None, script: Script[Result]
) -> Result:
    def execute(statement: Statement, *values: Any) -> Rows:
        found = connection.execute(statement.sql, values)
        rows: Rows = found.fetchall()
        return orjson.loads(rows[0][0]) if statement.is_packed else rows

    if begin is None:
        return _follow(script, execute)
    connection.execute(begin)
    try:
        result = _follow(script, execute)
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    return result


def _follow(script: Script[Result], execute: Callable[..., Rows]) -> Result:
    try:
        step = next(script)
        while True:
            step = script.send(execute(*step))
    except StopIteration as end:
        result: Result = end.value
        return result


async def _follow_on_server(script: Script[Result], driver: Any) -> Result:
    try:
        statement, *values = next(script)
        while True:
            run = driver.fetch if statement.finds else driver.execute
            found = await run(statement.sql, *values)
            statement, *values = script.send(found)
    except StopIteration as end:
        result: Result = end.value
        return result
