"""The database stands still for a while: pings are told so in time, and nobody is blamed."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from sqlalchemy import text

from cronbeats.ping.intake import Intake
from cronbeats.services.receive_signals import Arrival, Batch, receive_signals
from cronbeats.storage.database import Database
from cronbeats.workers.lookout import BEAT_SECONDS, Lookout
from cronbeats.workers.watch_deadlines import DeadlineWatcher
from tests.ping.door import caller, door_to
from tests.support.world import Json, World

INTERVAL, GRACE = 60, 30
STALL_SECONDS = 10
LONGEST_WAIT_SECONDS = 0.2
REFUSED_WITHIN_SECONDS = 5


class Process:
    """A server process, as far as it takes pings and watches the clock, with little patience."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.intake = Intake(
            self._receive,
            lambda: None,
            LONGEST_WAIT_SECONDS,
            note_refusal=world.lookout.note_refusal,
        )
        self.http = caller(door_to(self.intake, clock=world.clock))
        self._watcher = DeadlineWatcher(
            world.db, world.clock, world.lookout, self.intake.oldest_unsettled, lambda: None
        )

    async def _receive(self, arrivals: Sequence[Arrival]) -> Batch:
        return await receive_signals(self.world.db, arrivals, await self.world.lookout.windows())

    async def ping(self, job: Json) -> int:
        return (await self.http.get(f"/ping/{job['job_key']}")).status_code

    async def look(self) -> None:
        while await self._watcher.step() == 0:
            pass
        await self.world.deliver_all()

    async def live(self, seconds: float) -> None:
        for _ in range(round(seconds / BEAT_SECONDS)):
            self.world.clock.turn(BEAT_SECONDS)
            await self.world.lookout.step()
            await self.look()

    async def outcomes(self, job: Json) -> set[str]:
        answer = await self.world.api("GET", f"/jobs/{job['id']}/runs")
        return {run["outcome"] for run in answer.json()["data"]["runs"]}


@asynccontextmanager
async def standing_still(database_url: str) -> AsyncIterator[None]:
    """Let somebody else keep the lock that every ping needs while the block runs."""
    others = Database(database_url)
    async with others.write() as tx:
        if others.is_shared:
            await tx.execute(text("LOCK TABLE signals IN ACCESS EXCLUSIVE MODE"))
        yield
    await others.close()


async def test_pings_are_refused_in_time_and_no_job_is_blamed_nor_forgotten(
    db: Database, database_url: str
) -> None:
    world = World(db, lookout=Lookout)
    await world.settle_in()
    process = Process(world)
    names = ("patient", "silent")
    patient, silent = [await world.make_job(name=name, down_after_seconds=0) for name in names]
    assert [await process.ping(job) for job in (patient, silent)] == [200, 200]
    await process.live(INTERVAL + GRACE - 5)

    async with standing_still(database_url):
        pings = asyncio.gather(*(process.ping(patient) for _ in range(20)))
        assert set(await asyncio.wait_for(pings, REFUSED_WITHIN_SECONDS)) == {503}
        world.clock.turn(STALL_SECONDS)
        await process.look()
        assert process.intake.warnings().keys() == {"pings"}
    assert await process.ping(patient) == 200
    await process.live(BEAT_SECONDS)
    assert world.sender.told == []
    assert await process.outcomes(patient) == {"success"}
    assert await process.outcomes(silent) == {"success", "unobserved"}

    await process.live(INTERVAL + GRACE + BEAT_SECONDS)
    assert world.sender.told == ["job.down", "job.down"]
    await process.http.aclose()
    await world.http.aclose()


async def test_who_came_while_it_stood_still_is_stored_or_was_refused(
    db: Database, database_url: str
) -> None:
    world = World(db, lookout=Lookout)
    await world.settle_in()
    process = Process(world)
    job = await world.make_job()
    async with standing_still(database_url):
        first = asyncio.create_task(process.ping(job))
        await asyncio.sleep(0.05)
        behind = [asyncio.create_task(process.ping(job)) for _ in range(10)]
        assert set(await asyncio.gather(first, *behind)) == {503}
        assert process.intake.oldest_unsettled() == world.clock()
    await process.intake.drain()
    # Only the one that was being stored was stored: who sends it again sends a copy.
    signals = (await world.api("GET", f"/jobs/{job['id']}/signals")).json()["data"]
    assert signals["pagination"]["total"] == 1
    assert await process.ping(job) == 200
    await process.http.aclose()
    await world.http.aclose()
