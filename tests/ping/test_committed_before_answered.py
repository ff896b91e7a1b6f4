"""200 means that the signal is committed: whoever looks then sees it."""

import asyncio

from sqlalchemy import func, select

from cronbeats.storage import jobs
from cronbeats.storage.database import Database
from cronbeats.storage.schema import signals
from tests.support.world import Json, World


async def count_signals(db: Database, job: Json) -> int:
    own = select(func.count()).select_from(signals).where(signals.c.job_id == job["id"])
    async with db.read() as tx:
        return (await tx.execute(own)).scalar_one()


async def test_a_signal_is_visible_to_others_when_its_ping_is_answered(
    world: World, database_url: str
) -> None:
    job = await world.make_job()
    others = Database(database_url)
    for expected in range(1, 4):
        assert (await world.ping(job)).status_code == 200
        assert await count_signals(others, job) == expected
    await others.close()


async def test_a_ping_is_not_answered_while_its_commit_must_wait(
    world: World, database_url: str
) -> None:
    job = await world.make_job()
    others = Database(database_url)
    async with others.write() as tx:
        await jobs.lock_by_keys(tx, [job["job_key"]])
        ping = asyncio.create_task(world.ping(job))
        done, _ = await asyncio.wait([ping], timeout=0.2)
        assert not done
        assert await count_signals(world.db, job) == 0
    assert (await ping).status_code == 200
    assert await count_signals(others, job) == 1
    await others.close()


async def test_many_pings_at_once_are_all_kept(world: World, database_url: str) -> None:
    made = [await world.make_job() for _ in range(3)]
    pings = [world.ping(job, verb) for job in made for verb in ("", "/start", "/progress/1") * 10]
    answers = await asyncio.gather(*pings)
    assert {answer.status_code for answer in answers} == {200}
    others = Database(database_url)
    assert [await count_signals(others, job) for job in made] == [30, 30, 30]
    await others.close()
