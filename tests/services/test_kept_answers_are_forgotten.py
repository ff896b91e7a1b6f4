"""Answers are kept for a day, and then go a few at a time."""

from datetime import timedelta

from sqlalchemy import func, insert, select

from cronbeats.domain.kept_answer import KEPT_FOR
from cronbeats.services.forget_answers import forget_answers
from cronbeats.storage.schema import kept_answers
from tests.support.pruning import pace
from tests.support.world import World


async def test_what_was_kept_for_a_day_goes_in_batches_and_the_rest_stays(world: World) -> None:
    now = world.clock()
    alike = {"workspace_id": world.workspace_id, "fingerprint": "f"}
    rows = [{**alike, "key": f"old {n}", "kept_at": now - KEPT_FOR} for n in range(1_200)]
    fresh = {**alike, "key": "fresh", "kept_at": now - KEPT_FOR + timedelta(seconds=1)}
    async with world.db.write() as tx:
        await tx.execute(insert(kept_answers), [*rows, fresh])
    steps = forget_answers(world.db, pace(), now)
    assert [count async for count in steps] == [100, 200, 400, 500]
    async with world.db.read() as tx:
        assert await tx.scalar(select(func.count()).select_from(kept_answers)) == 1
