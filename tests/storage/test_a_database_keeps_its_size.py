"""Room that was freed is used again, and a log that became long is cut."""

from pathlib import Path

from sqlalchemy import text

from cronbeats.storage.database import Database

MEGABYTE = 1024 * 1024


async def test_a_log_that_became_long_is_cut(sqlite_database_url: str) -> None:
    db = Database(sqlite_database_url)
    async with db.write() as tx:
        await tx.execute(text("CREATE TABLE filled (bytes)"))
        filling = text("INSERT INTO filled VALUES (zeroblob(:size))")
        await tx.execute(filling, {"size": 70 * MEGABYTE})
    assert _log_size(db) > 70 * MEGABYTE
    # It is written from its beginning, and cut, when all of it is in the file.
    for _ in range(2):
        async with db.write() as tx:
            await tx.execute(text("DELETE FROM filled"))
            await tx.execute(text("INSERT INTO filled VALUES (1)"))
    assert _log_size(db) <= 64 * MEGABYTE
    await db.close()


def _log_size(db: Database) -> int:
    return Path(f"{db.file}-wal").stat().st_size


async def test_a_server_tidies_busy_tables_early(
    postgres_database_url: str,
) -> None:
    db = Database(postgres_database_url)
    query = text("SELECT reloptions FROM pg_class WHERE relname = 'signals'")
    async with db.read() as tx:
        options = await tx.scalar(query)
    await db.close()
    assert "autovacuum_vacuum_scale_factor=0.02" in (options or ())
