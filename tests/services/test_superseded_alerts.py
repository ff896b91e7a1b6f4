"""A down that was over before anybody could be told of it is not told late."""

from datetime import timedelta

from cronbeats.domain.delivery import Refused, Unreachable
from tests.support.outbox import endings, fail_a_job, set_up
from tests.support.world import World

DOWN, RECOVERED = "job.down", "job.recovered"
NO_CONNECTION = Unreachable("No connection.", never_left=True)
NO_ANSWER = Unreachable("No answer within 10 s.")


async def test_a_down_and_its_recovery_that_never_left_are_both_superseded(world: World) -> None:
    job = await fail_a_job(world)
    await world.ping(job)
    await world.deliver_all()
    assert world.sender.attempts == []
    assert await endings(world) == [(DOWN, "superseded"), (RECOVERED, "superseded")]


async def test_attempts_that_made_no_connection_are_as_good_as_none(world: World) -> None:
    job = await fail_a_job(world)
    world.sender.answers.extend([NO_CONNECTION, Unreachable("Slow down.", 429)])
    await world.deliver()
    world.clock.turn(10)
    await world.deliver()
    await world.ping(job)
    # Nobody waits for the next attempt of the down to see that it is of no use.
    await world.deliver_all()
    assert len(world.sender.attempts) == 2
    assert await endings(world) == [(DOWN, "superseded"), (RECOVERED, "superseded")]


async def test_a_down_that_may_have_been_received_is_told_with_its_recovery(world: World) -> None:
    job = await fail_a_job(world)
    world.sender.answers.extend([NO_ANSWER, NO_CONNECTION])
    await world.deliver()
    await world.ping(job)
    await world.pass_time(60)
    assert world.sender.told == [DOWN, RECOVERED]


async def test_a_down_that_is_under_way_is_not_superseded(world: World) -> None:
    job = await fail_a_job(world)
    [claimed] = await world.claim()
    await world.ping(job)
    assert await world.claim() == []
    # The server that had claimed it died; nobody knows whether it had sent it.
    world.clock.turn(3_600)
    await world.deliver_all()
    assert world.sender.told == [DOWN, RECOVERED]
    assert world.sender.delivered[0].id == claimed.event_id


async def test_a_down_that_turned_out_not_to_have_left_is_superseded_after_all(
    world: World,
) -> None:
    job = await fail_a_job(world)
    [claimed] = await world.claim()
    await world.ping(job)
    await world.settle(claimed, NO_CONNECTION)
    await world.deliver_all()
    assert await endings(world) == [(DOWN, "superseded"), (RECOVERED, "superseded")]


async def test_only_the_outage_that_lasts_is_told(world: World) -> None:
    job = await fail_a_job(world)
    for action in ("", "/end/fail", "", "/end/fail"):
        await world.ping(job, action)
    await world.deliver_all()
    [alert] = world.sender.delivered
    assert alert.kind == DOWN
    assert [status for _, status in await endings(world)] == [*["superseded"] * 4, "sent"]


async def test_a_recovery_from_a_down_that_was_told_is_told(world: World) -> None:
    job = await fail_a_job(world)
    await world.deliver_all()
    for action in ("", "/end/fail", ""):
        await world.ping(job, action)
    await world.deliver_all()
    assert world.sender.told == [DOWN, RECOVERED]


async def test_a_late_is_not_told_when_its_job_reported_or_went_down(world: World) -> None:
    await world.api("PUT", "/integrations/alert-rules", {"alert_on_late": True})
    reported, silent = await world.make_job(), await world.make_job()
    for job in (reported, silent):
        await world.ping(job)
    world.sender.answers.extend([NO_CONNECTION] * 2)
    world.clock.turn(90)
    await world.look()
    await world.deliver()
    await world.ping(reported)
    world.clock.turn(30)
    await world.look()
    await world.deliver_all()
    assert world.sender.told == [DOWN]
    assert await endings(world) == [
        ("job.late", "superseded"),
        ("job.late", "superseded"),
        (DOWN, "sent"),
    ]


async def test_what_waits_for_an_earlier_alert_is_not_looked_at_before_that(
    world: World,
) -> None:
    job = await fail_a_job(world)
    world.sender.answers.append(Unreachable("No answer.", retry_after_seconds=600))
    await world.deliver()
    await world.ping(job)
    claims = await world.claims()
    assert claims.claimed == ()
    assert (await world.claims()).look_again_at == world.clock() + timedelta(seconds=600)
    world.clock.turn(600)
    await world.deliver_all()
    assert world.sender.told == [DOWN, RECOVERED]


async def test_a_broken_integration_that_is_mended_hears_only_of_what_lasts(world: World) -> None:
    over, lasting = await fail_a_job(world), await fail_a_job(world, name="Billing")
    world.sender.answers.append(Refused("no_service", 404, is_broken=True))
    [claimed] = await world.claim(room=1)
    await world.settle(claimed, world.sender.answers.popleft())
    await world.ping(over)
    await set_up(world, world.sender)
    await world.deliver_all()
    [alert] = world.sender.delivered
    assert alert.job is not None
    assert (alert.kind, alert.job.id) == (DOWN, lasting["id"])
