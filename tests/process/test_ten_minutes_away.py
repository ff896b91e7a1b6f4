"""A server that was away for ten minutes: no storm when it is back, and no dead job forgotten."""

import asyncio
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import httpx
from sqlalchemy import text

from cronbeats.domain.job import Job, Rules, State, Status
from cronbeats.domain.schedule import Every
from cronbeats.domain.transition import Change
from cronbeats.storage.database import Database
from cronbeats.storage.dialect import Moment
from cronbeats.storage.jobs import NewJob, add
from cronbeats.storage.ledger import Entry, open_account, record
from cronbeats.storage.schema import metadata
from tests.support.receiver import Receiver
from tests.support.server import Server, StartServer

JOBS = 300
AWAY = timedelta(minutes=10)
RULES = Rules(Every(10), grace_seconds=10, down_after_seconds=0)
PATIENCE = 60.0
PAUSE_SECONDS = 2


def test_only_jobs_that_stay_silent_after_the_absence_are_told_of_and_each_once(
    start_server: StartServer, new_database_url: str, receiver: Receiver
) -> None:
    server = start_server(new_database_url)
    server.tell(receiver)
    server.stop()
    jobs = asyncio.run(arm_jobs_and_let_time_pass(new_database_url))
    alive, dead = jobs[::2], jobs[1::2]
    server.start()
    ping_all(server, alive)
    assert receiver.taken == []

    until = time.monotonic() + PATIENCE
    while len(receiver.taken) < len(dead) and time.monotonic() < until:
        ping_all(server, alive)
        time.sleep(PAUSE_SECONDS)
    told = Counter((each.kind, each.job_id) for each in receiver.taken)
    assert told == {("job.down", job.id): 1 for job in dead}
    [window] = server.api("GET", "/blind-windows")["blind_windows"]
    assert window["duration_seconds"] >= AWAY.total_seconds()
    assert server.log().count("blind_window") == 1


async def arm_jobs_and_let_time_pass(url: str) -> list[Job]:
    """Make jobs that reported just now; then make all that ten minutes older."""
    now = datetime.now(UTC)
    state = State(Status.HEALTHY, since=now, due_at=RULES.schedule.slot_after(now))
    db = Database(url)
    async with db.write() as tx:
        jobs = [
            await add(tx, NewJob(1, f"{number:08}", f"Job {number}", RULES), state)
            for number in range(JOBS)
        ]
        for job in jobs:
            await open_account(tx, job)
        await record(tx, [Entry(Change(job), by_clock=True) for job in jobs], now)
    await make_older(db)
    await db.close()
    return jobs


async def make_older(db: Database) -> None:
    """Move every moment that the database knows into the past, as if it had gone by since."""
    async with db.write() as tx:
        is_sqlite = tx.dialect.name == "sqlite"
        by = AWAY // timedelta(microseconds=1) if is_sqlite else f"interval '{AWAY}'"
        for table in metadata.sorted_tables:
            moments = [column.name for column in table.c if isinstance(column.type, Moment)]
            if moments:
                changes = ", ".join(f"{name} = {name} - {by}" for name in moments)
                await tx.execute(text(f"UPDATE {table.name} SET {changes}"))  # noqa: S608


def ping_all(server: Server, jobs: list[Job]) -> None:
    with httpx.Client(timeout=PATIENCE) as client, ThreadPoolExecutor(16) as pool:
        urls = [f"{server.url}/ping/{job.key}" for job in jobs]
        assert {answer.status_code for answer in pool.map(client.get, urls)} == {200}
