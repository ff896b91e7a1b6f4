"""Whoever migrates waits for another's lock for as long as it takes; a ping does not."""

from pathlib import Path

from sqlalchemy import text

from cronbeats.storage.database import Database, Transaction


async def test_an_unhurried_writer_waits_for_the_lock_of_another(tmp_path: Path) -> None:
    db = Database(f"sqlite:///{tmp_path / 'locked.db'}")
    async with db.write() as tx:
        hurried = await _patience(tx)
    async with db.write_unhurried() as tx:
        unhurried = await _patience(tx)
    await db.close()
    assert hurried <= 10_000
    assert unhurried >= 3_600_000


async def _patience(tx: Transaction) -> int:
    """Return for how many milliseconds SQLite waits for a lock before it gives up."""
    milliseconds: int = (await tx.execute(text("PRAGMA busy_timeout"))).scalar_one()
    return milliseconds
