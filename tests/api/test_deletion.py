"""A deleted job is gone from every list, its key answers 404, and its history stays."""

import pytest
from sqlalchemy import func, select

from cronbeats.storage.schema import signals
from tests.api.answers import data_of, problem_of
from tests.support.world import World


@pytest.mark.parametrize(("method", "suffix"), [("POST", "/delete"), ("DELETE", "")])
async def test_a_deleted_job_is_gone_but_its_history_stays(
    world: World, method: str, suffix: str
) -> None:
    job, kept = await world.make_job(), await world.make_job(name="Kept")
    await world.ping(job)
    answer = await world.api(method, f"/jobs/{job['id']}{suffix}")
    assert (answer.status_code, answer.content) == (204, b"")
    assert "X-Request-ID" in answer.headers

    assert data_of(await world.api("GET", "/jobs"))["jobs"] == [kept]
    for path in ("", "/signals", "/runs", "/explain"):
        problem_of(await world.api("GET", f"/jobs/{job['id']}{path}"), 404, "not_found")
    assert (await world.ping(job)).status_code == 404
    async with world.db.read() as tx:
        assert await tx.scalar(select(func.count()).select_from(signals)) == 1


async def test_a_deleted_job_alarms_nobody(world: World) -> None:
    job = await world.make_job()
    await world.ping(job)
    await world.api("DELETE", f"/jobs/{job['id']}")
    await world.pass_time(600, step=20)
    assert world.sender.told == []


async def test_a_job_can_be_deleted_only_once(world: World) -> None:
    job = await world.make_job()
    await world.api("DELETE", f"/jobs/{job['id']}")
    problem_of(await world.api("DELETE", f"/jobs/{job['id']}"), 404, "not_found")
