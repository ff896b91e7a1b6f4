"""Any number of processes may run every loop at once on one PostgreSQL: one history comes of it."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from itertools import pairwise

import pytest
from sqlalchemy import select

from cronbeats.domain.signal import Signal, SignalKind
from cronbeats.services.check_deadlines import check_deadlines
from cronbeats.services.deliver_alerts import claim_alerts
from cronbeats.services.receive_signals import Accepted, Arrival, receive_signals
from cronbeats.storage.database import Database
from cronbeats.storage.schema import alerts, incidents, transitions
from tests.support.world import World

PROCESSES = 4
JOBS = 40


@pytest.fixture
async def processes(database_url: str) -> AsyncIterator[list[Database]]:
    """Give several users of one database, as several processes would be."""
    async with AsyncExitStack() as stack:
        opened = [Database(database_url, pool_size=2) for _ in range(PROCESSES)]
        for each in opened:
            stack.push_async_callback(each.close)
        yield opened


async def test_many_watchers_find_each_lost_slot_once(
    world: World, processes: list[Database]
) -> None:
    await make_armed_jobs(world)
    world.clock.turn(60 + 30 + 30)
    looks = await asyncio.gather(
        *(check_deadlines(db, world.clock(), limit=15) for db in processes for _ in range(4))
    )
    assert sum(look.owed_alerts for look in looks) == JOBS
    async with world.db.read() as tx:
        assert len((await tx.execute(select(incidents))).all()) == JOBS
        steps = Counter((await tx.scalars(select(transitions.c.after))).all())
    assert steps == {"healthy": JOBS, "late": JOBS, "down": JOBS}


async def test_many_couriers_claim_each_alert_once(world: World, processes: list[Database]) -> None:
    jobs = await make_armed_jobs(world)
    for key in jobs:
        await receive(world.db, world, key, SignalKind.FAIL)
    claimed: list[int] = []
    while more := await claim_at_once(world, processes):
        claimed += more
    assert len(claimed) == len(set(claimed)) == JOBS
    async with world.db.read() as tx:
        assert len((await tx.execute(select(alerts))).all()) == JOBS


async def test_pings_and_watchers_at_once_break_no_chain(
    world: World, processes: list[Database]
) -> None:
    keys = await make_armed_jobs(world)
    for _ in range(3):
        world.clock.turn(60 + 30 + 30)
        await asyncio.gather(
            *(check_deadlines(db, world.clock()) for db in processes),
            *(receive(db, world, key, SignalKind.PING) for db in processes for key in keys[::3]),
            *(receive(db, world, key, SignalKind.FAIL) for db in processes for key in keys[1::3]),
        )
    async with world.db.read() as tx:
        steps = (
            await tx.execute(select(transitions).order_by(transitions.c.job_id, transitions.c.id))
        ).all()
    for before, after in pairwise(steps):
        if before.job_id == after.job_id:
            assert before.after == after.before
            assert before.at <= after.at


async def claim_at_once(world: World, processes: list[Database]) -> list[int]:
    """Let every process claim at the same time; return the ids of what they got."""
    claims = await asyncio.gather(
        *(claim_alerts(db, world.clock(), limit=7) for db in processes for _ in range(4))
    )
    return [each.id for claim in claims for each in claim]


async def make_armed_jobs(world: World) -> list[str]:
    keys = [(await world.make_job(name=f"Job {n}"))["job_key"] for n in range(JOBS)]
    signal = Signal(SignalKind.PING, world.clock())
    await receive_signals(world.db, [Arrival(key, signal) for key in keys])
    return keys


async def receive(db: Database, world: World, key: str, kind: SignalKind) -> None:
    batch = await receive_signals(db, [Arrival(key, Signal(kind, world.clock()))])
    assert all(isinstance(receipt, Accepted) for receipt in batch.receipts)
