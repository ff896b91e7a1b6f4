"""Only the courier that holds the lease says how an alert ended."""

import pytest

from cronbeats.domain.delivery import Delivered, Delivery, Refused, Unreachable
from cronbeats.domain.outbox import LEASE
from cronbeats.services.deliver_alerts import release_alerts, take_over_alerts
from tests.support.outbox import endings, fail_a_job
from tests.support.world import World

SENT = Delivered(200, duration_ms=1)
ENDINGS: list[Delivery] = [SENT, Refused("no", 400), Unreachable("no answer")]


@pytest.mark.parametrize("ending", ENDINGS, ids=["sent", "failed", "again"])
async def test_a_courier_that_lost_its_lease_changes_nothing(
    world: World, ending: Delivery
) -> None:
    await fail_a_job(world)
    [slow] = await world.claim()
    world.clock.turn(LEASE.total_seconds())
    [fast] = await world.claim()
    settled = await world.settle(slow, ending)
    assert settled.was_lost
    assert await world.claim() == []
    assert await endings(world) == [("job.down", "owed")]
    assert not (await world.settle(fast, SENT)).was_lost
    assert await endings(world) == [("job.down", "sent")]


@pytest.mark.parametrize("ending", ENDINGS, ids=["sent", "failed", "again"])
async def test_what_a_later_holder_settled_stays_so(world: World, ending: Delivery) -> None:
    await fail_a_job(world)
    [slow] = await world.claim()
    world.clock.turn(LEASE.total_seconds())
    [fast] = await world.claim()
    await world.settle(fast, SENT)
    assert (await world.settle(slow, ending)).was_lost
    assert await endings(world) == [("job.down", "sent")]


async def test_a_courier_that_lost_its_lease_gives_nothing_back(world: World) -> None:
    await fail_a_job(world)
    slow = await world.claim()
    world.clock.turn(LEASE.total_seconds())
    assert len(await world.claim()) == 1
    await release_alerts(world.db, slow, world.clock(), has_begun=True)
    assert await world.claim() == []


async def test_a_lease_that_ended_is_still_good_while_nobody_else_took_it(world: World) -> None:
    await fail_a_job(world)
    [slow] = await world.claim()
    world.clock.turn(LEASE.total_seconds() + 1)
    assert not (await world.settle(slow, SENT)).was_lost
    assert await endings(world) == [("job.down", "sent")]


async def test_what_a_crashed_server_had_claimed_is_taken_over(world: World) -> None:
    await fail_a_job(world)
    [lost] = await world.claim()
    await take_over_alerts(world.db, world.clock())
    [taken] = await world.claim()
    assert taken.event_id == lost.event_id
    assert (await world.settle(lost, SENT)).was_lost


async def test_what_was_given_back_before_it_began_has_surely_not_arrived(world: World) -> None:
    job = await fail_a_job(world)
    await release_alerts(world.db, await world.claim(), world.clock(), has_begun=False)
    await world.ping(job)
    await world.deliver_all()
    assert [status for _, status in await endings(world)] == ["superseded", "superseded"]


async def test_what_was_given_back_after_it_began_may_have_arrived(world: World) -> None:
    job = await fail_a_job(world)
    await release_alerts(world.db, await world.claim(), world.clock(), has_begun=True)
    await world.ping(job)
    await world.deliver_all()
    assert world.sender.told == ["job.down", "job.recovered"]
