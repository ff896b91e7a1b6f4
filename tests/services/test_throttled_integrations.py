"""When the other side asks to be left alone, the whole integration waits, and no longer."""

import pytest

from cronbeats.domain.delivery import Delivered, Delivery, Unreachable
from tests.support.outbox import add_sender, fail_a_job, set_up
from tests.support.recording_sender import RecordingChat
from tests.support.world import World

HOUR = 3_600


def too_many(seconds: float | None) -> Unreachable:
    return Unreachable("Too many.", 429, retry_after_seconds=seconds, is_throttled=True)


async def throttle(world: World, delivery: Delivery) -> None:
    """Let the webhook answer the first of two alerts like this, while the other one waits."""
    await fail_a_job(world)
    [claimed] = await world.claim()
    await fail_a_job(world)
    await world.settle(claimed, delivery)


@pytest.mark.parametrize(
    "answer",
    [too_many(90), Delivered(200, duration_ms=1, throttled_seconds=90)],
    ids=["refused", "taken"],
)
async def test_nothing_is_sent_before_the_moment_that_was_asked_for(
    world: World, answer: Delivery
) -> None:
    await throttle(world, answer)
    world.clock.turn(89.9)
    assert await world.claim() == []
    world.clock.turn(0.1)
    await world.deliver_all()
    assert len(world.sender.told) == 1 + isinstance(answer, Unreachable)


async def test_the_next_look_is_planned_for_that_moment(world: World) -> None:
    await throttle(world, too_many(90))
    claims = await world.claims()
    assert claims.look_again_at is not None
    assert (claims.look_again_at - world.clock()).total_seconds() == 90


async def test_another_integration_need_not_wait(world: World) -> None:
    chat = RecordingChat()
    await add_sender(world, chat)
    await fail_a_job(world)
    world.sender.answers.append(too_many(90))
    await world.deliver_all()
    await fail_a_job(world)
    await world.deliver_all()
    assert (len(world.sender.attempts), len(chat.delivered)) == (1, 2)


async def test_without_a_number_the_usual_wait_holds_for_all(world: World) -> None:
    await throttle(world, too_many(None))
    world.clock.turn(1.9)
    assert await world.claim() == []
    world.clock.turn(0.1)
    assert len(await world.claim()) == 2


async def test_a_huge_number_is_cut_to_an_hour(world: World) -> None:
    await throttle(world, too_many(1e12))
    world.clock.turn(HOUR - 1)
    assert await world.claim() == []
    world.clock.turn(1)
    assert len(await world.claim()) == 2


async def test_a_shorter_wait_shortens_no_longer_one(world: World) -> None:
    await fail_a_job(world)
    await fail_a_job(world)
    first, second = await world.claim()
    await world.settle(first, too_many(90))
    await world.settle(second, too_many(5))
    world.clock.turn(89)
    assert await world.claim() == []


async def test_what_was_under_way_and_arrives_ends_no_wait(world: World) -> None:
    await fail_a_job(world)
    await fail_a_job(world)
    first, second = await world.claim()
    await world.settle(first, too_many(90))
    await world.settle(second, Delivered(200, duration_ms=1))
    world.clock.turn(89)
    assert await world.claim() == []


async def test_a_test_that_arrives_ends_the_wait(world: World) -> None:
    await throttle(world, too_many(1e12))
    await world.api("POST", "/integrations/webhook/test")
    assert len(await world.claim()) == 2


async def test_setting_it_up_anew_ends_the_wait(world: World) -> None:
    await throttle(world, too_many(1e12))
    await set_up(world, world.sender)
    assert len(await world.claim()) == 2


async def test_what_an_earlier_set_up_was_answered_is_not_held_against_the_new_one(
    world: World,
) -> None:
    await fail_a_job(world)
    await fail_a_job(world)
    under_way, _ = await world.claim()
    world.clock.turn(1)
    await set_up(world, world.sender)
    await world.settle(under_way, too_many(90))
    await fail_a_job(world)
    assert len(await world.claim()) == 1
