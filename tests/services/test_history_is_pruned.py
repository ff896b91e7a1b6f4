"""Each job keeps its newest signals and runs; what is older goes, what is open stays."""

from cronbeats.services.prune_history import prune_history
from tests.support.counting_database import CountingDatabase
from tests.support.pruning import in_all, pace
from tests.support.world import World

KEEP = 3


async def test_the_newest_signals_and_runs_of_each_job_are_kept(world: World) -> None:
    busy, quiet = await world.make_job(name="Busy"), await world.make_job(name="Quiet")
    for number in range(7):
        await world.ping(busy, json={"message": f"run {number}"})
        world.clock.turn(60)
    await world.ping(quiet)
    assert await in_all(prune_history(world.db, pace(), KEEP, active_since=None)) == 2 * (7 - KEEP)
    assert await messages(world, busy) == ["run 6", "run 5", "run 4"]
    assert await messages(world, quiet) == [None]
    assert await in_all(prune_history(world.db, pace(), KEEP, active_since=None)) == 0


async def test_a_run_that_is_still_open_is_kept(world: World) -> None:
    job = await world.make_job(expected_interval_seconds=3_600)
    await world.ping(job, "/start?rid=long")
    for _ in range(KEEP):
        world.clock.turn(60)
        await world.ping(job, "?rid=short")
    await in_all(prune_history(world.db, pace(), 1, active_since=None))
    runs = (await world.api("GET", f"/jobs/{job['id']}/runs")).json()["data"]["runs"]
    assert [(run["run_id"], run["outcome"]) for run in runs] == [
        ("short", "success"),
        ("long", "running"),
    ]


async def test_jobs_that_were_quiet_since_are_not_looked_at(world: World) -> None:
    job = await world.make_job()
    for _ in range(KEEP):
        await world.ping(job)
    assert await in_all(prune_history(world.db, pace(), 1, active_since=world.clock.turn(1))) == 0


async def test_jobs_with_little_history_are_not_asked_about_one_by_one(
    world: World, database_url: str
) -> None:
    db = CountingDatabase(database_url)
    asked = []
    for more in (1, 20):
        for number in range(more):
            await world.ping(await world.make_job(name=f"{number} of {more}"))
        db.statements.clear()
        assert await in_all(prune_history(db, pace(), KEEP, active_since=None)) == 0
        asked.append(len(db.statements))
    await db.close()
    assert asked[0] == asked[1]


async def messages(world: World, job: dict[str, object]) -> list[str | None]:
    listed = (await world.api("GET", f"/jobs/{job['id']}/signals")).json()["data"]["signals"]
    return [signal["message"] for signal in listed]
