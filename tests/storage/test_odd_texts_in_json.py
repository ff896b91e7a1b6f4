"""What was once written as JSON can be read, also where it is no valid Unicode."""

from dataclasses import replace

import orjson
from sqlalchemy import update

from cronbeats.storage.alert_codec import alert_to_text
from cronbeats.storage.schema import alerts
from tests.support.outbox import fail_a_job
from tests.support.world import World

HALF_A_CHARACTER = "\ud83d"


async def test_an_alert_with_half_a_character_is_read_as_it_was(world: World) -> None:
    await fail_a_job(world)
    [claimed] = await world.claim()
    alert = claimed.taken[0].alert
    odd = {**orjson.loads(alert_to_text(alert)), "text": HALF_A_CHARACTER}
    async with world.db.write() as tx:
        await tx.execute(update(alerts).values(event=odd))
    world.clock.turn(3_600)
    [again] = await world.claim()
    assert again.taken[0].alert == replace(alert, text=HALF_A_CHARACTER)
