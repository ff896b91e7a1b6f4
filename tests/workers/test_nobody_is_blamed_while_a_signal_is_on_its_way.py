"""The watcher judges no further than the signals it may not know yet."""

from collections.abc import Callable
from datetime import datetime

import pytest

from cronbeats.domain.signal import Signal, SignalKind
from cronbeats.domain.state_machine import on_signal
from cronbeats.storage import jobs, ledger
from cronbeats.storage.database import Database
from cronbeats.workers.watch_deadlines import DeadlineWatcher
from tests.support.databases import CIPHER
from tests.support.world import World

LATE_AFTER = 60 + 30
SETTLING = 0.25


async def test_a_deadline_is_judged_a_moment_after_it_came(world: World) -> None:
    job = await world.make_job()
    await world.ping(job)
    watcher, _ = watch(world, lambda: None)
    world.clock.turn(LATE_AFTER)
    assert await watcher.step() > 0
    assert await world.look_up_status(job) == "healthy"
    world.clock.turn(SETTLING)
    assert await watcher.step() == 0
    assert await world.look_up_status(job) == "late"


async def test_a_signal_that_waits_for_its_commit_holds_the_judgement_back(world: World) -> None:
    job = await world.make_job()
    await world.ping(job)
    in_time = world.clock.turn(LATE_AFTER - 1)
    waiting: list[datetime] = [in_time]
    watcher, _ = watch(world, lambda: min(waiting, default=None))
    world.clock.turn(20)
    await watcher.step()
    assert await world.look_up_status(job) == "healthy"
    waiting.clear()
    await watcher.step()
    assert await world.look_up_status(job) == "late"


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
async def test_a_signal_that_another_process_is_committing_is_not_overtaken(
    world: World, database_url: str
) -> None:
    job = await world.make_job(down_after_seconds=0)
    await world.ping(job)
    other = Database(database_url, cipher=CIPHER)
    watcher, _ = watch(world, lambda: None)
    in_time = world.clock.turn(LATE_AFTER - 1)
    async with other.write() as tx:
        [locked] = await jobs.lock_by_keys(tx, {job["job_key"]})
        world.clock.turn(60)
        await watcher.step()
        assert await world.look_up_status(job) == "healthy"
        change = on_signal(locked, Signal(SignalKind.PING, in_time))
        await ledger.record(tx, [ledger.Entry(change)], in_time)
    await watcher.step()
    assert await world.look_up_status(job) == "healthy"
    await other.close()


async def test_the_next_look_is_planned_for_the_next_deadline(world: World) -> None:
    watcher, _ = watch(world, lambda: None)
    assert await watcher.step() == float("inf")
    await world.ping(await world.make_job())
    assert await watcher.step() == LATE_AFTER + SETTLING


async def test_an_alert_that_comes_to_be_owed_wakes_the_courier(world: World) -> None:
    await world.ping(await world.make_job(down_after_seconds=0))
    watcher, woken = watch(world, lambda: None)
    world.clock.turn(LATE_AFTER - 1)
    await watcher.step()
    assert woken == []
    world.clock.turn(2)
    await watcher.step()
    assert woken == [world.clock()]


def watch(
    world: World, oldest_unsettled: Callable[[], datetime | None]
) -> tuple[DeadlineWatcher, list[datetime]]:
    woken: list[datetime] = []
    watcher = DeadlineWatcher(
        world.db,
        world.clock,
        world.lookout,
        oldest_unsettled,
        lambda: woken.append(world.clock()),
    )
    return watcher, woken
