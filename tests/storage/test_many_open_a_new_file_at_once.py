"""A new file may be opened by many at once: none of them is refused."""

import asyncio
from pathlib import Path

from cronbeats.storage.database import Database

FILES = 100


async def test_nobody_is_refused_when_many_open_a_new_file_at_once(tmp_path: Path) -> None:
    for number in range(FILES):
        databases = [Database(f"sqlite:///{tmp_path / str(number)}.db") for _ in range(8)]
        answers = await asyncio.gather(*(_open(db) for db in databases), return_exceptions=True)
        for db in databases:
            await db.close()
        assert answers == [None] * len(databases)


async def _open(db: Database) -> None:
    async with db.write():
        pass
