"""A lane claims more with each message that arrives, and sends few at a time all the same."""

from datetime import timedelta

from cronbeats.services.deliver_alerts import LONGEST_SEND_SECONDS
from cronbeats.storage.claims import Claimed
from cronbeats.workers.lane import MOST_UNDER_WAY, Lane, is_too_late
from tests.support.outbox import fail_a_job
from tests.support.world import World

MANY = 100


async def test_more_is_claimed_with_each_message_that_arrives(world: World) -> None:
    claimed, lane = await claimed_by(world), Lane(is_failing=False)
    assert lane.room == MOST_UNDER_WAY
    for arrived in range(1, MANY):
        send_one(lane, claimed, went_well=True)
        assert lane.room == MOST_UNDER_WAY + arrived


async def test_however_fast_a_receiver_is_few_messages_are_under_way(world: World) -> None:
    claimed, lane = await claimed_by(world), Lane(is_failing=False)
    for _ in range(MANY):
        send_one(lane, claimed, went_well=True)
        lane.add(claimed)
    while lane.has_next():
        lane.next()
    assert lane.under_way == MOST_UNDER_WAY


async def test_a_receiver_that_fails_is_tried_with_one_at_a_time(world: World) -> None:
    claimed, lane = await claimed_by(world), Lane(is_failing=False)
    send_one(lane, claimed, went_well=False)
    assert lane.room == Lane(is_failing=True).room == 1
    for _ in range(MANY):
        lane.add(claimed)
    lane.next()
    assert not lane.has_next()


async def test_no_message_begins_that_could_outlast_its_lease(world: World) -> None:
    claimed = await claimed_by(world)
    assert not is_too_late(claimed, world.clock())
    assert is_too_late(claimed, claimed.lease.until - timedelta(seconds=LONGEST_SEND_SECONDS))


async def claimed_by(world: World) -> Claimed:
    await fail_a_job(world)
    [claimed] = await world.claim()
    return claimed


def send_one(lane: Lane, claimed: Claimed, *, went_well: bool) -> None:
    lane.add(claimed)
    lane.next()
    lane.finished(went_well=went_well)
