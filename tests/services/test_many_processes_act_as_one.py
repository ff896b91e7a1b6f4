"""Any number of processes may run every loop at once on one PostgreSQL: one history comes of it."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from itertools import pairwise

import pytest
from sqlalchemy import select

from cronbeats.domain.audit import OPERATOR
from cronbeats.domain.blind_window import ALWAYS_HEARD
from cronbeats.domain.signal import Signal, SignalKind
from cronbeats.services.check_deadlines import check_deadlines
from cronbeats.services.claim_alerts import claim_alerts
from cronbeats.services.delete_workspaces import delete_workspace
from cronbeats.services.manage_integrations import save_alert_rules
from cronbeats.services.mute_jobs import mute_jobs, unmute_jobs
from cronbeats.services.receive_signals import Accepted, Arrival, receive_signals
from cronbeats.services.set_up import set_up
from cronbeats.services.stay_aware import stay_aware
from cronbeats.storage import deleted_workspaces, integrations
from cronbeats.storage.database import Database
from cronbeats.storage.schema import alerts, incidents, transitions
from tests.support.databases import CIPHER
from tests.support.lock_waits import until_waiting
from tests.support.outbox import fail_a_job
from tests.support.people import person
from tests.support.world import World

PROCESSES = 4
JOBS = 40


@pytest.fixture
async def processes(database_url: str) -> AsyncIterator[list[Database]]:
    """Give several users of one database, as several processes would be."""
    async with AsyncExitStack() as stack:
        opened = [Database(database_url, pool_size=2, cipher=CIPHER) for _ in range(PROCESSES)]
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


async def test_many_watchers_remind_of_each_incident_once(
    world: World, processes: list[Database]
) -> None:
    await save_rules(world, reminder_interval_seconds=3_600)
    for key in await make_armed_jobs(world):
        await receive(world.db, world, key, SignalKind.FAIL)
    for hours in (1, 2):
        world.clock.turn(3_600)
        await asyncio.gather(
            *(check_deadlines(db, world.clock(), limit=15) for db in processes for _ in range(4))
        )
        assert (await kinds(world))["job.reminder"] == hours * JOBS


async def test_what_a_mute_held_back_is_told_once_by_many_watchers(
    world: World, processes: list[Database]
) -> None:
    keys, ids = await make_armed_jobs(world), list(range(1, JOBS + 1))
    await mute_jobs(
        world.db, world.workspace_id, ids, 60, world.clock(), by=OPERATOR, blind=ALWAYS_HEARD
    )
    for key in keys:
        await receive(world.db, world, key, SignalKind.FAIL)
    world.clock.turn(60)
    blind, now = ALWAYS_HEARD, world.clock()
    await asyncio.gather(
        *(check_deadlines(db, now, limit=15) for db in processes for _ in range(4)),
        *(
            unmute_jobs(db, world.workspace_id, ids, now, by=OPERATOR, blind=blind)
            for db in processes
        ),
        *(receive(db, world, key, SignalKind.PING) for db in processes[:1] for key in keys[::2]),
    )
    assert await kinds(world) == {"job.down": JOBS, "job.recovered": JOBS / 2}


async def test_a_rule_saved_while_jobs_go_down_holds_for_each_of_them(
    world: World, processes: list[Database]
) -> None:
    keys = await make_armed_jobs(world)
    await asyncio.gather(
        *(
            receive(db, world, key, SignalKind.FAIL)
            for number, db in enumerate(processes)
            for key in keys[number::PROCESSES]
        ),
        save_rules(world, reminder_interval_seconds=3_600),
    )
    world.clock.turn(3_600)
    await world.look()
    assert (await kinds(world))["job.reminder"] == JOBS


async def claim_at_once(world: World, processes: list[Database]) -> list[int]:
    """Let every process claim at the same time; return the ids of what they got."""
    claims = await asyncio.gather(
        *(
            claim_alerts(db, world.senders, world.clock(), room=lambda _: 7, storms=world.storms)
            for db in processes
            for _ in range(4)
        )
    )
    return [id_ for claim in claims for each in claim.claimed for id_ in each.ids]


async def save_rules(world: World, **rules: object) -> None:
    await save_alert_rules(world.db, world.workspace_id, rules, world.clock(), by=OPERATOR)


async def kinds(world: World) -> Counter[str]:
    """Count what is owed, by the kind of alert."""
    async with world.db.read() as tx:
        return Counter((await tx.scalars(select(alerts.c.kind))).all())


async def make_armed_jobs(world: World) -> list[str]:
    keys = [(await world.make_job(name=f"Job {n}"))["job_key"] for n in range(JOBS)]
    signal = Signal(SignalKind.PING, world.clock())
    await receive_signals(world.db, [Arrival(key, signal) for key in keys])
    return keys


async def receive(db: Database, world: World, key: str, kind: SignalKind) -> None:
    batch = await receive_signals(db, [Arrival(key, Signal(kind, world.clock()))])
    assert all(isinstance(receipt, Accepted) for receipt in batch.receipts)


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
async def test_who_takes_a_clock_back_waits_for_couriers_before_it_locks_alerts(
    world: World,
) -> None:
    await make_armed_jobs(world)
    await fail_a_job(world)
    await stay_aware(world.db, world.clock)
    world.clock.turn(-3600)
    async with world.db.write() as courier:
        await integrations.lock_many(courier, [1])
        taking_back = asyncio.create_task(stay_aware(world.db, world.clock))
        await until_waiting(world.db)
        async with world.db.write() as tx:
            free = select(alerts.c.id).with_for_update(skip_locked=True)
            assert len((await tx.scalars(free)).all()) == 1
    await taking_back


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
async def test_who_takes_a_clock_back_waits_for_no_deleted_workspace(world: World) -> None:
    other = await set_up(world.db, "Office", "eve@example.com", world.clock())
    now = world.clock()
    await delete_workspace(world.db, other.workspace_id, "Office", by=person(2), now=now)
    await stay_aware(world.db, world.clock)
    world.clock.turn(-3600)
    async with world.db.write() as clearing:
        await deleted_workspaces.clear(clearing, other.workspace_id, 1)
        async with asyncio.timeout(5):
            await stay_aware(world.db, world.clock)
