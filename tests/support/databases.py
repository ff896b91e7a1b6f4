"""A migrated, empty database for each test, on SQLite and on PostgreSQL."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from functools import cache
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy import make_url

from cronbeats.storage.cipher import Cipher
from cronbeats.storage.database import Database
from cronbeats.storage.migrate import migrate
from cronbeats.storage.schema import metadata

SECRET_KEY = "a-made-up-key-" * 3
CIPHER = Cipher([SECRET_KEY])

# Up to this size, PostgreSQL plans for a table that no vacuum has seen as for an empty one.
_MOST_BYTES = 10 * 8192
_TABLES = [table.name for table in metadata.sorted_tables]
# TRUNCATE makes the files of all tables and indexes anew, which takes a hundred times as long. What
# is deleted keeps its place until a vacuum, so tables that have grown are truncated all the same.
_SWEEPER = f"""
CREATE FUNCTION pg_temp.sweep() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM pg_class
        WHERE relkind IN ('r', 'i') AND relnamespace = 'public'::regnamespace
            AND pg_relation_size(oid) > {_MOST_BYTES}
    ) THEN
        TRUNCATE {", ".join(_TABLES)} RESTART IDENTITY;
        RETURN;
    END IF;
    {" ".join(f"DELETE FROM {name};" for name in reversed(_TABLES))}
    PERFORM setval(format('%I.%I', schemaname, sequencename)::regclass, 1, false)
        FROM pg_sequences WHERE last_value IS NOT NULL;
END $$
"""  # noqa: S608 - our own tables


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest) -> str:
    """Give the URL of a migrated, empty database."""
    url: str = request.getfixturevalue(f"{request.param}_database_url")
    return url


@pytest.fixture
def sqlite_database_url(sqlite_template: Path, sqlite_home: Path) -> str:
    shutil.rmtree(sqlite_home, ignore_errors=True)
    sqlite_home.mkdir()
    file = sqlite_home / "cronbeats.db"
    shutil.copy(sqlite_template, file)
    return f"sqlite:///{file}"


@pytest.fixture
def postgres_database_url(migrated_postgres_url: str, sweep_postgres: Callable[[], None]) -> str:
    sweep_postgres()
    return migrated_postgres_url


@pytest.fixture(scope="session")
def sqlite_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the directory of one worker's file, which each of its tests gets anew."""
    return tmp_path_factory.mktemp("sqlite") / "home"


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("template") / "cronbeats.db"
    asyncio.run(_migrate(f"sqlite:///{file}"))
    return file


@pytest.fixture(scope="session")
def migrated_postgres_url(postgres_url: str) -> str:
    asyncio.run(_migrate(postgres_url))
    return postgres_url


@pytest.fixture(scope="session")
def sweep_postgres(migrated_postgres_url: str) -> Iterator[Callable[[], None]]:
    """Give what empties a worker's database, over a connection that it keeps."""
    with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
        url = make_url(migrated_postgres_url).set(drivername="postgresql")
        connection = runner.run(asyncpg.connect(url.render_as_string(hide_password=False)))
        runner.run(connection.execute(_SWEEPER))
        yield lambda: runner.run(connection.execute("SELECT pg_temp.sweep()"))
        runner.run(connection.close())


@pytest.fixture
async def db(database_url: str) -> AsyncIterator[Database]:
    database = _database(database_url)
    yield database
    await database.close()


@cache
def _database(url: str) -> Database:
    """Return a worker's one database there: it opens again, and knows its statements by then."""
    return Database(url, cipher=CIPHER)


async def _migrate(url: str) -> None:
    database = Database(url)
    await migrate(database)
    await database.close()
