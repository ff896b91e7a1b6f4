"""A server process that was frozen for a while, as by SIGSTOP or a laptop's lid."""

import os
import signal
import time

from tests.support.machine import wait_until
from tests.support.receiver import Receiver
from tests.support.server import StartServer

FROZEN_SECONDS = 33
PATIENCE = 30.0


def test_a_frozen_server_blames_nobody_for_the_time_and_forgets_no_dead_job(
    start_server: StartServer, new_sqlite_url: str, receiver: Receiver
) -> None:
    server = start_server(new_sqlite_url)
    server.tell(receiver)
    wish = {"expected_interval_seconds": 8, "grace_seconds": 6, "down_after_seconds": 0}
    alive, dead = server.make_job(**wish), server.make_job(**wish)
    for job in (alive, dead):
        server.ping(job)
    os.kill(server.pid, signal.SIGSTOP)
    time.sleep(FROZEN_SECONDS)
    os.kill(server.pid, signal.SIGCONT)
    server.ping(alive)
    assert server.get_job(dead)["status"] == "healthy"

    until = time.monotonic() + PATIENCE
    while not receiver.taken and time.monotonic() < until:
        server.ping(alive)
        time.sleep(1)
    assert [(each.kind, each.job_id) for each in receiver.taken] == [("job.down", dead["id"])]
    [window] = server.api("GET", "/blind-windows")["blind_windows"]
    assert FROZEN_SECONDS <= window["duration_seconds"] <= FROZEN_SECONDS + PATIENCE
    newest = server.api("GET", f"/jobs/{dead['id']}/runs")["runs"]
    assert [run["outcome"] for run in newest] == ["missed", "unobserved", "success"]
    wait_until(lambda: server.log().count("blind_window") == 1, PATIENCE, "one line is logged")
