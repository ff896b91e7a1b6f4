"""An integration that takes nothing any more says so; what is owed waits until it is mended."""

from sqlalchemy import select

from cronbeats.domain.delivery import Delivered, Refused
from cronbeats.storage.schema import integrations
from tests.support.outbox import endings, fail_a_job, set_up
from tests.support.world import Json, World

GONE = Refused("The webhook answered 410 Gone.", 410, is_broken=True)
HOUR = 3_600


async def shown(world: World) -> Json | None:
    [webhook] = (await world.api("GET", "/integrations")).json()["data"]["integrations"]
    broken: Json | None = webhook["broken"]
    return broken


async def break_it(world: World) -> None:
    await fail_a_job(world)
    world.sender.answers.append(GONE)
    await world.deliver_all()


async def test_it_shows_since_when_it_is_broken_and_why(world: World) -> None:
    assert await shown(world) is None
    await break_it(world)
    assert await shown(world) == {"since": "2026-03-02T12:00:00Z", "reason": GONE.error}
    world.clock.turn(HOUR)
    world.sender.answers.append(Refused("still gone", 410, is_broken=True))
    await world.deliver_all()
    assert await shown(world) == {"since": "2026-03-02T12:00:00Z", "reason": "still gone"}


async def test_only_the_first_refusal_is_news(world: World) -> None:
    await fail_a_job(world)
    await fail_a_job(world)
    world.sender.answers.extend([GONE, GONE, GONE])
    assert [each.broke for each in await world.deliver()] == [True, False]
    world.clock.turn(HOUR)
    assert [each.broke for each in await world.deliver()] == [False, False]


async def test_what_is_owed_waits_and_is_tried_once_an_hour(world: World) -> None:
    await break_it(world)
    await fail_a_job(world)
    world.clock.turn(HOUR - 1)
    await world.deliver_all()
    assert len(world.sender.attempts) == 1
    world.clock.turn(1)
    await world.deliver_all()
    assert world.sender.told == ["job.down", "job.down"]
    assert await shown(world) is None


async def test_setting_it_up_anew_mends_it_and_what_is_owed_leaves(world: World) -> None:
    await break_it(world)
    await fail_a_job(world)
    await set_up(world, world.sender)
    assert await shown(world) is None
    await world.deliver_all()
    assert world.sender.told == ["job.down", "job.down"]


async def test_a_test_that_arrives_mends_it_and_what_is_owed_leaves(world: World) -> None:
    await break_it(world)
    await world.api("POST", "/integrations/webhook/test")
    assert await shown(world) is None
    await world.deliver_all()
    assert world.sender.told == ["test", "job.down"]


async def test_a_test_that_fails_mends_nothing(world: World) -> None:
    await break_it(world)
    world.sender.answers.append(GONE)
    await world.api("POST", "/integrations/webhook/test")
    assert await shown(world) is not None
    assert await world.claim() == []


async def test_an_answer_to_an_earlier_set_up_breaks_no_new_one(world: World) -> None:
    await fail_a_job(world)
    [under_way] = await world.claim()
    world.clock.turn(1)
    await set_up(world, world.sender)
    assert not (await world.settle(under_way, GONE)).broke
    assert await shown(world) is None


async def test_after_a_day_what_is_owed_is_given_up_with_the_reason(world: World) -> None:
    await break_it(world)
    await fail_a_job(world)
    world.clock.turn(12 * HOUR)
    late = await fail_a_job(world)
    world.sender.answers.extend([GONE] * 3)
    await world.deliver_all()
    assert [status for _, status in await endings(world)] == ["owed", "owed", "owed"]
    world.clock.turn(12 * HOUR)
    [probe, *_] = await world.claim(room=1)
    await world.settle(probe, GONE)
    assert [status for _, status in await endings(world)] == ["failed", "failed", "owed"]
    await set_up(world, world.sender)
    await world.deliver_all()
    assert [alert.job and alert.job.id for alert in world.sender.delivered] == [late["id"]]


async def test_a_refusal_of_one_message_breaks_nothing(world: World) -> None:
    await fail_a_job(world)
    world.sender.answers.append(Refused("too long", 400))
    await world.deliver_all()
    assert await shown(world) is None
    assert await endings(world) == [("job.down", "failed")]


async def test_a_message_that_arrives_leaves_no_mark(world: World) -> None:
    await break_it(world)
    world.clock.turn(HOUR)
    [probe] = await world.claim()
    await world.settle(probe, Delivered(200, duration_ms=1))
    async with world.db.read() as tx:
        row = (await tx.execute(select(integrations))).one()
    assert (row.broken_since, row.broken_reason, row.resume_at) == (None, None, None)
