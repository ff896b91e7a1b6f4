"""How SQLite and PostgreSQL are connected to: to read, to write, to write lightly, to listen."""

from __future__ import annotations

import sqlite3
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import URL, Connection
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool, PoolResetState

from cronbeats.storage.connections import Connector
from cronbeats.storage.dialect import read_json
from cronbeats.storage.urls import sqlite_file

_SQLITE_BUSY_SECONDS = 5
_SQLITE_UNHURRIED_SECONDS = 3600
_WRITE_AHEAD = "PRAGMA journal_mode = WAL"
# In bytes. The log is written again from its beginning; what is longer than this is cut off then.
_LONGEST_LOG = 64 * 1024 * 1024
# In pages; until then it is moved into the file by others than those who write (checkpoints.py).
_LOG_MOVED_BY_WRITER = 8000
_LIGHTLY = "lightly"
_SYNCHRONOUS = "synchronous"


def create_engines(
    url: URL, pool_size: int, connector: Connector, *, is_hurried: bool = True
) -> tuple[AsyncEngine, AsyncEngine]:
    """Return the engine to read with and the engine to write with; PostgreSQL has one for both.

    SQLite has one writer at a time: it gets a connection of its own whose transactions take the
    write lock at once, so that none can fail half way for another's lock.
    """
    if sqlite_file(url) is None:
        engine = connector.engine(
            url, pool_size=pool_size, is_hurried=is_hurried, read_json=read_json
        )
        # All that is read in one transaction is of one moment, as it is with SQLite.
        reader = engine.execution_options(
            isolation_level="REPEATABLE READ", postgresql_readonly=True
        )
        return reader, engine
    patience = _SQLITE_BUSY_SECONDS if is_hurried else _SQLITE_UNHURRIED_SECONDS
    reader = _sqlite_engine(url, pool_size, patience, begin="BEGIN", query_only=True)
    writer = _sqlite_engine(url, 1, patience, begin="BEGIN IMMEDIATE", query_only=False)
    return reader, writer


def create_listening_engine(url: URL) -> AsyncEngine:
    """Return an engine whose one connection waits for PostgreSQL's notices in no transaction."""
    return lightly(create_engines(url, 1, Connector())[1])


def lightly(writer: AsyncEngine) -> AsyncEngine:
    """Return the engine to write with, but each statement is a transaction of its own.

    SQLite does not wait for the disk then, as everybody who writes would wait with it; PostgreSQL's
    transactions do not wait for one another's disk.
    """
    if writer.dialect.name == "postgresql":
        return writer.execution_options(isolation_level="AUTOCOMMIT")
    return writer.execution_options(**{_LIGHTLY: True})


def other_durability(tx: AsyncConnection, wanted: str) -> str | None:
    """Return what an embedded database's connection must be told first, None if nothing.

    `wanted` is how its commits wait for the disk, a word of SQLite's.
    """
    return _other_durability(tx.sync_connection, wanted)


def _sqlite_engine(
    url: URL, pool_size: int, patience_seconds: int, *, begin: str, query_only: bool
) -> AsyncEngine:
    engine = create_async_engine(
        url,
        poolclass=AsyncAdaptedQueuePool,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=10,
        hide_parameters=True,
        json_deserializer=read_json,
        connect_args={"timeout": patience_seconds},
        pool_reset_on_return=None,
    )

    @event.listens_for(engine.sync_engine, "do_connect")
    def try_out(_dialect: Any, _record: Any, arguments: Any, _options: Any) -> None:
        # The driver's thread outlives a file that cannot be opened, and may then complain to the
        # terminal that the event loop is gone. This way it is never started.
        sqlite3.connect(*arguments).close()

    @event.listens_for(engine.sync_engine, "connect")
    def set_up(connection: Any, _record: Any) -> None:
        # The driver must not begin transactions of its own; ours are begun below.
        connection.isolation_level = None
        cursor = connection.cursor()
        _write_ahead(cursor)
        cursor.execute("PRAGMA synchronous = FULL")
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.execute(f"PRAGMA journal_size_limit = {_LONGEST_LOG}")
        cursor.execute(f"PRAGMA wal_autocheckpoint = {_LOG_MOVED_BY_WRITER}")
        if query_only:
            cursor.execute("PRAGMA query_only = ON")
        cursor.close()

    @event.listens_for(engine.sync_engine, "reset")
    def end_transaction(connection: Any, _record: Any, state: PoolResetState) -> None:
        # Nearly always it has ended; to end it again would be a visit to the driver's thread.
        if not state.terminate_only and connection.driver_connection.in_transaction:
            connection.rollback()

    @event.listens_for(engine.sync_engine, "begin")
    def begin_transaction(connection: Connection) -> None:
        is_light = _LIGHTLY in connection.get_execution_options()
        if setting := _other_durability(connection, "NORMAL" if is_light else "FULL"):
            connection.exec_driver_sql(setting)
        if not is_light:
            connection.exec_driver_sql(begin)

    return engine


def _other_durability(connection: Any, wanted: str) -> str | None:
    """Return what sets how durable commits are, None if that is so already; it must be done."""
    is_already = connection.info.get(_SYNCHRONOUS, "FULL") == wanted
    connection.info[_SYNCHRONOUS] = wanted
    return None if is_already else f"PRAGMA synchronous = {wanted}"


def _write_ahead(cursor: Any) -> None:
    """Let readers and the writer of a file not wait for each other.

    Where several open a new file at once, each wants to change it to this, and SQLite refuses all
    but one without waiting; who was refused looks again when the other is done.
    """
    try:
        cursor.execute(_WRITE_AHEAD)
    except sqlite3.OperationalError:
        cursor.execute("BEGIN IMMEDIATE")
        cursor.execute("COMMIT")
        cursor.execute(_WRITE_AHEAD)
