"""The database as everybody else sees it: read() and write(), one transaction each."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from pathlib import Path

from asyncpg import DataError as PostgresDataError
from asyncpg import InterfaceError as AsyncpgInterfaceError
from asyncpg import PostgresError
from sqlalchemy import Dialect, text
from sqlalchemy.exc import (
    DataError,
    DBAPIError,
    IntegrityError,
    NotSupportedError,
    ProgrammingError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from cronbeats.domain.errors import UnavailableError
from cronbeats.domain.hint import Gathered, Hint, gather
from cronbeats.storage.checkpoints import Checkpoints
from cronbeats.storage.cipher import Cipher
from cronbeats.storage.connections import Connector
from cronbeats.storage.dialect import (
    empty_the_log,
    overwrite_what_is_deleted,
)
from cronbeats.storage.drivers import (
    ALONE,
    AT_ONE_MOMENT,
    DURABLY,
    LARGELY,
    LIGHTLY,
    Result,
    Script,
    ScriptRunner,
)
from cronbeats.storage.engines import create_engines, create_listening_engine, lightly
from cronbeats.storage.urls import parse_url, sqlite_file

Transaction = AsyncConnection
"""What storage functions work in; to everybody else it is only something to pass on."""

_POOL_SIZE = 8
# Of these, so many are kept at hand for what goes past SQLAlchemy.
_KEPT = 2
_CIPHER = "cronbeats_cipher"
_HINTS = "cronbeats_hints"
_OUR_OWN_FAULT = (IntegrityError, ProgrammingError, DataError, NotSupportedError)
# Errors of scripts, and while connecting to PostgreSQL, come from the driver as they are.
_OUT_OF_ORDER = (
    DBAPIError,
    sqlite3.Error,
    PoolTimeoutError,
    OSError,
    TimeoutError,
    PostgresError,
    AsyncpgInterfaceError,
)


class Database:
    """One database, embedded or on a server.

    Every failure to reach or use it is an UnavailableError, after which nothing of the transaction
    at hand was kept. Secrets in it are sealed with `cipher`; without one, they cannot be read.
    Where `url` leads through a pooler, `direct_url` does not; it is used to listen only.
    """

    def __init__(
        self,
        url: str,
        pool_size: int = _POOL_SIZE,
        cipher: Cipher | None = None,
        direct_url: str | None = None,
    ) -> None:
        self._url = parse_url(url)
        self._direct_url = parse_url(direct_url) if direct_url else None
        self._connector = Connector()
        self._cipher = cipher or Cipher()
        self._reader, self._writer = create_engines(self._url, pool_size, self._connector)
        for engine in self._engines():
            engine.update_execution_options(**{_CIPHER: self._cipher})
        self._light_writer = lightly(self._writer)
        is_file = self.file is not None
        # One is left at least to whoever runs no script.
        keeps = min(_KEPT, pool_size - 1)
        self._scripts = ScriptRunner(self._writer, keeps=0 if is_file else keeps)
        # A server has one pool for both.
        self._questions = ScriptRunner(self._reader, keeps=keeps) if is_file else self._scripts
        self._checkpoints = Checkpoints(self._reader) if is_file else None
        self._listeners: list[Callable[[Gathered], None]] = []

    @property
    def file(self) -> Path | None:
        """The file of an embedded database, None when a server holds the data."""
        return sqlite_file(self._url)

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Transaction]:
        """Open a transaction to read in."""
        async with _unavailable_on_failure(), self._reader.begin() as tx:
            yield tx

    @asynccontextmanager
    async def write(self) -> AsyncIterator[Transaction]:
        """Open a transaction to write in; it is committed, durably, when the block ends well.

        Then, and only then, whoever listens is given the hints that were noted in it.
        """
        async with _unavailable_on_failure(), self._writer.begin() as tx:
            noted: list[Hint] = []
            tx.info[_HINTS] = noted
            yield tx
        self._note_commit()
        if noted:
            self.tell(gather(noted))

    async def run(self, begin: Callable[[Dialect], Script[Result]]) -> Result:
        """Run the script that `begin` makes, in one transaction that is durable at its end.

        Past SQLAlchemy, so it costs little. Raises RefusedError for what cannot be stored.
        """
        async with _unavailable_on_failure():
            result = await self._scripts.run(DURABLY, begin)
        self._note_commit()
        return result

    async def look(self, begin: Callable[[Dialect], Script[Result]]) -> Result:
        """Run a script that only reads; it sees all as it was at one moment."""
        async with _unavailable_on_failure():
            return await self._questions.run(AT_ONE_MOMENT, begin)

    async def ask(self, begin: Callable[[Dialect], Script[Result]]) -> Result:
        """Run a script of one query, which costs as little as a query can."""
        async with _unavailable_on_failure():
            return await self._questions.run(ALONE, begin)

    async def run_lightly(
        self, begin: Callable[[Dialect], Script[Result]], *, is_large: bool = False
    ) -> Result:
        """Run a script of one statement, as durable as `write_lightly` makes it.

        Should the connection break meanwhile, it may be run twice. One that writes some hundreds of
        pages `is_large`, and does not wait for a server's disk either.
        """
        async with _unavailable_on_failure():
            result = await self._scripts.run(LARGELY if is_large else LIGHTLY, begin)
        self._note_commit(is_large=is_large)
        return result

    def tell(self, gathered: Gathered) -> None:
        """Give whoever listens the hints of what was committed."""
        for listener in self._listeners:
            listener(gathered)

    def listen(self, listener: Callable[[Gathered], None]) -> None:
        """Let somebody be given the hints of every commit of this process."""
        self._listeners.append(listener)

    @asynccontextmanager
    async def write_lightly(self) -> AsyncIterator[Transaction]:
        """Open the database for small writes, each statement a transaction of its own.

        They cost as little as a write can. Everybody sees them at once, but those of an embedded
        database do not wait for the disk: should the machine crash, the last ones may be undone.
        """
        async with _unavailable_on_failure(), self._light_writer.connect() as tx:
            yield tx

    @asynccontextmanager
    async def write_unhurried(self, *, leaves_trace: bool = True) -> AsyncIterator[Transaction]:
        """Open a transaction to write in that may take as long as it needs, to migrate for one.

        Without a trace, an embedded database's file holds nothing any more of what was overwritten;
        a server's keeps old rows until it is vacuumed.
        """
        _, engine = create_engines(self._url, 1, self._connector, is_hurried=False)
        engine.update_execution_options(**{_CIPHER: self._cipher})
        try:
            async with _unavailable_on_failure():
                async with engine.begin() as tx:
                    if not leaves_trace:
                        await overwrite_what_is_deleted(tx)
                    yield tx
                if not leaves_trace:
                    await empty_the_log(engine)
        finally:
            await engine.dispose()

    @property
    def is_shared(self) -> bool:
        """Whether other server processes may use the same database."""
        return self.file is None

    async def is_pooled(self) -> bool:
        """Tell whether a pooler lies between us and PostgreSQL. Raises UnavailableError."""
        if self.is_shared and self._connector.is_pooled is None:
            await self.check()
        return bool(self._connector.is_pooled)

    async def can_listen(self) -> bool:
        """Tell whether there is a way to wait for notices. Raises UnavailableError."""
        return self._direct_url is not None or not await self.is_pooled()

    def listening_engine(self) -> AsyncEngine:
        """Return an engine whose one connection can wait for notices; whoever asks disposes it."""
        return create_listening_engine(self._direct_url or self._url)

    async def check(self) -> None:
        """Do nothing, but in the database: raise UnavailableError if it cannot be used."""
        async with self.read() as tx:
            await tx.execute(text("SELECT 1"))

    async def close(self) -> None:
        """Close every connection."""
        if self._checkpoints is not None:
            await self._checkpoints.close()
        await self._scripts.close()
        await self._questions.close()
        for engine in self._engines():
            await engine.dispose()

    def _note_commit(self, *, is_large: bool = False) -> None:
        if self._checkpoints is not None:
            self._checkpoints.note_commit(is_large=is_large)

    def _engines(self) -> set[AsyncEngine]:
        return {self._reader, self._writer}


def cipher_of(tx: Transaction) -> Cipher:
    """Return what secrets are sealed with in the database of a transaction."""
    cipher: Cipher = tx.sync_engine.get_execution_options()[_CIPHER]
    return cipher


def note_hints(tx: Transaction, hints: Iterable[Hint]) -> None:
    """Note what a transaction changes, for whoever listens to its commit."""
    tx.info.setdefault(_HINTS, []).extend(hints)


def explain_bad_file(file: Path) -> str | None:
    """Return why an embedded database cannot live in `file`, or None when it can."""
    try:
        if not file.parent.is_dir():
            return f"the directory {file.parent} does not exist"
        if file.is_dir():
            return f"{file} is a directory, not a file"
        for path in (file, file.parent):
            if path.exists() and not os.access(path, os.R_OK | os.W_OK):
                return f"{path} cannot be written by this user"
    except OSError as error:
        return f"{file} cannot be used ({error.strerror})"
    return None


def file_of(url: str) -> Path | None:
    """Return the file that an embedded database's URL names, None for a server's."""
    return sqlite_file(parse_url(url))


@asynccontextmanager
async def _unavailable_on_failure() -> AsyncIterator[None]:
    try:
        yield
    except _OUR_OWN_FAULT:
        raise
    except _OUT_OF_ORDER as error:
        if _is_bad_value(error):
            raise
        raise UnavailableError(f"the database cannot be used: {_cause(error)}") from error


def _is_bad_value(error: BaseException) -> bool:
    """Tell whether PostgreSQL refused a value, which SQLAlchemy does not tell from other errors."""
    return isinstance(error, DBAPIError) and isinstance(error.driver_exception, PostgresDataError)


def _cause(error: BaseException) -> str:
    """Name the failure without its statement and values, which may hold secrets."""
    original = error.orig if isinstance(error, DBAPIError) and error.orig else error
    return str(original).strip().split("\n")[0] or type(original).__name__
