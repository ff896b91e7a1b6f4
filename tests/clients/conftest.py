"""A server on each database, and each of the public clients."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from sqlalchemy import URL

from tests.clients.faulty_proxy import FaultyProxy, proxy_to
from tests.clients.sdks import NodeSdk, PythonSdk, Sdk
from tests.support.postgres import new_database
from tests.support.server import Json, Server, running_server


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    """Give a server, which all tests of one file share."""
    directory: Path = tmp_path_factory.mktemp("server")
    with ExitStack() as stack:
        url = f"sqlite:///{directory / 'cronbeats.db'}"
        if request.param == "postgres":
            postgres: URL = request.getfixturevalue("postgres_server")
            url = stack.enter_context(new_database(postgres))
        yield stack.enter_context(running_server(directory, url))


@pytest.fixture(params=[PythonSdk, NodeSdk], ids=["python", "node"])
def sdk(request: pytest.FixtureRequest) -> Sdk:
    made: Sdk = request.param()
    return made


@pytest.fixture
def job(server: Server) -> Json:
    return server.make_job()


@pytest.fixture
def proxy(server: Server) -> Iterator[FaultyProxy]:
    """Give a proxy to the server, faultless at first."""
    with proxy_to(server) as made:
        yield made
