"""`cronbeats migrate` brings the database up to date, as often as it is asked to."""

from pathlib import Path

from cronbeats.storage.database import Database
from cronbeats.storage.migrate import head, is_migrated
from tests.cli.program import run


async def test_migrate_may_be_run_again(tmp_path: Path, new_sqlite_url: str) -> None:
    for _ in range(2):
        ended = run(tmp_path, "migrate", database_url=new_sqlite_url)
        expected = f"The database is at step {head()}, the newest.\n"
        assert (ended.returncode, ended.stdout, ended.stderr) == (0, expected, "")
    db = Database(new_sqlite_url)
    assert await is_migrated(db)
    await db.close()
