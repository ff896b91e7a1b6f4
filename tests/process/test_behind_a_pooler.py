"""A server behind PgBouncer in transaction mode: everything works as without it."""

import asyncio
import time
from collections.abc import Iterator

import httpx
import pytest

from tests.process.alerts import assert_every_outage_was_told, assert_silence_is_told
from tests.process.load import Flapper, Load, running
from tests.process.pooler import running_pooler
from tests.process.postgres_node import Node, running_node
from tests.process.stored import assert_nothing_is_lost
from tests.process.test_open_pages_hear_of_other_processes import begin_session, wait_for
from tests.support.receiver import Receiver
from tests.support.server import Server, StartServer

SOON_SECONDS = 2


@pytest.fixture(scope="module")
def node() -> Iterator[Node]:
    with running_node() as made:
        yield made


@pytest.fixture(scope="module")
def pooled_url(node: Node) -> Iterator[str]:
    with running_pooler(node) as url:
        yield url


def test_behind_a_pooler_pings_alerts_and_pages_are_as_ever(
    start_server: StartServer, node: Node, pooled_url: str, receiver: Receiver
) -> None:
    direct = {"database_direct_url": node.url}
    here = start_server(pooled_url, "--workers=2", **direct)
    here.tell(receiver)
    jobs = [here.make_job() for _ in range(8)]
    silent = here.make_job(expected_interval_seconds=1, grace_seconds=0)
    flappers = [Flapper(here, here.make_job()) for _ in range(2)]
    load = Load([here], jobs, threads=6)
    with running(load, *flappers):
        assert here.ping(silent).status_code == 200
        load.wait_for(500)
    assert set(load.answers) == {200}
    assert_nothing_is_lost(node.url, load)
    assert_every_outage_was_told(receiver, flappers)
    assert_silence_is_told(receiver, silent)
    assert_pages_are_told(here, jobs[0], node)
    assert "other_processes_not_heard" not in here.log()
    assert here.stop().exit_code == 0


def assert_pages_are_told(server: Server, job: dict[str, object], node: Node) -> None:
    """Each change comes through one of two processes, and is told by whichever serves the page."""
    workspace_id = server.api("GET", "/me")["workspace"]["id"]
    session = asyncio.run(begin_session(node.url))
    headers = {"Accept": "text/event-stream", "Cookie": f"cronbeats={session}"}
    url = f"{server.url}/w/{workspace_id}/events"
    with httpx.stream("GET", url, headers=headers, timeout=30) as stream:
        lines = stream.iter_lines()
        wait_for(lines, "retry")
        for status in ("/end/fail", "", "/end/fail", ""):
            begun = time.monotonic()
            assert server.ping(job, status).status_code == 200
            wait_for(lines, f'"{job["id"]}":"status"')
            assert time.monotonic() - begun < SOON_SECONDS
