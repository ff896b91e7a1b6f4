"""Several servers on one database, all loops running: each incident is told once."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest

from cronbeats.app import App
from cronbeats.settings import Settings
from cronbeats.storage.database import Database
from tests.support.databases import CIPHER
from tests.support.world import World

SERVERS = 3
JOBS = 12
PATIENCE_SECONDS = 30


@pytest.fixture
async def servers(world: World, database_url: str) -> AsyncIterator[list[App]]:
    """Give servers that are up and running, besides the world's own, which stands still."""
    async with AsyncExitStack() as stack:
        apps = []
        for _ in range(SERVERS):
            db = Database(database_url, pool_size=3, cipher=CIPHER)
            stack.push_async_callback(db.close)
            apps.append(App(Settings(), db, world.clock, world.senders, world.lookout))
        for app in apps:
            await stack.enter_async_context(app.running())
        yield apps


async def test_many_servers_tell_of_each_incident_once(world: World, servers: list[App]) -> None:
    jobs = [await world.make_job(name=f"Job {number}") for number in range(JOBS)]
    for job in jobs:
        await world.ping(job)
    world.clock.turn(60 + 30 + 30 + 1)
    await told(world, JOBS)
    for job in jobs:
        await world.ping(job)
    await told(world, 2 * JOBS)
    # The loops go on turning: whatever was told twice would come now.
    await asyncio.sleep(1.5)
    assert Counter(world.sender.told) == {"job.down": JOBS, "job.recovered": JOBS}
    assert len(servers) == SERVERS


async def told(world: World, count: int) -> None:
    for _ in range(PATIENCE_SECONDS * 50):
        if len(world.sender.told) >= count:
            return
        await asyncio.sleep(0.02)
    pytest.fail(f"told {len(world.sender.told)} of {count}")
