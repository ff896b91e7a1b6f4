"""Servers keep no secret in the clear, and share one key file however they start."""

import stat
from pathlib import Path

import httpx

from tests.process.discretion import assert_log_holds_no_secret
from tests.process.stored import rows
from tests.support.machine import wait_until
from tests.support.program import start
from tests.support.receiver import Receiver
from tests.support.server import Server, StartServer


def fail_a_job(server: Server, receiver: Receiver) -> None:
    """Let the receiver be told of something, and wait until it was."""
    before = len({each.id for each in receiver.taken})
    job = server.make_job()
    server.ping(job, "/end/fail")
    receiver.wait_for(before + 1, seconds=30)
    assert_log_holds_no_secret(server, receiver, [job])


def test_no_byte_of_a_secret_is_in_the_file_or_its_log(
    start_server: StartServer, new_sqlite_url: str, receiver: Receiver, tmp_path: Path
) -> None:
    server = start_server(new_sqlite_url)
    server.tell(receiver)
    fail_a_job(server, receiver)
    key_file = tmp_path / "cronbeats.db.key"
    key = key_file.read_text().strip()
    assert stat.S_IMODE(key_file.stat().st_mode) == 0o600
    assert key not in server.log()
    for is_stopped in (False, True):
        if is_stopped:
            server.stop()
        files = [*tmp_path.glob("cronbeats.db"), *tmp_path.glob("cronbeats.db-*")]
        assert len(files) == (1 if is_stopped else 3)
        content = b"".join(file.read_bytes() for file in files)
        for secret in (receiver.secret, server.api_key, key):
            assert secret.encode() not in content


def test_no_secret_is_in_a_servers_tables(
    start_server: StartServer, new_postgres_url: str, receiver: Receiver
) -> None:
    server = start_server(new_postgres_url)
    server.tell(receiver)
    fail_a_job(server, receiver)
    for table in ("integrations", "alerts", "api_keys"):
        found = str(rows(new_postgres_url, f"SELECT * FROM {table}"))  # noqa: S608 - our own tables
        assert len(found) > 2
        assert receiver.secret not in found
        assert server.api_key not in found


def test_servers_that_start_at_once_on_a_new_file_agree_on_its_key(
    new_sqlite_url: str, receiver: Receiver, tmp_path: Path
) -> None:
    first, second = (Server(tmp_path, new_sqlite_url) for _ in range(2))
    printed = tmp_path / "rotating"
    rotating = start(
        tmp_path,
        *("secrets", "rotate"),
        environment=first.environment,
        stdout=printed,
        stderr=printed,
    )
    try:
        for server in (first, second):
            server.launch()
        rotating.wait(60)
        servers = (first, second)
        [winner] = wait_until(lambda: [*filter(is_up, servers)], 60, "one of them is ready")
        winner.set_up()
        winner.tell(receiver)
        fail_a_job(winner, receiver)
        winner.stop()
        assert len([*tmp_path.glob("cronbeats.db.key*")]) == 1
        winner.start()
        fail_a_job(winner, receiver)
    finally:
        first.end()
        second.end()


def is_up(server: Server) -> bool:
    try:
        return server.readiness().status_code == 200
    except httpx.HTTPError:
        return False
