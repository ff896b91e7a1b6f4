"""Alerts are delivered at least once, in order, until the other side has them or will not."""

from datetime import timedelta

from sqlalchemy import select, update

from cronbeats.domain.delivery import Delivered, Refused, Unreachable
from cronbeats.domain.outbox import LEASE
from cronbeats.services.deliver_alerts import release_alerts
from cronbeats.storage.schema import alerts
from tests.support.world import World


async def test_an_alert_that_did_not_get_through_is_tried_again_later(world: World) -> None:
    await fail_a_job(world)
    world.sender.answers.append(Unreachable("no answer"))
    [settled] = await world.deliver()
    assert settled.next_attempt_at == world.clock() + timedelta(seconds=2)
    assert await world.deliver() == []
    world.clock.turn(2)
    await world.deliver()
    assert world.sender.told == ["job.down"]
    first, second = world.sender.attempts
    assert first == second


async def test_the_other_side_is_left_alone_for_as_long_as_it_asks(world: World) -> None:
    await fail_a_job(world)
    world.sender.answers.append(Unreachable("too many", 429, retry_after_seconds=90))
    await world.deliver()
    world.clock.turn(89)
    assert await world.deliver() == []
    world.clock.turn(1)
    assert len(await world.deliver()) == 1


async def test_a_refused_alert_is_not_tried_again(world: World) -> None:
    await fail_a_job(world)
    world.sender.answers.append(Refused("no_service", 404))
    await world.deliver()
    world.clock.turn(86_400)
    assert await world.deliver() == []
    assert await statuses(world) == ["failed"]


async def test_an_alert_is_given_up_after_a_day(world: World) -> None:
    await fail_a_job(world)
    world.sender.answers.extend([Unreachable("no answer")] * 1000)
    attempts = 0
    for _ in range(26 * 60):
        world.clock.turn(60)
        attempts += len(await world.deliver())
    assert await statuses(world) == ["failed"]
    assert 90 < attempts < 130


async def test_a_night_without_the_receiver_loses_nothing_and_keeps_the_order(
    world: World,
) -> None:
    job = await fail_a_job(world)
    world.sender.answers.extend([Unreachable("no answer")] * 40)
    for _ in range(8):
        world.clock.turn(3_600)
        await world.deliver_all()
    await world.ping(job)
    assert len(world.sender.answers) > 0
    world.sender.answers.clear()
    world.clock.turn(900)
    await world.deliver_all()
    assert world.sender.told == ["job.down", "job.recovered"]


async def test_a_recovery_never_overtakes_its_down(world: World) -> None:
    job = await fail_a_job(world)
    world.sender.answers.append(Unreachable("no answer", retry_after_seconds=600))
    await world.deliver()
    await world.ping(job)
    await world.deliver_all()
    assert world.sender.told == []
    world.clock.turn(600)
    await world.deliver_all()
    assert world.sender.told == ["job.down", "job.recovered"]


async def test_a_claimed_alert_is_nobody_elses_until_its_lease_ends(world: World) -> None:
    await fail_a_job(world)
    [claimed] = await world.claim()
    assert await world.claim() == []
    world.clock.turn(LEASE.total_seconds() - 1)
    assert await world.claim() == []
    world.clock.turn(1)
    [again] = await world.claim()
    assert (again.event_id, again.attempts) == (claimed.event_id, 2)


async def test_a_released_alert_leaves_at_once_with_the_next_courier(world: World) -> None:
    await fail_a_job(world)
    claimed = await world.claim()
    await release_alerts(world.db, claimed, world.clock(), has_begun=False)
    [settled] = await world.deliver()
    assert settled.claimed.attempts == 1


async def test_of_a_busy_integration_nothing_is_claimed(world: World) -> None:
    await fail_a_job(world)
    assert await world.claim(room=0) == []


async def test_an_alert_that_cannot_be_read_blocks_no_other(world: World) -> None:
    await fail_a_job(world)
    async with world.db.write() as tx:
        await tx.execute(update(alerts).values(event={"kind": "job.unheard_of"}))
    await fail_a_job(world)
    await world.deliver_all()
    assert world.sender.told == ["job.down"]
    assert await statuses(world) == ["failed", "sent"]


async def test_what_a_newer_version_added_to_an_alert_is_left_out(world: World) -> None:
    await fail_a_job(world)
    async with world.db.write() as tx:
        stored = (await tx.execute(select(alerts.c.event))).scalar_one()
        newer = {**stored, "mood": "grim", "job": {**stored["job"], "colour": "red"}}
        await tx.execute(update(alerts).values(event=newer))
    await world.deliver_all()
    assert world.sender.told == ["job.down"]


async def test_the_integration_shows_how_its_last_delivery_went(world: World) -> None:
    await fail_a_job(world)
    world.sender.answers.append(Unreachable("the connection was refused"))
    await world.deliver()
    [shown] = (await world.api("GET", "/integrations")).json()["data"]["integrations"]
    assert shown["last_delivery"]["status"] == "failed"
    assert shown["last_delivery"]["error"] == "the connection was refused"


async def test_an_alert_that_arrived_with_a_warning_shows_it(world: World) -> None:
    await fail_a_job(world)
    world.sender.answers.append(Delivered(200, duration_ms=1, warning="mend it"))
    await world.deliver()
    [shown] = (await world.api("GET", "/integrations")).json()["data"]["integrations"]
    assert (shown["last_delivery"]["status"], shown["last_delivery"]["error"]) == (
        "sent",
        "mend it",
    )


async def fail_a_job(world: World) -> dict[str, object]:
    job = await world.make_job()
    await world.ping(job, "/end/fail")
    return job


async def statuses(world: World) -> list[str]:
    async with world.db.read() as tx:
        return list((await tx.scalars(select(alerts.c.status).order_by(alerts.c.id))).all())
