"""A courier that is killed at any step of its work loses nothing, and repeats only what it sent."""

import asyncio
import signal
from collections import Counter
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import select

from cronbeats.domain.outbox import LEASE
from cronbeats.senders.registry import HttpClient, build_senders
from cronbeats.storage.schema import alerts
from tests.process.courier_that_dies import exit_code_of_one_that_dies
from tests.support.outbox import endings, fail_a_job, set_up
from tests.support.receiver import Receiver
from tests.support.world import World

JOBS = 6


@pytest.fixture
async def real_world(world: World, receiver: Receiver) -> AsyncIterator[World]:
    """Give a world that sends what it is owed over HTTP to the receiver."""
    http = HttpClient(allowed_networks=["127.0.0.0/8"], allow_http=True)
    world.courier_senders = build_senders(http, world.clock)
    await set_up(world, world.sender, {"url": receiver.url})
    for _ in range(JOBS):
        await fail_a_job(world)
    yield world
    await http.close()


@pytest.mark.parametrize("step", ["claiming", "claimed", "sending"])
async def test_what_had_not_left_is_sent_once(
    real_world: World, database_url: str, receiver: Receiver, step: str
) -> None:
    await be_killed(real_world, database_url, step)
    assert receiver.attempts == []
    assert set((await deliver_the_rest(real_world, receiver)).values()) == {1}


@pytest.mark.parametrize("step", ["sent", "settling"])
async def test_what_was_sent_and_not_noted_is_sent_again(
    real_world: World, database_url: str, receiver: Receiver, step: str
) -> None:
    await be_killed(real_world, database_url, step)
    sent = {each.id for each in receiver.taken}
    assert sent
    assert await noted_as_sent(real_world) == set()
    times = await deliver_the_rest(real_world, receiver)
    assert {times[id_] for id_ in sent} == {2}
    assert {times[id_] for id_ in times.keys() - sent} <= {1}


async def test_what_was_noted_as_sent_is_never_sent_again(
    real_world: World, database_url: str, receiver: Receiver
) -> None:
    await be_killed(real_world, database_url, "settled")
    noted = await noted_as_sent(real_world)
    assert noted
    times = await deliver_the_rest(real_world, receiver)
    assert {times[id_] for id_ in noted} == {1}


async def be_killed(world: World, database_url: str, step: str) -> None:
    died = asyncio.to_thread(exit_code_of_one_that_dies, database_url, world.clock(), step)
    assert await died == -signal.SIGKILL


async def noted_as_sent(world: World) -> set[str]:
    async with world.db.read() as tx:
        query = select(alerts.c.event_id).where(alerts.c.status == "sent")
        return set((await tx.scalars(query)).all())


async def deliver_the_rest(world: World, receiver: Receiver) -> Counter[str]:
    """Let the lease end and another courier do the rest; return how often each alert came."""
    world.clock.turn(LEASE.total_seconds())
    await world.deliver_all()
    assert await endings(world) == [("job.down", "sent")] * JOBS
    times = Counter(each.id for each in receiver.taken)
    assert len(times) == JOBS
    return times
