"""Every database is brought to the schema of this version, by whoever comes first."""

import asyncio
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import text

from cronbeats.storage.database import Database
from cronbeats.storage.migrate import head, is_migrated, migrate
from cronbeats.storage.schema import metadata
from cronbeats.storage.upgrade import steps


@pytest.fixture(params=["sqlite", "postgres"])
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'empty.db'}"
    url: str = request.getfixturevalue("empty_postgres_url")
    return url


async def test_an_empty_database_gets_the_whole_schema(empty_database_url: str) -> None:
    db = Database(empty_database_url)
    assert not await is_migrated(db)
    await migrate(db)
    assert await is_migrated(db)
    async with db.read() as tx:
        missing = await tx.run_sync(
            lambda connection: compare_metadata(MigrationContext.configure(connection), metadata)
        )
    assert missing == []
    await db.close()


def test_the_newest_step_is_told_by_the_names_of_files_as_by_the_steps() -> None:
    assert head() == steps()[0]
    assert [int(step) for step in steps()] == list(range(len(steps()), 0, -1))


async def test_migrating_again_changes_nothing(empty_database_url: str) -> None:
    db = Database(empty_database_url)
    await migrate(db)
    await migrate(db)
    assert await is_migrated(db)
    await db.close()


async def test_many_processes_may_migrate_at_once(empty_database_url: str) -> None:
    databases = [Database(empty_database_url, pool_size=1) for _ in range(4)]
    await asyncio.gather(*(migrate(db) for db in databases))
    assert all([await is_migrated(db) for db in databases])
    for db in databases:
        await db.close()


async def test_a_newer_versions_database_is_left_as_it_is(empty_database_url: str) -> None:
    db = Database(empty_database_url)
    await migrate(db)
    async with db.write() as tx:
        await tx.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    await migrate(db)
    assert await is_migrated(db)
    async with db.read() as tx:
        step = await tx.scalar(text("SELECT version_num FROM alembic_version"))
    assert step == "9999" != head()
    await db.close()
