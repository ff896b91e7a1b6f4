"""When a key was last used is written down a moment later, and never in the way of a request."""

import asyncio
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from cronbeats.domain.errors import UnavailableError
from cronbeats.services.authenticate import authenticate
from cronbeats.services.set_up import set_up
from cronbeats.storage.database import Database
from cronbeats.storage.migrate import migrate
from cronbeats.storage.schema import api_keys
from cronbeats.workers.key_uses import KeyUses
from tests.api.answers import data_of
from tests.support.turnable_clock import START
from tests.support.world import World

SECOND = timedelta(seconds=1)


async def last_used(db: Database) -> datetime | None:
    async with db.read() as tx:
        moment: datetime | None = await tx.scalar(select(api_keys.c.last_used_at))
    return moment


async def test_a_use_is_written_once_a_minute(world: World) -> None:
    uses = KeyUses(world.db)
    for after, written in ((0, 0), (59, 0), (60, 60), (61, 60), (185, 185)):
        uses.note(1, START + after * SECOND)
        await uses.step()
        assert await last_used(world.db) == START + written * SECOND, after


async def test_within_the_minute_no_writer_is_waited_for(world: World) -> None:
    uses = KeyUses(world.db)
    uses.note(1, START)
    await uses.step()
    async with world.db.write() as tx:
        await tx.execute(update(api_keys).values(name="held"))
        uses.note(1, START + 59 * SECOND)
        async with asyncio.timeout(2):
            await uses.step()


async def test_many_processes_together_write_a_use_once_a_minute(world: World) -> None:
    for after, written in ((0, 0), (59, 0), (60, 60)):
        another_process = KeyUses(world.db)
        another_process.note(1, START + after * SECOND)
        await another_process.step()
        assert await last_used(world.db) == START + written * SECOND, after


async def test_a_use_that_could_not_be_written_is_written_later(tmp_path: Path) -> None:
    db = Database(f"sqlite:///{tmp_path}/missing/cronbeats.db")
    uses = KeyUses(db)
    uses.note(1, START)
    with pytest.raises(UnavailableError):
        await uses.step()
    await uses.finish()
    (tmp_path / "missing").mkdir()
    await migrate(db)
    await set_up(db, "Home", "ada@example.com", START)
    await uses.step()
    assert await last_used(db) == START
    await db.close()


async def test_a_key_is_known_and_its_use_noted_while_another_writes(world: World) -> None:
    uses = KeyUses(world.db)
    async with world.db.write() as tx:
        await tx.execute(update(api_keys).values(name="held"))
        async with asyncio.timeout(2):
            caller = await authenticate(world.db, world.api_key, START)
        uses.note(caller.identity.key_id, START)
    assert await last_used(world.db) is None


async def test_a_server_that_stops_writes_what_it_noted(world: World) -> None:
    async with world.app.running():
        data_of(await world.api("GET", "/jobs"))
    assert await last_used(world.db) == START


async def test_a_key_that_is_refused_was_not_used(world: World) -> None:
    async with world.app.running():
        for key in ("cb_wrong", world.api_key[:-1]):
            assert (await world.api("GET", "/jobs", key=key)).status_code == 401
    assert await last_used(world.db) is None
