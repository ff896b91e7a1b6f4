"""Signals that owe nobody an alert go past SQLAlchemy, in one transaction; it is as durable."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import Dialect, text

from cronbeats.domain.job import Job
from cronbeats.domain.signal import Signal, SignalKind
from cronbeats.domain.state_machine import on_signal
from cronbeats.services.receive_signals import Accepted, Arrival, receive_signals
from cronbeats.storage import jobs
from cronbeats.storage.database import Database
from cronbeats.storage.drivers import Script, Statement
from tests.ping.door import arrival
from tests.support.counting_database import CountingDatabase
from tests.support.world import Json, World

KINDS = [
    SignalKind.PING,
    SignalKind.FAIL,
    SignalKind.SUCCESS,
    SignalKind.START,
    SignalKind.LOG,
    SignalKind.SUCCESS,
    SignalKind.PING,
]


async def stored(world: World, job: Json) -> Job:
    async with world.db.read() as tx:
        found = await jobs.get(tx, world.workspace_id, job["id"])
    assert found is not None
    return found


async def test_only_a_signal_that_changes_the_status_takes_the_long_way(
    world: World, database_url: str
) -> None:
    job = await world.make_job()
    db = CountingDatabase(database_url)
    ways = []
    for kind in [*SignalKind, SignalKind.START, SignalKind.SUCCESS]:
        world.clock.turn(20)
        signal = arrival(job["job_key"], kind=kind, received_at=world.clock())
        [receipt] = (await receive_signals(db, [signal])).receipts
        assert isinstance(receipt, Accepted)
        ways.append((kind, "long" if db.statements else "short"))
        db.statements.clear()
    assert ways == [
        (SignalKind.PING, "long"),
        (SignalKind.START, "short"),
        (SignalKind.SUCCESS, "short"),
        (SignalKind.FAIL, "long"),
        (SignalKind.PROGRESS, "short"),
        (SignalKind.LOG, "short"),
        (SignalKind.START, "short"),
        (SignalKind.SUCCESS, "long"),
    ]
    await db.close()


async def test_what_is_kept_of_a_job_is_what_the_law_says(world: World) -> None:
    made = await world.make_job(failure_tolerance=1)
    job = await stored(world, made)
    for kind in [*KINDS, SignalKind.PING, *KINDS]:
        signal = Signal(kind, world.clock.turn(20))
        job = on_signal(job, signal).job
        await receive_signals(world.db, [Arrival(job.key, signal)])
        assert await stored(world, made) == job


async def test_signals_of_one_job_count_in_their_order_whichever_way_they_take(
    world: World,
) -> None:
    loud, quiet = await world.make_job(), await world.make_job()
    for job in (loud, quiet):
        await world.ping(job)
    world.clock.turn(20)
    kinds = [SignalKind.START, SignalKind.FAIL, SignalKind.START]
    arrivals = [
        arrival(job["job_key"], kind=kind, received_at=world.clock())
        for kind in kinds
        for job in (loud, quiet)
        if job is loud or kind is SignalKind.START
    ]
    batch = await receive_signals(world.db, arrivals)
    assert all(isinstance(receipt, Accepted) for receipt in batch.receipts)
    assert batch.owed_alerts == 1
    for job, expected in (
        (loud, ["ping", "start", "fail", "start"]),
        (quiet, ["ping", "start", "start"]),
    ):
        answer = await world.api("GET", f"/jobs/{job['id']}/signals")
        assert [each["type"] for each in reversed(answer.json()["data"]["signals"])] == expected


async def test_nobody_notices_that_a_server_has_ended_the_connection_that_was_kept(
    postgres_database_url: str,
) -> None:
    db, other = Database(postgres_database_url), Database(postgres_database_url)
    for run in (db.run, db.look, db.ask, db.run_lightly):
        kept = await run(_ask_who_answers)
        assert await run(_ask_who_answers) == kept
        async with other.read() as tx:
            assert await tx.scalar(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": kept})
        assert await run(_ask_who_answers) != kept
    await db.close()
    await other.close()


async def test_what_is_kept_for_scripts_leaves_a_connection_to_others(database_url: str) -> None:
    db = Database(database_url, pool_size=2)
    await asyncio.gather(*(db.run(_ask_anything) for _ in range(4)))
    async with asyncio.timeout(5), db.write() as tx:
        assert await tx.scalar(text("SELECT 1")) == 1
    await db.close()


def _ask_anything(_dialect: Dialect) -> Script[Sequence[object]]:
    return (yield (Statement("SELECT 1", finds=True),))


def _ask_who_answers(_dialect: Dialect) -> Script[int]:
    [[pid]] = yield Statement("SELECT pg_backend_pid() WHERE '[]' = $1::text", finds=True), "[]"
    return int(pid)


async def test_others_who_write_have_their_turn_however_many_scripts_follow_one_another(
    tmp_path: Path,
) -> None:
    db = Database(f"sqlite:///{tmp_path / 'cronbeats.db'}")
    has_begun, has_written = asyncio.Event(), asyncio.Event()

    async def run_scripts() -> None:
        while not has_written.is_set():
            await db.run(_ask_how_durable)
            has_begun.set()

    async def write() -> None:
        await has_begun.wait()
        async with db.write() as tx:
            await tx.execute(text("CREATE TABLE written (at INTEGER)"))
        has_written.set()

    async with asyncio.timeout(20), asyncio.TaskGroup() as tasks:
        for task in (run_scripts(), run_scripts(), run_scripts(), write()):
            tasks.create_task(task)
    await db.close()


async def test_it_waits_for_the_disk_even_after_writes_that_did_not(tmp_path: Path) -> None:
    db = Database(f"sqlite:///{tmp_path / 'cronbeats.db'}")
    async with db.write_lightly() as tx:
        await tx.execute(text("SELECT 1"))
        assert await tx.scalar(text("PRAGMA synchronous")) == 1
    assert await db.run(_ask_how_durable) == [[2]]
    await db.close()


def _ask_how_durable(_dialect: Dialect) -> Script[Sequence[object]]:
    asked = "SELECT json_array(json_array(synchronous)) FROM pragma_synchronous WHERE '[]' = ?"
    return (yield Statement(asked, finds=True, is_packed=True), "[]")
