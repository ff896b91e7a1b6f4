"""The service is away for ten minutes: no storm when it returns, and no dead job forgotten."""

import asyncio
from datetime import timedelta

from cronbeats.services.stay_aware import stay_aware
from cronbeats.storage.blind_windows import beat, lock_pulse
from cronbeats.storage.database import Database
from tests.support.world import Json, World

AWAY = 600
JOBS = 40
INTERVAL, GRACE, DOWN_AFTER = 60, 30, 30


async def test_after_ten_minutes_away_only_jobs_that_stay_silent_are_told_of(
    sleepy_world: World,
) -> None:
    world = sleepy_world
    jobs = [await world.make_job(name=f"Job {number}") for number in range(JOBS)]
    await ping_all(world, jobs)
    world.clock.turn(AWAY)
    await world.look()
    await world.pass_time(INTERVAL)
    alive, dead = jobs[::2], jobs[1::2]
    await ping_all(world, alive)
    await world.pass_time(GRACE + DOWN_AFTER - 1)
    assert world.sender.told == []

    await world.pass_time(1)
    assert world.sender.told == ["job.down"] * len(dead)
    told = {alert.job.id for alert in world.sender.delivered if alert.job}
    assert told == {job["id"] for job in dead}


async def test_the_absence_is_told_once_and_the_slots_in_it_are_unobserved(
    sleepy_world: World,
) -> None:
    world = sleepy_world
    job = await world.make_job()
    await world.ping(job)
    before = world.clock()
    after = world.clock.turn(AWAY)
    await world.pass_time(2)
    [window] = await listed(world, "/blind-windows", "blind_windows")
    assert window["duration_seconds"] == (after - before) // timedelta(seconds=1) + 1
    newest, first = await listed(world, f"/jobs/{job['id']}/runs", "runs")
    assert (first["outcome"], newest["outcome"]) == ("success", "unobserved")
    explained = (await world.api("GET", f"/jobs/{job['id']}/explain")).json()["data"]
    assert "blind_window" in [step["rule"] for step in explained["steps"]]


async def test_a_ping_right_after_the_absence_finds_its_job_healthy(sleepy_world: World) -> None:
    world = sleepy_world
    job = await world.make_job()
    await world.ping(job)
    world.clock.turn(AWAY)
    await world.ping(job)
    assert (await world.get_job(job))["status"] == "healthy"
    await world.deliver_all()
    assert world.sender.told == []


async def test_a_job_that_was_down_before_the_absence_stays_down(sleepy_world: World) -> None:
    world = sleepy_world
    job = await world.make_job()
    await world.ping(job, "/end/fail")
    world.clock.turn(AWAY)
    await world.pass_time(5)
    assert (await world.get_job(job))["status"] == "down"
    assert world.sender.told == ["job.down"]


async def test_a_clock_that_ran_ahead_and_was_set_back_hides_no_dead_job(
    sleepy_world: World,
) -> None:
    world = sleepy_world
    job = await world.make_job()
    await world.pass_time(5)
    await world.ping(job)
    world.clock.turn(86_400 * 365)
    await world.ping(job)
    world.clock.turn(-86_400 * 365)
    await world.pass_time(INTERVAL + GRACE + DOWN_AFTER + 5)
    assert world.sender.told == ["job.down"]
    reasons = [each["reason"] for each in await listed(world, "/blind-windows", "blind_windows")]
    assert sorted(reasons) == ["clock_ran_ahead", "clock_set_back"]


async def test_a_ping_that_was_refused_before_the_clock_was_set_back_hides_no_dead_job(
    sleepy_world: World,
) -> None:
    # A machine starts with a clock that is ahead, and its database later than itself.
    world = sleepy_world
    job = await world.make_job()
    await world.pass_time(5)
    await world.ping(job)
    world.lookout.note_refusal(world.clock())
    world.clock.turn(-86_400)
    await world.pass_time(INTERVAL + GRACE + DOWN_AFTER + 5)
    assert world.sender.told == ["job.down"]


async def test_a_job_that_was_only_looked_at_while_the_clock_ran_ahead_is_found_dead_too(
    sleepy_world: World,
) -> None:
    world = sleepy_world
    job = await world.make_job()
    await world.pass_time(5)
    await world.ping(job)
    world.clock.turn(86_400 * 365)
    await world.look()
    world.clock.turn(-86_400 * 365)
    await world.pass_time(2 * INTERVAL + GRACE + DOWN_AFTER + 5)
    assert world.sender.told == ["job.down"]


async def test_a_process_that_waited_for_the_pulse_takes_no_clock_for_set_back(
    sleepy_world: World, database_url: str
) -> None:
    world, other = sleepy_world, Database(database_url, pool_size=1)
    await stay_aware(world.db, world.clock)
    async with other.write() as tx:
        await lock_pulse(tx)
        waiting = asyncio.create_task(stay_aware(world.db, world.clock))
        await asyncio.sleep(0.05)
        await beat(tx, world.clock.turn(175))
    assert (await waiting).found is None
    await other.close()


async def ping_all(world: World, jobs: list[Json]) -> None:
    for job in jobs:
        assert (await world.ping(job)).status_code == 200


async def listed(world: World, path: str, name: str) -> list[Json]:
    answer = await world.api("GET", path)
    assert answer.status_code == 200, answer.text
    items: list[Json] = answer.json()["data"][name]
    return items
