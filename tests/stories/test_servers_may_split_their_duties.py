"""Some processes take pings, others serve pages or judge: nobody is blamed who cannot be heard."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from functools import partial

import httpx
import pytest

from cronbeats.app import App
from cronbeats.domain.duty import ALL_DUTIES, Duty
from cronbeats.settings import Settings
from cronbeats.storage.database import Database
from cronbeats.workers.lookout import Lookout
from cronbeats.workers.watch_deadlines import DeadlineWatcher
from tests.support.databases import CIPHER
from tests.support.world import Json, World

INTERVAL, GRACE, DOWN_AFTER = 60, 30, 30
PATIENCE_SECONDS = 30
DOORS = {
    "/ping/nokey123": (Duty.PING, "Job not found"),
    "/api/v1/jobs": (Duty.API, "invalid_api_key"),
    "/sign-in": (Duty.WEB, "<html"),
}


class Split:
    """The world's own process takes no pings; another one, `ears`, does nothing else."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.ears = Lookout(world.db, world.clock)
        self.watcher = DeadlineWatcher(
            world.db, world.clock, world.lookout, lambda: None, lambda: None
        )

    async def pass_time(self, seconds: float, *, heard: bool) -> None:
        """Let time pass in a few steps, short enough that nobody takes one for an absence."""
        step = min(seconds, 15) if heard else seconds / 2
        for _ in range(round(seconds / step)):
            self.world.clock.turn(step)
            if heard:
                await self.ears.step()
            while await self.watcher.step() == 0:
                pass
        await self.world.deliver_all()

    async def outcomes(self, job: Json) -> list[str]:
        answer = await self.world.api("GET", f"/jobs/{job['id']}/runs")
        return [run["outcome"] for run in answer.json()["data"]["runs"]]


@pytest.fixture
async def split(db: Database) -> AsyncIterator[Split]:
    world = World(db, lookout=partial(Lookout, hears=False))
    await world.settle_in()
    made = Split(world)
    await made.ears.step()
    yield made
    await world.http.aclose()


async def test_who_judges_elsewhere_blames_silence_that_was_listened_to(split: Split) -> None:
    job = await split.world.make_job()
    await split.world.ping(job)
    await split.pass_time(INTERVAL + GRACE + DOWN_AFTER, heard=True)
    assert split.world.sender.told == []
    await split.pass_time(1, heard=True)
    assert split.world.sender.told == ["job.down"]


async def test_nobody_is_blamed_while_no_process_takes_pings(split: Split) -> None:
    world = split.world
    alive, dead = await world.make_job(), await world.make_job(name="Dead")
    await world.ping(alive)
    await world.ping(dead)
    await split.pass_time(INTERVAL, heard=True)
    await split.pass_time(600, heard=False)
    assert (await world.get_job(alive))["status"] == "healthy"
    ready = await world.http.get("/readyz")
    assert "no process has been able to take pings since" in ready.json()["warnings"]["pings"]

    await split.pass_time(1, heard=True)
    assert "warnings" not in (await world.http.get("/readyz")).json()
    await world.ping(alive)
    assert world.sender.told == []
    assert await split.outcomes(dead) == ["unobserved", "success"]
    windows = (await world.api("GET", "/blind-windows")).json()["data"]["blind_windows"]
    assert [window["duration_seconds"] for window in windows] == [601]
    # Nor is a dead job forgotten: its next slot is judged as ever.
    await split.pass_time(INTERVAL, heard=True)
    await world.ping(alive)
    await split.pass_time(GRACE + DOWN_AFTER, heard=True)
    await split.pass_time(1, heard=True)
    assert world.sender.told == ["job.down"]
    assert {alert.job.id for alert in world.sender.delivered if alert.job} == {dead["id"]}


async def test_a_short_pause_of_those_who_listen_only_postpones_the_judgement(split: Split) -> None:
    job = await split.world.make_job()
    await split.world.ping(job)
    await split.pass_time(INTERVAL + GRACE + 15, heard=True)
    await split.pass_time(25, heard=False)
    assert split.world.sender.told == []
    await split.pass_time(2, heard=True)
    assert split.world.sender.told == ["job.down"]


async def test_a_job_that_is_changed_while_nobody_listens_is_not_blamed(split: Split) -> None:
    job = await split.world.make_job()
    await split.world.ping(job)
    await split.pass_time(INTERVAL, heard=True)
    await split.pass_time(300, heard=False)
    paused = await split.world.api("POST", f"/jobs/{job['id']}/pause")
    assert paused.status_code == 200
    await split.world.deliver_all()
    assert split.world.sender.told == []
    assert await split.outcomes(job) == ["unobserved", "success"]


@pytest.mark.parametrize("duty", Duty)
async def test_a_process_opens_the_doors_of_its_duties_only(world: World, duty: Duty) -> None:
    app = App(Settings(only=frozenset({duty})), world.db, world.clock, world.senders)
    async with (
        httpx.AsyncClient(
            transport=httpx.ASGITransport(app), base_url="http://cronbeats.test"
        ) as http,
        app.running(),
    ):
        for path, (its_duty, words) in DOORS.items():
            answer = await http.get(path)
            if its_duty is duty:
                assert words in answer.text
            else:
                assert answer.status_code == 404
                assert f"serves only: {duty} (CRONBEATS_ONLY)" in answer.text
        assert (await http.get("/healthz")).status_code == 200
        ready = await http.get("/readyz")
        for _ in range(PATIENCE_SECONDS * 50):
            if (ready := await http.get("/readyz")).status_code == 200:
                break
            await asyncio.sleep(0.02)
        assert ready.json()["checks"] == {"database": "ok", "loops": "ok"}


async def test_processes_that_split_the_duties_do_all_of_the_work(
    world: World, database_url: str
) -> None:
    job = await world.make_job()
    async with AsyncExitStack() as stack:
        for duty in ALL_DUTIES - {Duty.PING}:
            db = Database(database_url, pool_size=3, cipher=CIPHER)
            stack.push_async_callback(db.close)
            app = App(Settings(only=frozenset({duty})), db, world.clock, world.senders)
            await stack.enter_async_context(app.running())
        door = App(Settings(only=frozenset({Duty.PING})), world.db, world.clock, world.senders)
        await stack.enter_async_context(door.running())
        http = await stack.enter_async_context(world.client_of(door))
        for action in ("/end/fail", ""):
            answer = await http.post(f"/ping/{job['job_key']}{action}")
            assert answer.status_code == 200
            before = len(world.sender.told)
            async with asyncio.timeout(PATIENCE_SECONDS):
                while len(world.sender.told) == before:  # noqa: ASYNC110 - other loops tell
                    await asyncio.sleep(0.02)
    assert world.sender.told == ["job.down", "job.recovered"]
