"""A step that took long makes the next one smaller, and the rest after it longer."""

from collections.abc import Awaitable, Callable

import pytest

from cronbeats.storage.database import Transaction
from cronbeats.storage.pruning import Pace
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
    assert most == [100, 200, 400, 800, 1_600, 2_000, 2_000]
    assert pace.rest_seconds == pytest.approx(0.009)


async def test_steps_that_take_long_shrink_until_they_do_not(world: World) -> None:
    pace = Pace(world.clock)
    await pace.write(world.db, deleting(world, 0.020))
    assert pace.rows == 50
    assert pace.rest_seconds == pytest.approx(0.18)
    await pace.write(world.db, deleting(world, 0.0075))
    assert pace.rows == 50
    await pace.write(world.db, deleting(world, 60))
    assert (pace.rows, pace.rest_seconds) == (10, 10)


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
