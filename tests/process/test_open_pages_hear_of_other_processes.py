"""A page that one process serves is told what another one received, and holds up no stop."""

import asyncio
import time
from collections.abc import Iterator

import httpx

from cronbeats.clock import system_clock
from cronbeats.storage import sessions, users
from cronbeats.storage.database import Database
from tests.support.people import EMAIL, HOME
from tests.support.server import StartServer

SOON_SECONDS = 2
LONGEST_GOODBYE_SECONDS = 10


async def begin_session(database_url: str) -> str:
    db = Database(database_url)
    async with db.write() as tx:
        owner = await users.find(tx, EMAIL)
        assert owner is not None
        token = await sessions.begin(tx, owner.id, HOME, system_clock())
    await db.close()
    return token


def wait_for(lines: Iterator[str], sought: str) -> None:
    assert any(sought in line for line in lines), "the stream ended"


def test_a_page_is_told_what_another_process_received(
    start_server: StartServer, new_postgres_url: str
) -> None:
    here, there = start_server(new_postgres_url), start_server(new_postgres_url)
    job = here.make_job()
    workspace_id = here.api("GET", "/me")["workspace"]["id"]
    session = asyncio.run(begin_session(new_postgres_url))
    headers = {"Accept": "text/event-stream", "Cookie": f"cronbeats={session}"}
    url = f"{there.url}/w/{workspace_id}/events"
    with httpx.stream("GET", url, headers=headers, timeout=30) as stream:
        lines = stream.iter_lines()
        wait_for(lines, "retry")
        for status in ("/end/fail", ""):
            begun = time.monotonic()
            assert here.ping(job, status).status_code == 200
            wait_for(lines, f'"{job["id"]}":"status"')
            assert time.monotonic() - begun < SOON_SECONDS
        ended = there.stop()
        assert list(lines)[-1:] == [""], "it was ended as it should be"
    assert ended.exit_code == 0
    assert ended.seconds < LONGEST_GOODBYE_SECONDS
    assert here.stop().exit_code == 0
