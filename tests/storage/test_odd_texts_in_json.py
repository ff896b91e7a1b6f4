"""What was once written as JSON can be read, also where it is no valid Unicode."""

from dataclasses import replace

from sqlalchemy import update

from cronbeats.storage.alert_codec import alert_to_json
from cronbeats.storage.schema import alerts
from tests.support.outbox import fail_a_job
from tests.support.world import World

HALF_A_CHARACTER = "\ud83d"


async def test_an_alert_with_half_a_character_is_read_as_it_was(world: World) -> None:
    await fail_a_job(world)
    [claimed] = await world.claim()
    odd = replace(claimed.taken[0].alert, text=HALF_A_CHARACTER)
    async with world.db.write() as tx:
        await tx.execute(update(alerts).values(event=alert_to_json(odd)))
    world.clock.turn(3_600)
    [again] = await world.claim()
    assert again.taken[0].alert == odd
