"""What the log of SQLite holds is moved into the file beside those who write; it stays short."""

from pathlib import Path

from sqlalchemy import text

from cronbeats.storage.database import Database

ROW = "x" * 2000
PAGE = 4096
SIZE = 600 * PAGE


async def write_rows(db: Database, count: int) -> None:
    for _ in range(count):
        async with db.write() as tx:
            await tx.execute(text("INSERT INTO written VALUES (:row)"), {"row": ROW})


async def test_the_file_holds_nearly_all_while_pages_are_still_being_written(
    tmp_path: Path,
) -> None:
    file = tmp_path / "cronbeats.db"
    db = Database(f"sqlite:///{file}")
    async with db.write() as tx:
        await tx.execute(text("CREATE TABLE written (row TEXT)"))
    await write_rows(db, 64)
    # A commit more gives the one in the background time, however busy the machine is.
    for _ in range(200):
        if file.stat().st_size > 60 * len(ROW):
            break
        await write_rows(db, 1)
    else:
        raise AssertionError("no checkpoint was made")
    await db.close()


async def test_the_log_does_not_grow_without_end(tmp_path: Path) -> None:
    file = tmp_path / "cronbeats.db"
    db = Database(f"sqlite:///{file}")
    async with db.write() as tx:
        await tx.execute(text("CREATE TABLE written (row BLOB)"))
    for _ in range(20):
        # More than the log may hold in all.
        async with db.write() as tx:
            await tx.execute(text("DELETE FROM written"))
            await tx.execute(text("INSERT INTO written VALUES (zeroblob(:size))"), {"size": SIZE})
    assert file.with_name("cronbeats.db-wal").stat().st_size < 10_000 * PAGE
    await db.close()
