"""What a deleted workspace had goes a few rows at a time, until no table knows of it."""

from datetime import timedelta

from cronbeats.services.delete_workspaces import delete_workspace
from cronbeats.services.set_up import set_up
from cronbeats.storage import deleted_workspaces
from cronbeats.workers.pruner import Pruner
from tests.api.answers import data_of
from tests.api.furnished import ask, furnish
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
