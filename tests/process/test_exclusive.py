"""What only one server may have: a port, and the file of an embedded database."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.machine import free_port
from tests.support.program import run
from tests.support.server import Server, StartServer

QUICKLY_SECONDS = 20


@pytest.fixture(params=["SO_REUSEADDR", "SO_REUSEPORT"])
def taken_port(request: pytest.FixtureRequest) -> Iterator[int]:
    """Give a port on which a stranger listens, who has set one option or the other."""
    with socket.socket() as stranger:
        stranger.setsockopt(socket.SOL_SOCKET, getattr(socket, request.param), 1)
        stranger.bind(("127.0.0.1", 0))
        stranger.listen()
        yield stranger.getsockname()[1]


def complaint(server: Server, port: int) -> str:
    """Run a server that cannot start; return what it prints."""
    command = ("serve", "--port", str(port))
    ended = run(server.directory, *command, environment=server.environment, seconds=QUICKLY_SECONDS)
    assert ended.returncode == 1
    assert ended.stdout == ""
    return ended.stderr


def test_a_second_server_on_the_same_file_or_port_refuses_with_one_line(
    start_server: StartServer, new_sqlite_url: str, tmp_path: Path
) -> None:
    server = start_server(new_sqlite_url)
    file = new_sqlite_url.removeprefix("sqlite:///")
    assert complaint(server, free_port()) == (
        f"error: another CronBeats server uses {file}; stop it first, "
        "or use PostgreSQL to run several\n"
    )
    stranger = Server(tmp_path, f"sqlite:///{tmp_path / 'another.db'}")
    assert complaint(stranger, server.port) == taken(server.port)
    assert server.readiness().status_code == 200


def test_a_server_whose_port_is_taken_refuses_with_one_line(
    tmp_path: Path, new_sqlite_url: str, taken_port: int
) -> None:
    assert complaint(Server(tmp_path, new_sqlite_url), taken_port) == taken(taken_port)


def taken(port: int) -> str:
    return (
        f"error: port {port} of 127.0.0.1 is taken by another program; choose another with --port\n"
    )
