"""The secrets of integrations are encrypted at rest, and keys can be changed and be lost."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import select, update

from cronbeats.services.seal_secrets import Sealing, seal_secrets
from cronbeats.services.set_up import set_up
from cronbeats.storage.cipher import Cipher
from cronbeats.storage.database import Database
from cronbeats.storage.schema import alerts, integrations
from tests.api.answers import data_of, problem_of
from tests.support.databases import SECRET_KEY
from tests.support.world import World

NEW_KEY = "another-made-up-key-" * 2
HOOK = {"url": "https://receiver.test/hunter2hunter2", "secret": "correct horse battery"}


@asynccontextmanager
async def server_with(world: World, url: str, *keys: str) -> AsyncIterator[World]:
    """Give another server on the same data and clock, with its own keys."""
    other = World(Database(url, pool_size=2, cipher=Cipher(keys)))
    other.clock, other.workspace_id, other.api_key = world.clock, world.workspace_id, world.api_key
    try:
        yield other
    finally:
        await other.http.aclose()
        await other.db.close()


async def set_hook(world: World, values: Any = HOOK) -> None:
    data_of(await world.api("PUT", "/integrations/webhook", values))


async def stored(world: World) -> Any:
    async with world.db.read() as tx:
        return (await tx.execute(select(integrations.c.config))).scalar_one()


async def store_plainly(world: World) -> None:
    """Store the values as earlier versions did."""
    async with world.db.write() as tx:
        await tx.execute(update(integrations).values(config=HOOK))


async def shown(world: World) -> Any:
    [integration] = data_of(await world.api("GET", "/integrations"))["integrations"]
    return integration


async def test_what_is_stored_holds_no_secret_and_is_sent_with_it(world: World) -> None:
    await set_hook(world)
    assert isinstance(await stored(world), str)
    for secret in ("receiver.test", *HOOK.values()):
        assert secret not in await stored(world)
    await world.ping(await world.make_job(), "/end/fail")
    await world.deliver_all()
    assert (world.sender.told, world.sender.configs) == (["job.down"], [HOOK])


async def test_an_owed_alert_holds_no_secret_either(world: World) -> None:
    await set_hook(world)
    await world.ping(await world.make_job(), "/end/fail")
    async with world.db.read() as tx:
        [row] = (await tx.execute(select(alerts))).all()
    for secret in ("receiver.test", *HOOK.values()):
        assert secret not in str(row)


async def test_without_the_key_an_alert_waits_until_it_is_back(
    world: World, database_url: str
) -> None:
    await set_hook(world)
    before = await stored(world)
    await world.ping(await world.make_job(), "/end/fail")
    async with server_with(world, database_url, NEW_KEY) as lost:
        [settled] = await lost.deliver()
        assert settled.next_attempt_at is not None
        assert "cannot be read with this server's secret key" in str(settled.delivery)
        assert lost.sender.attempts == []
        assert (await shown(lost))["last_delivery"]["status"] == "failed"
    assert await stored(world) == before
    world.clock.turn(60)
    await world.deliver_all()
    assert world.sender.told == ["job.down"]


async def test_what_cannot_be_read_is_shown_as_such_and_not_tried(
    world: World, database_url: str
) -> None:
    await set_hook(world)
    async with server_with(world, database_url, NEW_KEY) as lost:
        seen = await shown(lost)
        assert (seen["url"], seen["secret"], seen["is_configured"]) == (None, None, False)
        assert seen["unavailable"].startswith("The integration cannot be used: its stored values")
        answer = await lost.api("POST", "/integrations/webhook/test")
        assert problem_of(answer, 400, "not_configured")["message"].endswith(
            "give the server the key that they were stored with, or set the integration up again"
        )
        assert lost.sender.attempts == []


async def test_what_cannot_be_read_is_replaced_as_a_whole_or_not_at_all(
    world: World, database_url: str
) -> None:
    await set_hook(world)
    before = await stored(world)
    async with server_with(world, database_url, NEW_KEY) as lost:
        for values, missing in (
            ({"url": "https://new.test"}, {"secret"}),
            ({"secret": ""}, {"url"}),
            ({"secret": "x", "is_enabled": False}, {"url"}),
        ):
            answer = await lost.api("PUT", "/integrations/webhook", values)
            more = frozenset({"errors"})
            told = problem_of(answer, 422, "validation_error", more=more)["errors"]
            assert told.keys() == missing
        for is_enabled in (False, True):
            await set_hook(lost, {"is_enabled": is_enabled})
            assert (await shown(lost))["is_enabled"] is is_enabled
        await set_hook(lost, {})
        assert await stored(world) == before
        assert (await shown(world))["is_configured"]
        await set_hook(lost, {"url": "https://new.test", "secret": ""})
        seen = await shown(lost)
        assert (seen["is_configured"], seen["unavailable"], seen["secret"]) == (True, None, None)
    assert (await shown(world))["unavailable"] is not None


async def test_what_is_moved_to_another_row_cannot_be_read_there(world: World) -> None:
    await set_hook(world)
    other = await set_up(world.db, "Office", "eve@example.com", world.clock())
    async with world.db.write() as tx:
        await tx.execute(update(integrations).values(workspace_id=other.workspace_id))
    [seen] = data_of(await world.api("GET", "/integrations", key=other.api_key))["integrations"]
    assert (seen["url"], seen["is_configured"]) == (None, False)


async def test_plain_text_of_earlier_versions_is_used_and_sealed_at_the_next_write(
    world: World,
) -> None:
    await store_plainly(world)
    await world.ping(await world.make_job(), "/end/fail")
    await world.deliver_all()
    assert world.sender.configs == [HOOK]
    await set_hook(world, {"is_enabled": True})
    assert isinstance(await stored(world), str)
    await world.ping(await world.make_job(), "/end/fail")
    await world.deliver_all()
    assert world.sender.configs == [HOOK, HOOK]


async def test_plain_text_is_sealed_once_by_however_many_do_so(
    world: World, database_url: str
) -> None:
    await store_plainly(world)
    databases = [Database(database_url, cipher=Cipher([SECRET_KEY])) for _ in range(4)]
    done = await asyncio.gather(*(seal_secrets(db) for db in databases))
    assert sum(each.sealed for each in done) == 1
    assert isinstance(await stored(world), str)
    assert await seal_secrets(world.db) == Sealing(0, 0)
    assert (await shown(world))["is_configured"]
    for db in databases:
        await db.close()


async def test_where_all_is_sealed_no_writer_is_waited_for(world: World) -> None:
    await set_hook(world)
    async with world.db.write():
        assert await seal_secrets(world.db) == Sealing(0, 0)


async def test_keys_are_rotated_without_a_gap(world: World, database_url: str) -> None:
    await set_hook(world)
    async with server_with(world, database_url, SECRET_KEY, NEW_KEY) as first:
        async with server_with(world, database_url, NEW_KEY, SECRET_KEY) as second:
            assert await seal_secrets(second.db) == Sealing(1, 0)
            assert await seal_secrets(second.db) == Sealing(0, 0)
        assert (await shown(first))["is_configured"]
    async with server_with(world, database_url, NEW_KEY) as third:
        assert await seal_secrets(third.db) == Sealing(0, 0)
        await third.ping(await third.make_job(), "/end/fail")
        await third.deliver_all()
        assert third.sender.configs == [HOOK]
    assert (await shown(world))["unavailable"] is not None


async def test_what_no_key_can_read_is_counted_and_left_alone(
    world: World, database_url: str
) -> None:
    await set_hook(world)
    before = await stored(world)
    async with server_with(world, database_url, NEW_KEY) as lost:
        assert await seal_secrets(lost.db) == Sealing(0, 1)
    assert await stored(world) == before
