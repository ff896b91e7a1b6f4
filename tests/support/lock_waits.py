"""Transactions of PostgreSQL that wait for one another."""

import asyncio

from sqlalchemy import text

from cronbeats.storage.database import Database

_WAITING = text(
    "SELECT count(*) FROM pg_locks JOIN pg_stat_activity USING (pid)"
    " WHERE NOT granted AND datname = current_database()"
)


async def until_waiting(db: Database, count: int = 1) -> None:
    """Return when so many transactions wait for a lock of another one."""
    async with asyncio.timeout(20):
        while True:
            async with db.read() as tx:
                if await tx.scalar(_WAITING) == count:
                    return
