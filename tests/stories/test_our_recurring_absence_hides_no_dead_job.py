"""The service is away again and again, whenever a job is expected: a dead job is found even so."""

from tests.api.answers import data_of
from tests.support.world import Json, World

# A third of the time is heard; a job of every minute with 30 s of grace is excused for 270 s.
AWAY, THERE = 40, 20
INTERVAL_AND_GRACE = 60 + 30


async def test_a_dead_job_is_told_of_once_with_the_doubt_there_is(sleepy_world: World) -> None:
    world = sleepy_world
    job = await world.make_job()
    await world.ping(job)
    await be_away_again_and_again(world, 25)
    assert world.sender.told == ["job.down"]
    [alert] = world.sender.delivered
    told = await explain(world, job)
    assert told["sentence"] == alert.text
    assert alert.text.startswith("Backup is down: no run was heard by 2026-03-02 12:")
    assert alert.text.endswith(
        "; CronBeats itself could not hear at some times since 2026-03-02 12:01 UTC, "
        "so the job may have run unheard."
    )
    step = steps(told)["unheard"]
    assert step["at"] == "2026-03-02T12:01:00Z"


async def test_before_that_the_job_says_for_how_long_it_is_excused(sleepy_world: World) -> None:
    world = sleepy_world
    job = await world.make_job()
    await world.ping(job)
    await be_away_again_and_again(world, 5)
    told = await explain(world, job)
    assert told["status"] == "healthy"
    assert "could not hear" not in told["sentence"]
    assert steps(told)["unheard"]["text"] == (
        "Runs since 2026-03-02 12:01 UTC may have come while CronBeats itself could not hear; "
        "this excuses their silence until CronBeats has heard nothing of the job in 4 m 30 s "
        "of listening."
    )


async def test_a_job_of_which_a_run_is_heard_now_and_then_is_not_blamed(
    sleepy_world: World,
) -> None:
    world = sleepy_world
    job = await world.make_job()
    for _ in range(5):
        await world.ping(job)
        await be_away_again_and_again(world, 9)
    assert world.sender.told == []
    assert (await world.get_job(job))["status"] == "healthy"


async def test_a_run_that_hangs_is_said_to_have_ended_unheard_perhaps(sleepy_world: World) -> None:
    world = sleepy_world
    job = await world.make_job()
    await world.ping(job)
    await world.ping(job, "/start")
    await be_away_again_and_again(world, 25)
    [alert] = world.sender.delivered
    assert alert.text == (await explain(world, job))["sentence"]
    assert "a run had not ended by" in alert.text
    assert alert.text.endswith("so its end may have come unheard.")


async def test_a_job_that_begins_every_run_and_ends_none_is_found(sleepy_world: World) -> None:
    world = sleepy_world
    job = await world.make_job(max_runtime_seconds=50)
    await world.ping(job)
    for _ in range(25):
        await world.ping(job, "/start")
        await be_away_again_and_again(world, 1)
    [alert] = world.sender.delivered
    assert alert.text == (await explain(world, job))["sentence"]
    assert "a run had not ended by" in alert.text
    assert alert.text.endswith("since 2026-03-02 12:00 UTC, so its end may have come unheard.")


async def test_a_job_that_is_down_for_a_slot_we_could_hear_is_told_of_without_a_doubt(
    sleepy_world: World,
) -> None:
    world = sleepy_world
    job = await world.make_job()
    await world.ping(job)
    await be_away_again_and_again(world, 2)
    await world.pass_time(3 * INTERVAL_AND_GRACE)
    [alert] = world.sender.delivered
    assert alert.text == (await explain(world, job))["sentence"]
    assert ": expected at " in alert.text


async def be_away_again_and_again(world: World, times: int) -> None:
    for _ in range(times):
        world.clock.turn(AWAY)
        await world.look()
        await world.pass_time(THERE, step=5)
        await world.lookout.step()


async def explain(world: World, job: Json) -> Json:
    told: Json = data_of(await world.api("GET", f"/jobs/{job['id']}/explain"))
    return told


def steps(told: Json) -> dict[str, Json]:
    return {step["rule"]: step for step in told["steps"]}
