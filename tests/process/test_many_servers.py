"""Several servers, one of them in several processes, on one PostgreSQL."""

import os
import signal

import httpx

from tests.process.alerts import assert_every_outage_was_told, assert_silence_is_told
from tests.process.load import Flapper, Load, running
from tests.process.stored import assert_nothing_is_lost
from tests.support.machine import group_members, wait_until
from tests.support.receiver import Receiver
from tests.support.scrape import scraped
from tests.support.server import Server, StartServer

TOKEN = "a-made-up-token-of-forty-one-characters-."
# Whoever is still starting notices later that nobody minds it any more.
LONGEST_GOODBYE_SECONDS = 30


def test_servers_that_share_a_database_send_each_alert_once(
    start_server: StartServer, new_postgres_url: str, receiver: Receiver
) -> None:
    first = start_server(new_postgres_url)
    servers = [first, start_server(new_postgres_url), start_server(new_postgres_url, "--workers=2")]
    first.tell(receiver)
    jobs = [first.make_job() for _ in range(8)]
    flappers = [Flapper(server, first.make_job()) for server in servers]
    silent = [first.make_job(expected_interval_seconds=1, grace_seconds=0) for _ in range(3)]
    load = Load(servers, jobs, threads=6)
    with running(load, *flappers):
        assert [first.ping(job).status_code for job in silent] == [200, 200, 200]
        load.wait_for(500)
    assert set(load.answers) == {200}
    assert_nothing_is_lost(new_postgres_url, load)
    assert_every_outage_was_told(receiver, flappers)
    for job in silent:
        assert_silence_is_told(receiver, job)
    assert [server.readiness().status_code for server in servers] == [200, 200, 200]
    assert [server.stop().exit_code for server in servers] == [0, 0, 0]
    ids = [each.id for each in receiver.attempts]
    outages = sum(flapper.cycles for flapper in flappers)
    # An outage that was over before anybody could be told of it is not told.
    assert len(ids) == len(set(ids)) <= 2 * outages + len(silent)


def test_a_process_that_dies_is_replaced_and_none_outlives_the_one_that_started_it(
    start_server: StartServer, new_postgres_url: str
) -> None:
    server = start_server(new_postgres_url, "--workers=2", metrics_token=TOKEN)
    load = Load([server], [server.make_job()])
    with running(load):
        load.wait_for(100)
        victim, survivor = set(group_members(server.pid)) - {server.pid}
        os.kill(victim, signal.SIGKILL)
        replaced = wait_until(
            lambda: set(group_members(server.pid)) - {server.pid, victim, survivor},
            30,
            "it is back",
        )
        assert len(replaced) == 1
        load.wait_for(100)
        # Whichever process answers tells what all have counted, the one that died as well.
        answered = load.count(200)
        told = [_pings_told(server) for _ in range(8)]
        assert told == sorted(told)
        assert answered <= told[0]
        server.kill(within_seconds=LONGEST_GOODBYE_SECONDS)
    assert_nothing_is_lost(new_postgres_url, load)


def _pings_told(server: Server) -> float:
    headers = {"Authorization": f"Bearer {TOKEN}"}
    told = scraped(httpx.get(f"{server.url}/metrics", headers=headers, trust_env=False))
    assert len(told.values("process_resident_memory_bytes")) == 2
    return told.value("cronbeats_pings_total", outcome="accepted")
