"""Many jobs at once are one message for people, and one event each for programs."""

from typing import Any

from sqlalchemy import update

from cronbeats.domain.alert import Digest
from cronbeats.domain.delivery import Refused, Unreachable
from cronbeats.domain.outbox import LEASE
from cronbeats.services.check_deadlines import check_deadlines
from cronbeats.services.deliver_alerts import take_over_alerts
from cronbeats.storage.schema import signals
from tests.support.outbox import chat_of, endings, fail_a_job
from tests.support.world import Json, World

DOWN, RECOVERED = "job.down", "job.recovered"
HOLD = 5
MANY = 12


async def storm(world: World, count: int = MANY, **wishes: Any) -> list[Json]:
    return [await fail_a_job(world, name=f"Job {n}", **wishes) for n in range(count)]


async def hold_over(world: World) -> None:
    world.clock.turn(HOLD)
    await world.deliver_all()


async def test_up_to_three_are_told_at_once_and_one_by_one(world: World) -> None:
    chat = await chat_of(world)
    await storm(world, 3)
    await world.deliver_all()
    assert chat.sizes == [(DOWN, 1)] * 3


async def test_more_are_told_in_one_message_five_seconds_after_the_first(world: World) -> None:
    chat = await chat_of(world)
    await storm(world)
    await world.deliver_all()
    world.clock.turn(HOLD - 0.1)
    await world.deliver_all()
    assert chat.messages == []
    world.clock.turn(0.1)
    await world.deliver_all()
    assert chat.sizes == [(DOWN, MANY)]
    assert await endings(world) == [(DOWN, "sent")] * MANY


async def test_all_that_go_down_while_they_are_held_are_in_the_message(world: World) -> None:
    chat = await chat_of(world)
    await storm(world, 4)
    await world.deliver_all()
    world.clock.turn(4)
    await storm(world, 4)
    world.clock.turn(1)
    await world.deliver_all()
    assert chat.sizes == [(DOWN, 8)]


async def test_jobs_that_go_down_one_after_the_other_are_gathered_from_the_fourth_on(
    world: World,
) -> None:
    chat = await chat_of(world)
    for _ in range(9):
        await fail_a_job(world)
        await world.deliver_all()
        world.clock.turn(0.1)
    await hold_over(world)
    assert chat.sizes == [(DOWN, 1)] * 3 + [(DOWN, 6)]


async def test_the_clock_finds_them_in_several_batches_and_they_are_one_message(
    world: World,
) -> None:
    chat = await chat_of(world)
    for _ in range(MANY):
        await world.ping(await world.make_job(down_after_seconds=0))
    world.clock.turn(90)
    while (await check_deadlines(world.db, world.clock(), limit=2)).looked_at:
        await world.deliver_all()
    await hold_over(world)
    assert sum(size for _, size in chat.sizes) == MANY
    assert len(chat.messages) <= 3


async def test_a_program_is_sent_each_event_at_once(world: World) -> None:
    await storm(world)
    await world.deliver_all()
    assert world.sender.told == [DOWN] * MANY
    assert len({alert.id for alert in world.sender.delivered}) == MANY


async def test_recoveries_are_told_in_one_message_too(world: World) -> None:
    chat = await chat_of(world)
    jobs = await storm(world)
    await hold_over(world)
    for job in jobs:
        await world.ping(job)
    await world.deliver_all()
    await hold_over(world)
    assert chat.sizes == [(DOWN, MANY), (RECOVERED, MANY)]


async def test_what_recovers_while_it_is_held_is_not_told(world: World) -> None:
    chat = await chat_of(world)
    jobs = await storm(world)
    await world.deliver_all()
    for job in jobs[:4]:
        await world.ping(job)
    await hold_over(world)
    assert chat.sizes == [(DOWN, MANY - 4)]


async def test_a_recovery_waits_for_the_digest_with_its_down(world: World) -> None:
    chat = await chat_of(world)
    jobs = await storm(world)
    chat.answers.append(Unreachable("No answer."))
    await hold_over(world)
    await world.ping(jobs[0])
    await world.deliver_all()
    assert chat.messages == []
    world.clock.turn(2)
    await world.deliver_all()
    assert chat.sizes == [(DOWN, MANY), (RECOVERED, 1)]


async def test_a_digest_that_may_have_arrived_is_repeated_as_it_was(world: World) -> None:
    chat = await chat_of(world)
    await storm(world)
    chat.answers.append(Unreachable("No answer."))
    await hold_over(world)
    await storm(world, 2)
    world.clock.turn(LEASE.total_seconds())
    await world.deliver_all()
    first, again = chat.digest_attempts[:2]
    assert again == first
    assert [alert.id for alert in again.alerts] == [alert.id for alert in first.alerts]


async def test_a_digest_whose_server_died_is_repeated_as_it_was(world: World) -> None:
    chat = await chat_of(world)
    await storm(world)
    world.clock.turn(HOLD)
    [lost] = await world.claim()
    await take_over_alerts(world.db, world.clock())
    await world.deliver_all()
    assert [lost.digest] == chat.digest_attempts


async def test_a_digest_that_never_left_is_put_together_anew(world: World) -> None:
    chat = await chat_of(world)
    jobs = await storm(world)
    chat.answers.append(Unreachable("No connection.", never_left=True))
    await hold_over(world)
    for job in jobs[2:]:
        await world.ping(job)
    world.clock.turn(HOLD)
    await world.deliver_all()
    assert chat.sizes == [(DOWN, 2)]


async def test_a_digest_that_is_refused_fails_for_each_of_its_alerts(world: World) -> None:
    chat = await chat_of(world)
    await storm(world)
    chat.answers.append(Refused("too long", 400))
    await hold_over(world)
    assert await endings(world) == [(DOWN, "failed")] * MANY


async def test_a_digest_tells_the_tag_and_the_address_that_all_have(world: World) -> None:
    chat = await chat_of(world)
    await storm(world, tags=["db", "eu-1"])
    async with world.db.write() as tx:
        await tx.execute(update(signals).values(source_ip="192.0.2.7"))
    await hold_over(world)
    [digest] = chat.messages
    assert isinstance(digest, Digest)
    assert (digest.common_tag, digest.common_address) == ("db", "192.0.2.7")


async def test_a_digest_tells_no_address_that_only_some_have(world: World) -> None:
    chat = await chat_of(world)
    jobs = await storm(world)
    async with world.db.write() as tx:
        await tx.execute(update(signals).values(source_ip="192.0.2.7"))
        other = update(signals).where(signals.c.job_id == jobs[0]["id"])
        await tx.execute(other.values(source_ip="192.0.2.8"))
    await hold_over(world)
    [digest] = chat.messages
    assert isinstance(digest, Digest)
    assert digest.common_address is None


async def test_many_that_could_not_leave_for_an_hour_leave_as_one(world: World) -> None:
    chat = await chat_of(world)
    chat.answers.extend([Unreachable("No connection.", never_left=True)] * 1000)
    for _ in range(8):
        await fail_a_job(world)
        await world.deliver_all()
        world.clock.turn(300)
    chat.answers.clear()
    world.clock.turn(900)
    await world.deliver_all()
    assert chat.sizes == [(DOWN, 8)]


async def test_a_drill_in_a_storm_is_told_at_once_and_by_itself(world: World) -> None:
    chat = await chat_of(world)
    await storm(world)
    answer = await world.api("POST", "/integrations/drill")
    assert answer.status_code == 200
    assert chat.sizes == [(DOWN, 1), (RECOVERED, 1)]
    await hold_over(world)
    assert chat.sizes == [(DOWN, 1), (RECOVERED, 1), (DOWN, MANY)]


async def test_a_drill_makes_no_storm_of_three(world: World) -> None:
    chat = await chat_of(world)
    await world.api("POST", "/integrations/drill")
    await storm(world, 3)
    await world.deliver_all()
    assert chat.sizes == [(DOWN, 1), (RECOVERED, 1), *[(DOWN, 1)] * 3]
