"""A database that is away for longer than a job has time, while the server runs under load."""

import time
from collections import Counter

from tests.process.load import Load, running
from tests.process.own_postgres import OwnPostgres
from tests.process.stored import assert_nothing_is_lost
from tests.support.machine import wait_until
from tests.support.receiver import Receiver
from tests.support.server import StartServer

# A blind window begins beyond 30 s.
AWAY_SECONDS = 31
PATIENCE = 30.0


def test_nobody_is_blamed_for_a_database_that_was_away_and_a_dead_job_is_found(
    start_server: StartServer, own_postgres: OwnPostgres, receiver: Receiver
) -> None:
    server = start_server(own_postgres.url)
    server.tell(receiver)
    wish = {"expected_interval_seconds": 6, "grace_seconds": 4, "down_after_seconds": 0}
    alive, dead = server.make_job(**wish), server.make_job(**wish)
    load = Load([server], [server.make_job() for _ in range(4)], pause_seconds=0.1)
    with running(load):
        load.wait_for(50)
        for job in (alive, dead):
            assert server.ping(job).status_code == 200
        own_postgres.stop()
        time.sleep(AWAY_SECONDS)
        refused = load.count(503)
        own_postgres.start()
        load.wait_for(50)
        server.wait_until_ready()
        assert server.ping(alive).status_code == 200
        assert server.get_job(dead)["status"] == "healthy"

        until = time.monotonic() + PATIENCE
        while not receiver.taken and time.monotonic() < until:
            server.ping(alive)
            time.sleep(1)
    assert refused > 0
    assert [(each.kind, each.job_id) for each in receiver.taken] == [("job.down", dead["id"])]
    [window] = server.api("GET", "/blind-windows")["blind_windows"]
    assert AWAY_SECONDS <= window["duration_seconds"] <= AWAY_SECONDS + PATIENCE
    newest = server.api("GET", f"/jobs/{dead['id']}/runs")["runs"]
    assert [run["outcome"] for run in newest] == ["missed", "unobserved", "success"]
    outcomes = Counter(
        run["outcome"] for run in server.api("GET", f"/jobs/{alive['id']}/runs")["runs"]
    )
    assert set(outcomes) == {"success", "unobserved"}
    assert outcomes["unobserved"] == 1
    assert_nothing_is_lost(own_postgres.url, load)
    wait_until(lambda: server.log().count("blind_window") == 1, PATIENCE, "one line is logged")
