"""Moves what a file's log holds into the file, beside those who write and not in their time."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import suppress

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

# SQLite's own number. More would be quicker, and make each time longer.
_PAGES_AT_ONCE = 1000
_MOST_COMMITS = 256
_COMMITS_UNTIL_FIRST = 64.0
# Of those that write much.
_LARGE_COMMITS = 4


class Checkpoints:
    """The checkpoints of an embedded database, each begun when about so many pages were written.

    SQLite would make one within a commit, whose writer, and whoever is behind it, then waits until
    all pages are copied and the disk has both the log and the file. It still does so when the log
    has become long (engines.py): nobody but who writes can begin it anew.
    """

    def __init__(self, reader: AsyncEngine) -> None:
        self._reader = reader
        self._commits = 0.0
        self._commits_until_next = _COMMITS_UNTIL_FIRST
        self._pages_in_log = 0
        self._under_way: asyncio.Task[None] | None = None

    def note_commit(self, *, is_large: bool) -> None:
        """Know of a commit; make a checkpoint in the background if it is time.

        One that is large, with some hundreds of pages, counts for as many as a few of them replace.
        """
        self._commits += self._commits_until_next / _LARGE_COMMITS if is_large else 1
        if self._commits >= self._commits_until_next and self._under_way is None:
            commits, self._commits = self._commits, 0.0
            self._under_way = asyncio.get_running_loop().create_task(self._make(commits))

    async def close(self) -> None:
        """Wait for the checkpoint that is under way."""
        if self._under_way is not None:
            await self._under_way

    async def _make(self, commits: float) -> None:
        try:
            # What cannot be moved now is safe in the log, and is moved the next time.
            with suppress(sqlite3.Error, SQLAlchemyError, OSError):
                async with self._reader.connect() as connection:
                    driver = (await connection.get_raw_connection()).driver_connection
                    assert driver is not None  # noqa: S101 - tells the type checker that it is open
                    cursor = await driver.execute("PRAGMA wal_checkpoint(PASSIVE)")
                    _, pages, _ = await cursor.fetchone()
                    await cursor.close()
                self._plan_next(commits, pages)
        finally:
            self._under_way = None

    def _plan_next(self, commits: float, pages_in_log: int) -> None:
        """Reckon by what the last commits wrote; a log that became shorter was begun anew."""
        written = pages_in_log - self._pages_in_log
        if written <= 0:
            written = max(1, pages_in_log)
        self._pages_in_log = pages_in_log
        self._commits_until_next = min(_PAGES_AT_ONCE * commits / written, _MOST_COMMITS)
