"""A server with nothing to do asks its database hardly anything."""

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from cronbeats.domain.delivery import Delivery, Refused, Unreachable
from cronbeats.workers.courier import Courier
from cronbeats.workers.roster import LONGEST_SLEEP_SECONDS
from cronbeats.workers.watch_deadlines import DeadlineWatcher
from tests.support.counting_database import CountingDatabase
from tests.support.outbox import fail_a_job
from tests.support.world import World

MINUTE = 60

Step = Callable[[], Awaitable[float]]
WAITS: dict[str, Delivery] = {
    "again later": Unreachable("no answer", retry_after_seconds=3_600),
    "throttled": Unreachable("too many", 429, retry_after_seconds=3_600, is_throttled=True),
    "broken": Refused("gone", 410, is_broken=True),
}


@pytest.fixture
async def counting(database_url: str) -> AsyncIterator[CountingDatabase]:
    database = CountingDatabase(database_url)
    yield database
    await database.close()


async def idle(world: World, step: Step, seconds: float = MINUTE) -> None:
    """Let a loop turn as often as it asks for, with nothing to do."""
    end = world.clock().timestamp() + seconds
    while world.clock().timestamp() < end:
        wait = await step()
        assert wait > 0
        world.clock.turn(min(wait, LONGEST_SLEEP_SECONDS))


def courier_of(world: World, db: CountingDatabase) -> Courier:
    return Courier(db, world.clock, world.senders, lambda: 0.0, lambda: None)


async def test_a_courier_that_is_owed_nothing_asks_once_a_second(
    world: World, counting: CountingDatabase
) -> None:
    courier = courier_of(world, counting)
    await courier.step()
    counting.statements.clear()
    await idle(world, courier.step)
    assert len(counting.statements) <= MINUTE


@pytest.mark.parametrize("answer", WAITS.values(), ids=WAITS.keys())
async def test_a_courier_whose_alerts_wait_asks_once_a_second(
    world: World, counting: CountingDatabase, answer: Delivery
) -> None:
    job = await fail_a_job(world)
    world.sender.answers.append(answer)
    await world.deliver_all()
    # Its recovery, and others, wait behind it.
    await world.ping(job)
    await world.deliver_all()
    courier = courier_of(world, counting)
    await courier.step()
    counting.statements.clear()
    await idle(world, courier.step)
    assert len(counting.statements) <= MINUTE


async def test_a_watcher_whose_jobs_are_not_due_asks_once_a_second(
    world: World, counting: CountingDatabase
) -> None:
    for interval in (3_600, 7_200):
        job = await world.make_job(expected_interval_seconds=interval)
        await world.ping(job)
    watcher = watch(world, counting)
    await idle(world, watcher.step)
    assert len(counting.statements) <= MINUTE


async def test_a_watcher_without_any_armed_job_asks_once_a_second(
    world: World, counting: CountingDatabase
) -> None:
    watcher = watch(world, counting)
    await idle(world, watcher.step)
    assert len(counting.statements) <= MINUTE


def watch(world: World, db: CountingDatabase) -> DeadlineWatcher:
    return DeadlineWatcher(db, world.clock, world.lookout, lambda: None, lambda: None)
