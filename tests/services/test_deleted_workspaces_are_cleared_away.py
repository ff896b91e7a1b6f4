"""What a deleted workspace had goes a few rows at a time, until no table knows of it."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import Table, select

from cronbeats.services.delete_workspaces import delete_workspace
from cronbeats.services.set_up import set_up
from cronbeats.storage import deleted_workspaces
from cronbeats.storage.schema import job_states, jobs
from cronbeats.workers.pruner import Pruner
from tests.api.answers import data_of
from tests.api.furnished import ask, furnish
from tests.support.lock_waits import until_waiting
from tests.support.people import person
from tests.support.pruning import one_round
from tests.support.stored_rows import StoredRow, stored_rows, tables_of_workspaces
from tests.support.world import World

LONG = timedelta(days=90)


async def furnish_two(world: World) -> list[StoredRow]:
    """Put something of everything into two workspaces; return the rows of the second."""
    other = await set_up(world.db, "Office", "eve@example.com", world.clock())
    for key, whose in ((world.api_key, "ada"), (other.api_key, "eve")):
        made = await furnish(world, key, whose)
        data_of(await ask(world, "POST /jobs", made.ids, {"X-API-Key": key}), 201)
    rows = await stored_rows(world.db)
    filled = {row.table for row in rows if row.workspace_id == world.workspace_id}
    assert filled == tables_of_workspaces()
    return [row for row in rows if row.workspace_id == other.workspace_id]


async def delete(world: World) -> None:
    await delete_workspace(world.db, world.workspace_id, "Home", by=person(1), now=world.clock())


async def rows_of(world: World, workspace_id: int) -> list[StoredRow]:
    return [row for row in await stored_rows(world.db) if row.workspace_id == workspace_id]


async def test_no_table_keeps_a_row_and_no_batch_is_large(world: World) -> None:
    others = await furnish_two(world)
    for _ in range(21):
        await world.make_job()
    await delete(world)
    left = len(await rows_of(world, world.workspace_id))
    count = 1
    while count:
        async with world.db.write() as tx:
            count = await deleted_workspaces.clear(tx, world.workspace_id, 25)
        before, left = left, len(await rows_of(world, world.workspace_id))
        assert 1 <= before - left <= 25
    assert left == 0
    assert await rows_of(world, others[0].workspace_id or 0) == others


async def test_a_workspace_that_is_there_is_never_cleared_away(world: World) -> None:
    before = await rows_of(world, world.workspace_id)
    async with world.db.write() as tx:
        assert not await deleted_workspaces.clear(tx, world.workspace_id, 25)
    assert await rows_of(world, world.workspace_id) == before


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
@pytest.mark.parametrize("table", [job_states, jobs])
async def test_rows_that_pings_lock_are_locked_in_their_order(world: World, table: Table) -> None:
    # A crontab may go on pinging what is deleted: whoever locks in another order may deadlock.
    ids = [(await world.make_job())["id"] for _ in range(20)]
    await delete(world)
    [key] = table.primary_key
    async with world.db.write() as holding:
        await holding.execute(select(key).where(key == ids[9]).with_for_update())
        clearing = asyncio.create_task(clear_all(world))
        await until_waiting(world.db)
        async with world.db.write() as looking:
            free = select(key).order_by(key).with_for_update(skip_locked=True)
            unlocked = (await looking.scalars(free)).all()
    await clearing
    assert unlocked == ids[10:]


async def clear_all(world: World) -> None:
    count = 1
    while count:
        async with world.db.write() as tx:
            count = await deleted_workspaces.clear(tx, world.workspace_id, 25)


async def test_the_pruner_begins_when_all_that_was_under_way_is_over(world: World) -> None:
    others = await furnish_two(world)
    await delete(world)
    pruner = Pruner(world.db, world.clock, 100, LONG, LONG)
    world.clock.turn(600)
    await one_round(pruner)
    assert await rows_of(world, world.workspace_id)
    world.clock.turn(1)
    await one_round(pruner)
    assert await rows_of(world, world.workspace_id) == []
    assert await rows_of(world, others[0].workspace_id or 0) == others
