"""What was settled long ago goes, and what is too much of one job; what is owed or open stays."""

from datetime import timedelta

from sqlalchemy import func, insert, select

from cronbeats.domain.delivery import Unreachable
from cronbeats.services.prune_history import prune_alerts, prune_history
from cronbeats.storage.schema import alerts, delivery_attempts, incidents, transitions
from tests.support.outbox import endings, fail_a_job
from tests.support.pruning import in_all, pace
from tests.support.world import Json, World

DAY = 86_400
MONTHS = timedelta(days=90)


async def count(world: World, table: object) -> int:
    async with world.db.read() as tx:
        found: int = (await tx.execute(select(func.count()).select_from(table))).scalar_one()  # type: ignore[arg-type]
    return found


async def flap(world: World, job: Json, times: int) -> None:
    for _ in range(times):
        for action in ("/end/fail", ""):
            await world.ping(job, action)
            await world.deliver_all()


async def test_an_alert_that_was_settled_long_ago_goes_with_its_attempts(world: World) -> None:
    await fail_a_job(world)
    await world.deliver_all()
    world.clock.turn(90 * DAY)
    assert await in_all(prune_alerts(world.db, pace(), world.clock() - MONTHS)) == 0
    world.clock.turn(1)
    await fail_a_job(world)
    await world.deliver_all()
    assert await in_all(prune_alerts(world.db, pace(), world.clock() - MONTHS)) == 1
    assert await endings(world) == [("job.down", "sent")]
    assert await count(world, delivery_attempts) == 1


async def test_an_alert_that_is_owed_stays_however_old_it_is(world: World) -> None:
    await fail_a_job(world)
    world.sender.answers.append(Unreachable("no answer"))
    await world.deliver()
    world.clock.turn(400 * DAY)
    assert await in_all(prune_alerts(world.db, pace(), world.clock())) == 0
    assert await endings(world) == [("job.down", "owed")]


async def test_many_old_alerts_go_a_few_at_a_time(world: World) -> None:
    await fail_a_job(world)
    await world.deliver_all()
    async with world.db.write() as tx:
        row = dict((await tx.execute(select(alerts))).mappings().one())
        del row["id"]
        copies = [{**row, "event_id": f"copy {n}"} for n in range(1_200)]
        await tx.execute(insert(alerts), copies)
    steps = prune_alerts(world.db, pace(), world.clock() + timedelta(seconds=1))
    assert [count async for count in steps] == [100, 200, 400, 501]


async def test_each_job_keeps_its_newest_alerts_incidents_and_transitions(world: World) -> None:
    busy, quiet = await world.make_job(), await world.make_job()
    await flap(world, busy, times=5)
    await flap(world, quiet, times=1)
    await in_all(prune_history(world.db, pace(), 3, active_since=None))
    async with world.db.read() as tx:
        for table in (alerts, transitions, incidents):
            rows = await tx.execute(
                select(table.c.job_id, func.count().label("number")).group_by(table.c.job_id)
            )
            by_job = {row.job_id: row.number for row in rows}
            assert by_job[busy["id"]] == 3, table.name
            assert by_job[quiet["id"]] == (1 if table is incidents else 2), table.name
    kept = (await world.api("GET", f"/jobs/{busy['id']}/incidents")).json()["data"]["incidents"]
    assert len(kept) == 3


async def test_an_open_incident_and_an_owed_alert_stay_beyond_the_newest(world: World) -> None:
    job = await fail_a_job(world)
    world.sender.answers.append(Unreachable("no answer", retry_after_seconds=3_600))
    await world.deliver()
    for action in ("", "/end/fail", "", "/end/fail"):
        await world.ping(job, action)
    await in_all(prune_history(world.db, pace(), 1, active_since=None))
    assert await endings(world) == [
        ("job.down", "owed"),
        ("job.recovered", "owed"),
        *[("job.down", "owed"), ("job.recovered", "owed")],
        ("job.down", "owed"),
    ]
    async with world.db.read() as tx:
        [ended_at] = (await tx.scalars(select(incidents.c.ended_at))).all()
    assert ended_at is None


async def test_a_job_with_more_than_one_batch_is_pruned_whole(world: World) -> None:
    job = await fail_a_job(world)
    async with world.db.write() as tx:
        row = dict((await tx.execute(select(transitions).limit(1))).mappings().one())
        del row["id"]
        await tx.execute(insert(transitions), [row] * 1_300)
    await in_all(prune_history(world.db, pace(), 10, active_since=None))
    assert await count(world, transitions) == 10
    assert job["id"]
