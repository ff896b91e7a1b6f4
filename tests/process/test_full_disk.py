"""A disk that has no room left, and then has again."""

import resource
import time

import httpx

from tests.process.alerts import assert_silence_is_told
from tests.process.discretion import assert_log_holds_no_secret
from tests.process.load import Load, running
from tests.process.stored import assert_nothing_is_lost
from tests.support.receiver import Receiver
from tests.support.server import Server, StartServer

SILENCE_SECONDS = 3


def fill_disk(server: Server) -> None:
    """Let the server write to no file, its log included: for a process, that is a full disk."""
    _, hard = resource.prlimit(server.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(server.pid, resource.RLIMIT_FSIZE, (0, hard))


def empty_disk(server: Server) -> None:
    _, hard = resource.prlimit(server.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(server.pid, resource.RLIMIT_FSIZE, (hard, hard))


def assert_the_api_says_so(server: Server) -> None:
    """Check that a request that cannot be counted is put off, and hears what was left before."""
    answer = httpx.get(f"{server.url}/api/v1/jobs", headers={"X-API-Key": server.api_key})
    assert (answer.status_code, answer.json()["error"]) == (503, "unavailable")
    assert 1 <= int(answer.headers["Retry-After"]) <= 8
    assert 0 < int(answer.headers["X-RateLimit-Remaining-Minute"]) <= 60


def test_a_server_outlives_a_full_disk(
    start_server: StartServer, new_sqlite_url: str, receiver: Receiver
) -> None:
    server = start_server(new_sqlite_url)
    server.tell(receiver)
    jobs = [server.make_job() for _ in range(8)]
    silent = server.make_job(expected_interval_seconds=1, grace_seconds=0, down_after_seconds=0)
    load = Load([server], jobs)
    with running(load):
        load.wait_for(100)
        assert server.ping(silent).status_code == 200
        fill_disk(server)
        load.wait_for(8, status=503)
        assert_the_api_says_so(server)
        acknowledged = load.count(200)
        # The silent job's time comes meanwhile, and cannot be noted either.
        time.sleep(SILENCE_SECONDS)
        assert load.count(200) == acknowledged
        empty_disk(server)
        load.wait_for(100)
        server.wait_until_ready()
    assert set(load.answers) == {200, 503}
    assert_nothing_is_lost(new_sqlite_url, load)
    assert_silence_is_told(receiver, silent)
    assert_log_holds_no_secret(server, receiver, jobs)
