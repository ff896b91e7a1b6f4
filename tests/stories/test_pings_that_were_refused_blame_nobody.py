"""The database is away for seconds: jobs whose pings could not be stored are not blamed for it."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from sqlalchemy import Dialect

from cronbeats.domain.errors import UnavailableError
from cronbeats.storage.database import Database, Transaction
from cronbeats.storage.drivers import Result, Script
from cronbeats.workers.lookout import BEAT_SECONDS, Lookout
from cronbeats.workers.watch_deadlines import DeadlineWatcher
from tests.support.databases import CIPHER
from tests.support.turnable_clock import START, TurnableClock
from tests.support.world import Json, World

INTERVAL, GRACE, DOWN_AFTER = 60, 30, 30
DOWN_SECONDS = INTERVAL + GRACE + DOWN_AFTER
PATIENCE_SECONDS = 6


class Unsteady(Database):
    """A database that cannot be reached when a test says so."""

    is_away = False

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Transaction]:
        self._check()
        async with super().read() as tx:
            yield tx

    @asynccontextmanager
    async def write(self) -> AsyncIterator[Transaction]:
        self._check()
        async with super().write() as tx:
            yield tx

    async def run(self, begin: Callable[[Dialect], Script[Result]]) -> Result:
        self._check()
        return await super().run(begin)

    def _check(self) -> None:
        if self.is_away:
            raise UnavailableError("the database cannot be used: it is away")


class Process:
    """A server process, as far as it takes pings and watches the clock."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.db = world.db
        self._watcher = DeadlineWatcher(
            world.db, world.clock, world.lookout, lambda: None, lambda: None
        )

    async def turn(self) -> None:
        """Let its loops go round as often as they like."""
        try:
            await self.world.lookout.step()
            while await self._watcher.step() == 0:
                pass
        except UnavailableError:
            return
        await self.world.deliver_all()

    async def live(self, seconds: float) -> None:
        for _ in range(round(seconds / BEAT_SECONDS)):
            self.world.clock.turn(BEAT_SECONDS)
            await self.turn()

    async def outcomes(self, job: Json) -> list[str]:
        answer = await self.world.api("GET", f"/jobs/{job['id']}/runs")
        return [run["outcome"] for run in answer.json()["data"]["runs"]]


@pytest.fixture
async def process(db: Database, database_url: str) -> AsyncIterator[Process]:
    unsteady = Unsteady(database_url, cipher=CIPHER)
    world = World(unsteady, lookout=Lookout)
    await world.settle_in()
    yield Process(world)
    await world.http.aclose()
    await unsteady.close()


def set_away(process: Process, *, is_away: bool) -> None:
    assert isinstance(process.db, Unsteady)
    process.db.is_away = is_away


async def test_a_job_whose_ping_was_refused_is_not_blamed_nor_forgotten(process: Process) -> None:
    world = process.world
    job = await world.make_job()
    await world.ping(job)
    await process.live(DOWN_SECONDS - 5)
    assert await world.look_up_status(job) == "late"
    set_away(process, is_away=True)
    refused = await world.ping(job)
    assert refused.status_code == 503
    assert refused.headers["retry-after"] in {"1", "2"}
    await process.live(20)
    set_away(process, is_away=False)
    await process.live(15)
    assert world.sender.told == []
    assert await process.outcomes(job) == ["unobserved", "success"]
    [window] = (await world.api("GET", "/blind-windows")).json()["data"]["blind_windows"]
    assert window["duration_seconds"] == 25
    await process.live(DOWN_SECONDS + 5)
    assert world.sender.told == ["job.down"]


async def test_a_ping_that_is_sent_again_finds_its_job_as_it_was(process: Process) -> None:
    world = process.world
    job = await world.make_job(down_after_seconds=0)
    await world.ping(job)
    await process.live(INTERVAL + GRACE - 5)
    set_away(process, is_away=True)
    assert (await world.ping(job)).status_code == 503
    world.clock.turn(7)
    set_away(process, is_away=False)
    assert (await world.ping(job)).status_code == 200
    await process.turn()
    assert await world.look_up_status(job) == "healthy"
    assert world.sender.told == []


async def test_a_ping_that_another_process_refused_is_not_held_against_its_job(
    process: Process,
) -> None:
    world = process.world
    job = await world.make_job(down_after_seconds=0)
    await world.ping(job)
    await process.live(INTERVAL + GRACE - 5)
    set_away(process, is_away=True)
    await process.live(10)
    set_away(process, is_away=False)
    assert (await world.ping(job)).status_code == 200
    assert await process.outcomes(job) == ["success", "unobserved", "success"]
    await process.live(10)
    assert world.sender.told == []


async def test_who_refused_nothing_waits_for_what_others_have_to_tell(process: Process) -> None:
    world = process.world
    job = await world.make_job()
    await world.ping(job)
    await process.live(DOWN_SECONDS - 5)
    set_away(process, is_away=True)
    await process.live(10)
    set_away(process, is_away=False)
    await process.turn()
    world.clock.turn(PATIENCE_SECONDS - 1)
    await process.turn()
    assert world.sender.told == [], "another process may still have its ping"
    world.clock.turn(1)
    await process.turn()
    assert world.sender.told == ["job.down"], "an outage of seconds excuses no silence by itself"


async def test_pings_that_are_refused_without_end_hide_no_dead_job(process: Process) -> None:
    world = process.world
    await world.ping(await world.make_job())
    told_after = 0
    for minute in range(40):
        for _ in range(4):
            world.lookout.note_refusal(world.clock())
            world.clock.turn(15)
            await process.turn()
        if world.sender.told:
            told_after = minute
            break
    assert world.sender.told == ["job.down"]
    assert 30 <= told_after <= 33, "it was not blamed before"


async def test_an_outage_is_not_held_against_refusals_after_it(process: Process) -> None:
    world = process.world
    job = await world.make_job()
    await world.ping(job)
    set_away(process, is_away=True)
    await process.live(50 * 60)
    set_away(process, is_away=False)
    await process.live(10)
    assert (await world.ping(job)).status_code == 200
    await process.live(DOWN_SECONDS - 5)
    world.lookout.note_refusal(world.clock())
    await process.live(10)
    assert world.sender.told == []


async def test_a_window_is_seen_while_it_is_being_kept_and_so_is_what_is_refused_then(
    db: Database,
) -> None:
    clock, seen = TurnableClock(), list[bool]()

    async def look_around(_tx: Transaction) -> None:
        if is_watching:
            seen.append(bool(await lookout.windows()))
            clock.turn(1)
            lookout.note_refusal(clock())

    is_watching = False
    lookout = Lookout(db, clock, look_around)
    await lookout.step()
    lookout.note_refusal(clock())
    clock.turn(2)
    is_watching = True
    await lookout.step()
    assert seen == [True]
    is_watching = False
    clock.turn(2)
    assert await lookout.heard_until(clock()) == START + timedelta(seconds=2)
    await lookout.step()
    assert await lookout.heard_until(clock()) == clock()
    assert (await lookout.windows()).heard_between(START, clock()) == timedelta(0)
