"""The PostgreSQL that everything depends on dies under load, and its standby takes over."""

import logging
import time

import httpx

from tests.process.alerts import assert_every_outage_was_told, assert_silence_is_told
from tests.process.load import Flapper, Load, running
from tests.process.postgres_node import running_pair, url_of
from tests.process.stored import assert_nothing_is_lost, rows
from tests.support.receiver import Receiver
from tests.support.server import StartServer

# Longer than the jobs may be silent, and so short that it is no blind window by itself.
AWAY_SECONDS = 6
PROMPT = {"expected_interval_seconds": 1, "grace_seconds": 2, "down_after_seconds": 0}

_log = logging.getLogger(__name__)


def test_when_the_primary_dies_nothing_is_lost_nobody_is_blamed_and_what_is_owed_is_told(
    start_server: StartServer, receiver: Receiver
) -> None:
    with running_pair() as (primary, standby):
        url = url_of(standby.address, primary.address)
        server = start_server(url, "--workers=2")
        server.tell(receiver)
        prompt = [server.make_job(**PROMPT) for _ in range(8)]
        dead = server.make_job(**PROMPT)
        flapper = Flapper(server, server.make_job())
        load = Load([server], prompt, threads=4)
        with running(load, flapper):
            load.wait_for(300)
            assert server.ping(dead).status_code == 200
            primary.kill()
            killed = time.monotonic()
            load.wait_for(1, status=503)
            refused = server.ping(prompt[0])
            assert tells_to_come_again(refused)
            with httpx.Client(headers={"X-API-Key": server.api_key}) as client:
                listed = client.get(f"{server.url}/api/v1/jobs")
            assert (listed.status_code, listed.headers["retry-after"]) == (503, "1")
            while time.monotonic() < killed + AWAY_SECONDS:
                load.wait_for(1, status=503)
            standby.promote()
            promoted = time.monotonic()
            load.wait_for(1)
            _log.info("pings are taken %.1f s after the promotion", time.monotonic() - promoted)
            load.wait_for(300)
            assert_silence_is_told(receiver, dead)
        assert set(load.answers) == {200, 503}
        assert_nothing_is_lost(standby.url, load)
        flapper.database_url = standby.url
        assert_every_outage_was_told(receiver, [flapper])
        # Not even for so short a time that nobody was told.
        blamed = {row.job_id for row in rows(standby.url, "SELECT job_id FROM incidents")}
        assert blamed == {dead["id"], flapper.job["id"]}
        assert server.readiness().status_code == 200
        assert server.stop().exit_code == 0


def tells_to_come_again(answer: httpx.Response) -> bool:
    return answer.status_code == 503 and 1 <= int(answer.headers["retry-after"]) <= 8
