"""What is in a server's database, seen past the server."""

import asyncio
from collections import Counter
from typing import Any

from sqlalchemy import text

from cronbeats.storage.database import Database
from tests.process.load import Load


def rows(database_url: str, query: str, **values: Any) -> list[Any]:
    """Return the rows of a query."""

    async def read() -> list[Any]:
        database = Database(database_url)
        async with database.read() as tx:
            found = list(await tx.execute(text(query), values))
        await database.close()
        return found

    with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
        return runner.run(read())


def assert_nothing_is_lost(database_url: str, load: Load) -> None:
    """Check that each text that was acknowledged is kept, and that none is kept twice."""
    query = "SELECT output FROM signals WHERE output IS NOT NULL"
    kept = Counter(row.output for row in rows(database_url, query))
    assert load.acknowledged, "nothing was acknowledged, so nothing was tried"
    assert load.acknowledged - set(kept) == set()
    assert [output for output, times in kept.items() if times > 1] == []
