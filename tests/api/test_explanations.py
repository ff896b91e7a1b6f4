"""Why a job has its status: in one sentence, that its alert says too, and step by step."""

from tests.api.answers import data_of
from tests.support.world import Json, World


async def test_a_new_job_says_that_nothing_is_expected_of_it(world: World) -> None:
    told = await explain(world, await world.make_job())
    assert told["status"] == "pending"
    assert told["sentence"] == (
        "Backup is pending: it has not sent a signal yet, so nothing is expected of it."
    )
    assert rules(told) == ["schedule"]


async def test_a_healthy_job_says_what_comes_next(world: World) -> None:
    job = await world.make_job(timezone="Europe/Berlin")
    await world.ping(job)
    told = await explain(world, job)
    assert told["sentence"] == (
        "Backup is healthy: its last run succeeded at 2026-03-02 13:00 CET."
    )
    steps = {step["rule"]: step for step in told["steps"]}
    assert steps["schedule"]["text"] == "A run is expected every minute."
    assert steps["awaited"] == {
        "rule": "awaited",
        "text": "The run of 2026-03-02 13:01 CET is awaited.",
        "at": "2026-03-02T12:01:00Z",
    }
    assert steps["late_at"]["at"] == "2026-03-02T12:01:30Z"
    assert "30 s of grace" in steps["late_at"]["text"]
    assert steps["down_at"]["at"] == "2026-03-02T12:02:00Z"


async def test_a_down_alert_says_the_sentence_that_explains_it(world: World) -> None:
    job = await world.make_job()
    await world.ping(job)
    await world.pass_time(200, step=20)
    told = await explain(world, job)
    [alert] = world.sender.delivered
    assert (
        told["sentence"]
        == alert.text
        == (
            "Backup is down: expected at 2026-03-02 12:01 UTC, "
            "it had not run by 2026-03-02 12:02 UTC."
        )
    )
    assert rules(told)[-3:] == ["incident", "awaited", "recovery"]


async def test_each_reason_has_its_words(world: World) -> None:
    failed = await world.make_job(name="Failed")
    await world.ping(failed, "/end/fail")
    overran = await world.make_job(name="Overran", max_runtime_seconds=10)
    await world.ping(overran, "/start")
    late = await world.make_job(name="Late")
    await world.ping(late)
    await world.pass_time(95, step=5)
    sentences = [(await explain(world, job))["sentence"] for job in (failed, overran, late)]
    assert sentences == [
        "Failed is down: a run failed at 2026-03-02 12:00 UTC.",
        "Overran is down: a run had not ended by 2026-03-02 12:00:10 UTC.",
        (
            "Late is late: expected at 2026-03-02 12:01 UTC, "
            "it had not run by 2026-03-02 12:01:30 UTC."
        ),
    ]


async def test_what_is_borne_and_what_is_needed_are_told(world: World) -> None:
    job = await world.make_job(failure_tolerance=1, recovery_threshold=2)
    await world.ping(job)
    await world.ping(job, "/end/fail")
    told = await explain(world, job)
    assert texts(told)["failure_tolerance"] == "Bad runs in a row: 1, of which 1 are borne."
    world.clock.turn(60)
    await world.ping(job, "/end/fail")
    world.clock.turn(60)
    await world.ping(job)
    told = await explain(world, job)
    assert texts(told)["recovery_threshold"] == "Good runs in a row: 1 of 2 needed."


async def test_a_run_with_a_limit_says_until_when_it_has_time(world: World) -> None:
    job = await world.make_job(max_runtime_seconds=600)
    await world.ping(job, "/start")
    told = await explain(world, job)
    assert texts(told)["max_runtime"] == (
        "The run that began at 2026-03-02 12:00 UTC has until 2026-03-02 12:10 UTC to end."
    )


async def test_a_paused_job_says_since_when(world: World) -> None:
    job = await world.make_job()
    await world.api("POST", f"/jobs/{job['id']}/pause")
    told = await explain(world, job)
    assert told["sentence"] == "Backup is disabled: it has been paused since 2026-03-02 12:00 UTC."


async def explain(world: World, job: Json) -> Json:
    told: Json = data_of(await world.api("GET", f"/jobs/{job['id']}/explain"))
    return told


def rules(told: Json) -> list[str]:
    return [step["rule"] for step in told["steps"]]


def texts(told: Json) -> dict[str, str]:
    return {step["rule"]: step["text"] for step in told["steps"]}
