"""One look at the clock touches only jobs that may have something to be judged for."""

from datetime import datetime, timedelta

from sqlalchemy import select, text, update

from cronbeats.domain.blind_window import BlindWindow, BlindWindows
from cronbeats.domain.job import Rules, State, Status
from cronbeats.domain.schedule import Every
from cronbeats.services.check_deadlines import check_deadlines, next_deadline
from cronbeats.storage.jobs import NewJob, add, due_query
from cronbeats.storage.ledger import open_account
from cronbeats.storage.schema import job_states
from tests.support.explain import plan_of
from tests.support.world import Json, World

MANY = 2_000


async def test_a_job_whose_time_has_not_come_is_not_looked_at(world: World) -> None:
    job = await world.make_job()
    await world.ping(job)
    world.clock.turn(89.999)
    assert (await world.look()).looked_at == 0
    world.clock.turn(0.001)
    assert (await world.look()).looked_at == 1


async def test_a_new_job_and_a_dead_one_wake_nobody(world: World) -> None:
    job = await world.make_job()
    assert await next_deadline(world.db) is None
    await world.ping(job, "/end/fail")
    world.clock.turn(86_400)
    assert (await world.look()).looked_at == 0


async def test_a_ping_leaves_the_clocks_plan_alone_if_it_only_moves_the_deadline_later(
    world: World,
) -> None:
    job = await world.make_job()
    await world.ping(job)
    planned = await wake_at(world, job)
    world.clock.turn(60)
    await world.ping(job)
    assert await wake_at(world, job) == planned
    world.clock.turn(30)
    assert (await world.look()).looked_at == 1
    assert await wake_at(world, job) == planned + timedelta(seconds=60)


async def test_a_ping_lets_the_clock_look_in_time_where_it_planned_to_look_too_late(
    world: World,
) -> None:
    job = await world.make_job()
    await world.ping(job)
    for too_late in (world.clock() + timedelta(days=1), None):
        async with world.db.write() as tx:
            await tx.execute(update(job_states).values(wake_at=too_late))
        deadline = world.clock.turn(60) + timedelta(seconds=90)
        await world.ping(job)
        assert await wake_at(world, job) == deadline


async def test_an_earlier_deadline_moves_the_clocks_plan(world: World) -> None:
    job = await world.make_job(max_runtime_seconds=10)
    await world.ping(job)
    await world.ping(job, "/start")
    assert await wake_at(world, job) == world.clock.turn(10)
    await world.look()
    assert (await world.get_job(job))["state"]["reason"] == "overran"


async def test_what_is_due_is_found_through_an_index(world: World) -> None:
    await make_many_armed_jobs(world, MANY)
    async with world.db.write() as tx:
        await tx.execute(text("ANALYZE"))
        plan = await plan_of(tx, due_query(world.clock(), limit=500))
    assert "ix_job_states_wake_at" in plan
    assert "Seq Scan" not in plan
    assert "SCAN jobs" not in plan


async def test_a_full_look_leaves_the_rest_for_the_next(world: World) -> None:
    for name in ("a", "b", "c"):
        await world.ping(await world.make_job(name=name))
    world.clock.turn(3_600)
    looks = [(await check_deadlines(world.db, world.clock(), limit=2)).looked_at for _ in "xyz"]
    assert looks == [2, 1, 0]


async def test_a_job_to_be_judged_at_the_end_of_a_blind_window_does_not_hurry_the_clock(
    world: World,
) -> None:
    job = await world.make_job(cron_expression="* * * * *")
    await world.ping(job)
    begun = world.clock()
    blind = BlindWindows(
        BlindWindow(begun + timedelta(seconds=second), begun + timedelta(seconds=second + 20))
        for second in range(80, 600, 60)
    )
    # By its grace's end at 12:08:30, within a window, we could hear for longer than excuses it.
    within, after = (begun + timedelta(minutes=8, seconds=each) for each in (35, 40))
    assert (await check_deadlines(world.db, within, blind)).looked_at == 0
    assert await world.look_up_status(job) == "healthy"
    assert (await check_deadlines(world.db, after, blind)).looked_at == 1
    assert await world.look_up_status(job) == "late"


async def make_many_armed_jobs(world: World, count: int) -> None:
    made_at = world.clock()
    state = State(Status.HEALTHY, since=made_at, due_at=made_at + timedelta(days=1))
    rules = Rules(Every(86_400))
    async with world.db.write() as tx:
        for number in range(count):
            new = NewJob(world.workspace_id, f"{number:08}", "Armed", rules)
            await open_account(tx, await add(tx, new, state))


async def wake_at(world: World, job: Json) -> datetime:
    async with world.db.read() as tx:
        query = select(job_states.c.wake_at).where(job_states.c.job_id == job["id"])
        planned: datetime | None = await tx.scalar(query)
    assert planned is not None
    return planned
