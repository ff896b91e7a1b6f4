"""The pruner takes small steps, rests between them, and outlives what fails."""

from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Dialect, func, select

from cronbeats.domain.errors import UnavailableError
from cronbeats.storage.database import Database
from cronbeats.storage.drivers import Result, Script
from cronbeats.storage.schema import alerts, signals
from cronbeats.workers.pruner import PRUNE_EVERY_SECONDS, Pruner
from tests.support.outbox import fail_a_job
from tests.support.pruning import one_round
from tests.support.world import World

KEEP = 2
MONTHS = timedelta(days=90)


class FailingDatabase(Database):
    """Raises `failure`, if there is one, instead of letting anybody write."""

    failure: Exception | None = None

    async def run_lightly(
        self, begin: Callable[[Dialect], Script[Result]], *, is_large: bool = False
    ) -> Result:
        if self.failure is not None:
            raise self.failure
        return await super().run_lightly(begin, is_large=is_large)


@pytest.fixture
async def failing(database_url: str) -> AsyncIterator[FailingDatabase]:
    database = FailingDatabase(database_url)
    yield database
    await database.close()


async def test_it_rests_nine_times_as_long_as_a_step_took(world: World) -> None:
    await make_too_much(world)

    def clock() -> datetime:
        return world.clock.turn(0.01)

    pruner = Pruner(world.db, clock, KEEP, MONTHS, MONTHS)
    # Looking for jobs with too many signals, then for these, and deleting them.
    rests = [await pruner.step() for _ in range(3)]
    assert rests == [pytest.approx(0.09)] * 3
    assert await count(world, "signals") == KEEP


async def test_a_round_without_a_database_begins_anew_when_it_is_back(
    world: World, failing: FailingDatabase
) -> None:
    await make_too_much(world)
    pruner = Pruner(failing, world.clock, KEEP, MONTHS, MONTHS)
    failing.failure = UnavailableError("the disk is full")
    for _ in range(3):
        await look_for_signals(pruner)
        with pytest.raises(UnavailableError):
            await pruner.step()
    assert await count(world, "signals") > KEEP
    failing.failure = None
    await one_round(pruner)
    assert await count(world, "signals") == KEEP


async def test_a_task_that_fails_keeps_no_other_and_is_done_in_the_next_round(
    world: World, failing: FailingDatabase
) -> None:
    await make_too_much(world)
    await fail_a_job(world)
    await world.deliver_all()
    world.clock.turn(MONTHS.total_seconds() + 1)
    pruner = Pruner(failing, world.clock, KEEP, MONTHS, MONTHS)
    failing.failure = ZeroDivisionError()
    await look_for_signals(pruner)
    with pytest.raises(ZeroDivisionError):
        await pruner.step()
    failing.failure = None
    await one_round(pruner)
    assert (await count(world, "signals") > KEEP, await count(world, "alerts")) == (True, 0)
    await one_round(pruner)
    assert await count(world, "signals") <= 2 * KEEP


async def look_for_signals(pruner: Pruner) -> None:
    """Take the steps that only read: whose signals are too many, and which of them go."""
    for _ in range(2):
        assert await pruner.step() < PRUNE_EVERY_SECONDS


async def make_too_much(world: World) -> None:
    job = await world.make_job()
    for _ in range(KEEP + 3):
        await world.ping(job)


async def count(world: World, table: str) -> int:
    tables = {"alerts": alerts, "signals": signals}
    async with world.db.read() as tx:
        found: int | None = await tx.scalar(select(func.count()).select_from(tables[table]))
    return found or 0
