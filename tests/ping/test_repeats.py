"""Clients that hear no answer send the same signal again: a second copy does no harm."""

import asyncio

from tests.support.world import World


async def test_a_ping_sent_twice_is_one_run(world: World) -> None:
    once, twice = await world.make_job(), await world.make_job()
    await world.ping(once)
    for _ in range(2):
        assert (await world.ping(twice)).status_code == 200
    same = ("status", "state")
    seen = [await world.get_job(job) for job in (once, twice)]
    assert [seen[0][name] for name in same] == [seen[1][name] for name in same]


async def test_a_start_sent_twice_is_one_run(world: World) -> None:
    job = await world.make_job(expected_interval_seconds=3600)
    await world.ping(job, "/start")
    world.clock.turn(1)
    await world.ping(job, "/start")
    world.clock.turn(9)
    await world.ping(job, "/end/success")
    state = (await world.get_job(job))["state"]
    assert (state["last_duration_ms"], state["current_run"]) == (10_000, None)


async def test_a_failure_sent_twice_is_told_of_once(world: World) -> None:
    job = await world.make_job()
    answers = await asyncio.gather(*[world.ping(job, "/end/fail") for _ in range(3)])
    assert [answer.status_code for answer in answers] == [200] * 3
    await world.deliver_all()
    assert world.sender.told == ["job.down"]


async def test_a_failure_sent_twice_is_one_failure(world: World) -> None:
    job = await world.make_job(failure_tolerance=1)
    for _ in range(2):
        await world.ping(job, "/end/fail")
        world.clock.turn(0.5)
    assert (await world.get_job(job))["status"] != "down"
    world.clock.turn(30)
    await world.ping(job, "/end/fail")
    assert (await world.get_job(job))["status"] == "down"
