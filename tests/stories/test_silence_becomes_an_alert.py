"""Silence becomes an alert, and a ping a recovery."""

from tests.support.world import World


async def test_a_job_that_falls_silent_is_told_of_once_and_its_recovery_too(world: World) -> None:
    job = await world.make_job()
    await world.ping(job)
    await world.pass_time(60 + 30)
    assert (await world.get_job(job))["status"] == "late"
    assert world.sender.told == []

    await world.pass_time(30)
    assert (await world.get_job(job))["status"] == "down"
    assert world.sender.told == ["job.down"]

    await world.pass_time(600, step=10)
    assert world.sender.told == ["job.down"]

    await world.ping(job)
    await world.deliver_all()
    assert (await world.get_job(job))["status"] == "healthy"
    assert world.sender.told == ["job.down", "job.recovered"]
