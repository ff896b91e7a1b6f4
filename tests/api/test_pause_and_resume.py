"""Pausing stops judgement, resuming starts it again; doing so twice changes nothing."""

from tests.api.answers import data_of
from tests.support.world import Json, World


async def turn(world: World, job: Json, verb: str) -> Json:
    """Pause or resume a job, and return it as it was answered."""
    changed: Json = data_of(await world.api("POST", f"/jobs/{job['id']}/{verb}"))
    assert await world.get_job(job) == changed
    return changed


async def test_a_paused_job_is_disabled_and_not_judged(world: World) -> None:
    job = await world.make_job()
    await world.ping(job)
    world.clock.turn(10)
    paused = await turn(world, job, "pause")
    assert (paused["status"], paused["is_enabled"]) == ("disabled", False)
    assert paused["state"]["since"] == "2026-03-02T12:00:10Z"
    assert paused["state"]["next_expected_at"] is None

    await world.pass_time(3600, step=600)
    assert await world.get_job(job) == paused
    assert world.sender.told == []


async def test_pausing_twice_changes_nothing(world: World) -> None:
    job = await world.make_job()
    once = await turn(world, job, "pause")
    world.clock.turn(60)
    assert await turn(world, job, "pause") == once


async def test_resuming_twice_changes_nothing(world: World) -> None:
    job = await world.make_job()
    await turn(world, job, "pause")
    world.clock.turn(60)
    once = await turn(world, job, "resume")
    world.clock.turn(10)
    assert await turn(world, job, "resume") == once


async def test_resuming_a_job_that_is_not_paused_changes_nothing(world: World) -> None:
    job = await world.make_job()
    await world.ping(job)
    seen = await world.get_job(job)
    world.clock.turn(10)
    assert await turn(world, job, "resume") == seen


async def test_a_resumed_job_awaits_its_next_run_from_now_on(world: World) -> None:
    proven, unproven = await world.make_job(), await world.make_job()
    await world.ping(proven)
    for job in (proven, unproven):
        await turn(world, job, "pause")
    world.clock.turn(3600)
    statuses = [await turn(world, job, "resume") for job in (proven, unproven)]
    assert [job["status"] for job in statuses] == ["healthy", "pending"]
    for job in statuses:
        assert job["is_enabled"] is True
        assert job["state"]["next_expected_at"] == "2026-03-02T13:01:00Z"
    await world.pass_time(120, step=10)
    assert world.sender.told == ["job.down"] * 2


async def test_pausing_a_job_that_is_down_ends_its_incident_silently(world: World) -> None:
    job = await world.make_job()
    await world.ping(job, "/end/fail")
    await world.deliver_all()
    await turn(world, job, "pause")
    await turn(world, job, "resume")
    await world.ping(job)
    await world.deliver_all()
    assert world.sender.told == ["job.down"]
