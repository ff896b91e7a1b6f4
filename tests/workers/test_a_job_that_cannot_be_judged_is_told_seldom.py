"""A job whose row makes no sense keeps no other from being judged, and does not fill the log."""

from sqlalchemy import text
from structlog.testing import capture_logs
from structlog.typing import EventDict

from cronbeats.workers.watch_deadlines import DeadlineWatcher
from tests.support.world import Json, World

LATE_AFTER = 60 + 30 + 1
MINUTES = 60


async def test_the_others_are_judged_and_their_alerts_are_owed(world: World) -> None:
    jobs = await broken_among_healthy(world)
    world.clock.turn(LATE_AFTER + 30)
    await watch(world).step()
    assert await world.look_up_status(jobs[0]) == "down"
    assert await world.look_up_status(jobs[2]) == "down"
    await world.deliver_all()
    assert world.sender.told == ["job.down", "job.down"]


async def test_it_is_told_once_in_five_minutes_with_its_reason(world: World) -> None:
    _, broken, _ = await broken_among_healthy(world)
    watcher = watch(world)
    world.clock.turn(LATE_AFTER)
    assert await told_in(watcher, looks=10) == [broken["id"]]
    world.clock.turn(4 * MINUTES)
    assert await told_in(watcher, looks=3) == []
    world.clock.turn(1 * MINUTES)
    assert await told_in(watcher, looks=3) == [broken["id"]]


async def test_each_job_is_told_of_by_itself(world: World) -> None:
    jobs = await broken_among_healthy(world)
    watcher = watch(world)
    world.clock.turn(LATE_AFTER)
    await told_in(watcher, looks=2)
    await break_row(world, jobs[0])
    world.clock.turn(1 * MINUTES)
    assert await told_in(watcher, looks=2) == [jobs[0]["id"]]


async def test_a_clock_that_is_set_back_silences_nothing(world: World) -> None:
    _, broken, _ = await broken_among_healthy(world)
    watcher = watch(world)
    world.clock.turn(10 * 24 * 60 * MINUTES)
    await told_in(watcher, looks=2)
    world.clock.turn(-9 * 24 * 60 * MINUTES)
    assert await told_in(watcher, looks=2) == [broken["id"]]


async def broken_among_healthy(world: World) -> list[Json]:
    jobs = [await world.make_job(name=name) for name in ("before", "broken", "after")]
    for job in jobs:
        await world.ping(job)
    await break_row(world, jobs[1])
    return jobs


async def break_row(world: World, job: Json) -> None:
    async with world.db.write() as tx:
        query = "UPDATE job_states SET status = 'sick' WHERE job_id = :id"
        await tx.execute(text(query), {"id": job["id"]})


def watch(world: World) -> DeadlineWatcher:
    return DeadlineWatcher(
        world.db,
        world.clock,
        world.lookout,
        lambda: None,
        lambda: None,
    )


async def told_in(watcher: DeadlineWatcher, looks: int) -> list[int]:
    with capture_logs() as log:
        for _ in range(looks):
            await watcher.step()
    told: list[EventDict] = [entry for entry in log if entry["event"] == "job_not_judged"]
    assert all("sick" in str(entry["exc_info"]) for entry in told)
    return [entry["job_id"] for entry in told]
