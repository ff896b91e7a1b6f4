"""A step that took long makes the next one smaller, and the rest after it longer."""

from collections.abc import Awaitable, Callable

import pytest

from cronbeats.services.prune_history import prune_history
from cronbeats.storage import audit_log
from cronbeats.storage.database import Transaction
from cronbeats.storage.pruning import Pace, prune_what_is_old
from tests.support.world import World


def deleting(world: World, seconds: float) -> Callable[[Transaction], Awaitable[int]]:
    """Return what deletes seven rows, and takes so long."""

    async def prune(_tx: Transaction) -> int:
        world.clock.turn(seconds)
        return 7

    return prune


async def test_steps_that_are_soon_over_grow_up_to_a_limit(world: World) -> None:
    pace = Pace(world.clock)
    most = []
    for _ in range(7):
        most.append(pace.rows)
        assert await pace.write(world.db, deleting(world, 0.001)) == 7
    assert most == [100, 200, 400, 800, 1_000, 1_000, 1_000]
    assert pace.rest_seconds == pytest.approx(0.009)


async def test_steps_that_take_long_shrink_until_they_do_not(world: World) -> None:
    pace = Pace(world.clock)
    await pace.write(world.db, deleting(world, 0.007))
    assert pace.rows == 71
    assert pace.rest_seconds == pytest.approx(0.063)
    await pace.write(world.db, deleting(world, 0.004))
    assert pace.rows == 71
    await pace.write(world.db, deleting(world, 60))
    assert (pace.rows, pace.rest_seconds) == (50, 10)


async def test_a_clock_that_is_set_back_neither_stops_nor_hurries(world: World) -> None:
    pace = Pace(world.clock)
    await pace.write(world.db, deleting(world, -3_600))
    assert (pace.rows, pace.rest_seconds) == (200, 0)


async def test_looking_for_what_may_go_is_rested_after_as_well(world: World) -> None:
    pace = Pace(world.clock)

    async def find(_tx: Transaction) -> str:
        world.clock.turn(0.1)
        return "found"

    assert await pace.read(world.db, find) == "found"
    assert pace.rows == 100
    assert pace.rest_seconds == pytest.approx(0.9)


async def test_each_kind_of_rows_begins_with_small_steps(world: World) -> None:
    pace = Pace(world.clock)
    await pace.write(world.db, deleting(world, 0))
    assert pace.rows == 200
    before = world.clock()
    pruned = prune_what_is_old(world.db, pace, audit_log.prune, before)
    assert [count async for count in pruned] == [0]
    assert pace.rows == 200


async def test_a_step_of_long_outputs_has_fewer_rows(world: World) -> None:
    job = await world.make_job()
    for _ in range(60):
        await world.ping(job, content=b"x" * 9_000)
    steps = [count async for count in prune_history(world.db, Pace(world.clock), 1, None)]
    # Each counts as three: the row, and two pages of its own.
    assert [count for count in steps if count][:2] == [33, 26]
