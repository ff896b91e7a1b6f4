"""Alerts that wait for nothing are claimed past SQLAlchemy, and no otherwise than with care."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from sqlalchemy import update

from cronbeats.domain.errors import UnavailableError
from cronbeats.domain.integration import IntegrationKind
from cronbeats.domain.outbox import LEASE
from cronbeats.services.claim_alerts import claim_alerts
from cronbeats.services.deliver_alerts import release_alerts
from cronbeats.storage import claims, integrations, plain_claims
from cronbeats.storage.alerts import Lease
from cronbeats.storage.claims import Claimed
from cronbeats.storage.database import Database, Transaction
from cronbeats.storage.schema import alerts
from tests.support.counting_database import CountingDatabase
from tests.support.outbox import add_sender, chat_of, endings, fail_a_job
from tests.support.recording_sender import RecordingChat
from tests.support.world import World

ROOM = 5


class NoLongWay(Database):
    """A database that commits nothing that is written through SQLAlchemy, for some reason."""

    why: Exception = UnavailableError("gone")

    @asynccontextmanager
    async def write(self) -> AsyncIterator[Transaction]:
        async with super().write() as tx:
            yield tx
            raise self.why


@pytest.fixture
async def counted(database_url: str) -> AsyncIterator[CountingDatabase]:
    db = CountingDatabase(database_url)
    yield db
    await db.close()


async def claim(world: World, counted: CountingDatabase, room: int = ROOM) -> list[Claimed]:
    found = await claim_alerts(
        counted, world.courier_senders, world.clock(), room=lambda _: room, storms=world.storms
    )
    return list(found.claimed)


async def claim_with_care(world: World) -> list[Claimed]:
    lease = Lease("another", world.clock() + LEASE)
    async with world.db.write() as tx:
        [integration] = await integrations.lock_many(tx, [1])
        found = await claims.claim(tx, integration, world.clock(), lease, room=ROOM, storms=None)
    return list(found.claimed)


def took_the_long_way(counted: CountingDatabase) -> bool:
    return any("UPDATE" in each for each in counted.statements)


@pytest.mark.parametrize("count", [1, ROOM, ROOM + 1])
async def test_alerts_that_wait_for_nothing_take_the_short_way(
    world: World, counted: CountingDatabase, count: int
) -> None:
    made = [await fail_a_job(world) for _ in range(count)]
    claimed = await claim(world, counted)
    told = [each.taken[0].alert.job for each in claimed]
    assert [job and job.id for job in told] == [job["id"] for job in made[:ROOM]]
    assert not took_the_long_way(counted)


async def test_they_are_claimed_as_with_care(world: World) -> None:
    for name in ("Backup", "Café \U0001f525", "<b>"):
        await fail_a_job(world, name=name)
    held = await world.claim(ROOM)
    assert await claim_with_care(world) == []
    await release_alerts(world.db, held, world.clock(), has_begun=True)
    again = await claim_with_care(world)
    assert len(again) == len(held)
    for one, other in zip(held, again, strict=True):
        assert replace(one, lease=other.lease, may_have_arrived=True) == other


async def late(world: World) -> None:
    await world.api("PUT", "/integrations/alert-rules", {"alert_on_late": True})
    await world.ping(await world.make_job())
    world.clock.turn(90)
    await world.look()


async def down_and_recovered(world: World) -> None:
    await world.ping(await fail_a_job(world))


async def gathered_for_people(world: World) -> None:
    await chat_of(world)
    await fail_a_job(world)


async def one_that_nobody_can_read(world: World) -> None:
    await fail_a_job(world)
    async with world.db.write() as tx:
        await tx.execute(update(alerts).values(event={}))


async def held_back(world: World) -> None:
    await fail_a_job(world)
    async with world.db.write() as tx:
        [integration] = await integrations.lock_many(tx, [1])
        await integrations.mark_broken(tx, integration, "no", world.clock())


@pytest.mark.parametrize(
    "what", [late, down_and_recovered, gathered_for_people, one_that_nobody_can_read, held_back]
)
async def test_what_needs_a_closer_look_takes_the_long_way(
    world: World, counted: CountingDatabase, what: Callable[[World], Awaitable[None]]
) -> None:
    await what(world)
    await claim(world, counted)
    assert took_the_long_way(counted)


async def test_one_that_nobody_can_read_is_settled_and_holds_no_other_back(world: World) -> None:
    await fail_a_job(world)
    async with world.db.write() as tx:
        await tx.execute(update(alerts).values(event={}))
    await fail_a_job(world)
    await world.deliver_all()
    assert await endings(world) == [("job.down", "failed"), ("job.down", "sent")]


async def test_an_integration_that_was_set_up_anew_meanwhile_is_read_again(world: World) -> None:
    await fail_a_job(world)
    async with world.db.read() as tx:
        [read_before] = await integrations.get_many(tx, [1])
    world.clock.turn(1)
    await world.api("PUT", "/integrations/webhook", {"url": "https://other.test/hook"})
    lease = Lease("ours", world.clock() + LEASE)
    found = await plain_claims.claim(
        world.db, [(read_before, ROOM)], world.clock(), lease, at_step=lambda: None
    )
    assert found == plain_claims.PlainClaims()
    [claimed] = await world.claim()
    assert claimed.integration.config["url"] == "https://other.test/hook"


@pytest.mark.parametrize("why", [UnavailableError("gone"), RuntimeError("a bug")])
async def test_what_was_claimed_in_one_go_leaves_though_the_rest_cannot_be_claimed(
    world: World, database_url: str, why: Exception
) -> None:
    await fail_a_job(world)
    await add_sender(world, RecordingChat(IntegrationKind.SLACK))
    await fail_a_job(world)
    db = NoLongWay(database_url)
    db.why = why
    found = await claim_alerts(
        db, world.courier_senders, world.clock(), room=lambda _: ROOM, storms=world.storms
    )
    await db.close()
    assert len(found.claimed) == 2
    assert found.look_again_at == world.clock()
