"""Counts what is asked of the database."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import event

from cronbeats.storage.database import Database


@asynccontextmanager
async def noting_queries(db: Database) -> AsyncIterator[list[str]]:
    """Give a list that holds every statement that runs while the block does."""
    noted: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if statement != "BEGIN":
            noted.append(statement)

    async with db.read() as reading, db.write() as writing:
        # Both use one pool on PostgreSQL, and the reader tells the writer's listeners too.
        pools = {tx.engine.sync_engine.pool: tx.engine.sync_engine for tx in (reading, writing)}
    engines = pools.values()
    for engine in engines:
        event.listen(engine, "before_cursor_execute", note)
    try:
        yield noted
    finally:
        for engine in engines:
            event.remove(engine, "before_cursor_execute", note)
