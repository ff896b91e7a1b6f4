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
from cronbeats.storage.engines import durability_to_restore

Rows = Sequence[Sequence[Any]]
"""What a query finds: values by the places of its columns, moments as the database keeps them."""

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Statement:
    """The text of a statement; its one parameter is rows, packed as `dialect.pack_rows` does."""

    sql: str
    is_query: bool = False


Script = Generator[tuple[Statement, str], Rows, Result]
"""Gives statements with their parameters, is sent what each finds, and returns its result."""

_OWN_FAULT = (
    sqlite3.IntegrityError,
    sqlite3.ProgrammingError,
    sqlite3.DataError,
    sqlite3.NotSupportedError,
    asyncpg.DataError,
    asyncpg.IntegrityConstraintViolationError,
    asyncpg.SyntaxOrAccessError,
)

# Few rows are wanted of each table: an index is never far from the best, an estimate may be.
_BEGIN_ON_SERVER = (
    "BEGIN; SET LOCAL enable_seqscan = off; SET LOCAL enable_hashjoin = off; "
    "SET LOCAL enable_mergejoin = off"
)


class RefusedError(Exception):
    """The database is there, but does not take what a script gave it; nothing was kept."""


def query(
    dialect: Dialect, selected: Select[Any], *, at_most: ColumnElement[int] | None = None
) -> Statement:
    """Return the text of a query, of which only so many rows are wanted."""
    if at_most is not None:
        selected = selected.limit(at_most).offset(literal_column("0"))
    if dialect.name == "sqlite":
        selected = _as_one_row(selected, is_limited=at_most is not None)
    return Statement(str(selected.compile(dialect=dialect)), is_query=True)


def command(dialect: Dialect, statement: Any) -> Statement:
    """Return the text of a statement that finds nothing."""
    return Statement(str(statement.compile(dialect=dialect)))


def _as_one_row(selected: Select[Any], *, is_limited: bool) -> Select[Any]:
    if is_limited:
        # What limits the rows must not limit what is made of them.
        rows = selected.subquery()
        return select(func.json_group_array(func.json_array(*rows.c)))
    all_rows = func.json_group_array(func.json_array(*selected.selected_columns))
    return selected.with_only_columns(all_rows, maintain_column_froms=True)


class ScriptRunner:
    """Runs scripts, each in one transaction of a database that an engine writes to.

    Of a server's connections it keeps the one that it used last: to take one and to give it back
    costs more than a small script. A file's one writing connection is everybody's.
    """

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._is_server = engine.dialect.name == "postgresql"
        self._kept: AsyncConnection | None = None

    async def run(self, begin: Callable[[Dialect], Script[Result]]) -> Result:
        """Run the script that `begin` makes; it is durable when this returns.

        Raises RefusedError, what the script raises, and what the driver raises if it cannot reach
        or use the database.
        """
        script = begin(self._engine.dialect)
        try:
            if self._is_server:
                return await self._run_on_server(script)
            async with self._engine.connect() as connection:
                return await _run_in_thread(connection, script)
        except _OWN_FAULT as error:
            raise RefusedError(type(error).__name__) from error

    async def close(self) -> None:
        """Give back the connection that was kept."""
        kept, self._kept = self._kept, None
        if kept is not None:
            await kept.close()

    async def _run_on_server(self, script: Script[Result]) -> Result:
        connection, driver = await self._begin_on_server()
        try:
            result = await _follow_on_server(script, driver)
            await driver.execute("COMMIT")
        except BaseException as error:
            await _give_back(connection, driver, error)
            raise
        if self._kept is None:
            self._kept = connection
        else:
            await connection.close()
        return result

    async def _begin_on_server(self) -> tuple[AsyncConnection, Any]:
        """Begin a transaction: with a new connection, if the one that was kept has ended."""
        kept, self._kept = self._kept, None
        if kept is not None:
            driver = await _driver_of(kept)
            try:
                await driver.execute(_BEGIN_ON_SERVER)
            except Exception as error:  # noqa: BLE001 - nothing was begun; it may have ended long ago
                await _give_back(kept, driver, error)
            else:
                return kept, driver
        connection = await self._engine.connect()
        driver = await _driver_of(connection)
        try:
            await driver.execute(_BEGIN_ON_SERVER)
        except BaseException as error:
            await _give_back(connection, driver, error)
            raise
        return connection, driver


async def _driver_of(connection: AsyncConnection) -> Any:
    return (await connection.get_raw_connection()).driver_connection


async def _give_back(connection: AsyncConnection, driver: Any, error: BaseException) -> None:
    """Give a connection back after a failure; one that may not be as it was is given up."""
    if tells_to_part(error):
        await connection.invalidate()
        await connection.engine.dispose()
    else:
        with suppress(Exception):
            await driver.execute("ROLLBACK")
        if driver.is_closed() or driver.is_in_transaction():
            await connection.invalidate()
    await connection.close()


async def _run_in_thread(connection: AsyncConnection, script: Script[Result]) -> Result:
    setting = durability_to_restore(connection)
    driver = await _driver_of(connection)

    def run() -> Result:
        embedded: sqlite3.Connection = driver._conn  # noqa: SLF001 - it hands it out in no other way
        if setting is not None:
            embedded.execute(setting)
        return _run_embedded(embedded, script)

    # Each of its public functions is a visit of its own.
    result: Result = await driver._execute(run)  # noqa: SLF001
    return result


def _run_embedded(connection: sqlite3.Connection, script: Script[Result]) -> Result:
    def execute(statement: Statement, packed: str) -> Rows:
        found = connection.execute(statement.sql, (packed,))
        rows: Rows = orjson.loads(found.fetchone()[0]) if statement.is_query else ()
        return rows

    connection.execute("BEGIN IMMEDIATE")
    try:
        result = _follow(script, execute)
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    return result


def _follow(script: Script[Result], execute: Callable[[Statement, str], Rows]) -> Result:
    try:
        step = next(script)
        while True:
            step = script.send(execute(*step))
    except StopIteration as end:
        result: Result = end.value
        return result


async def _follow_on_server(script: Script[Result], driver: Any) -> Result:
    try:
        statement, packed = next(script)
        while True:
            run = driver.fetch if statement.is_query else driver.execute
            found = await run(statement.sql, packed)
            statement, packed = script.send(found)
    except StopIteration as end:
        result: Result = end.value
        return result
