"""Runs and incidents of a job, newest first, in pages."""

from tests.api.answers import data_of, problem_of
from tests.support.world import Json, World


async def test_runs_tell_how_each_went_newest_first(world: World) -> None:
    job = await world.make_job(expected_interval_seconds=600)
    await world.ping(job, "/start?rid=a-1")
    world.clock.turn(20)
    await world.ping(job, "/progress/150?rid=a-1", json={"message": "half"})
    world.clock.turn(10)
    await world.ping(job, "/3?rid=a-1")
    world.clock.turn(60)
    await world.ping(job)
    plain, failed = await listed(world, job, "runs")
    assert failed == {
        "number": 1,
        "run_id": "a-1",
        "outcome": "failed",
        "slot_at": "2026-03-02T12:00:00Z",
        "started_at": "2026-03-02T12:00:00Z",
        "ended_at": "2026-03-02T12:00:30Z",
        "duration_ms": 30_000,
        "exit_code": 3,
        "progress": 100,
        "message": "half",
    }
    assert (plain["outcome"], plain["started_at"], plain["duration_ms"]) == ("success", None, None)


async def test_overlapping_runs_are_timed_each_on_its_own(world: World) -> None:
    job = await world.make_job(expected_interval_seconds=3_600)
    for at, action in (
        (0, "/start?rid=a"),
        (10, "/start?rid=b"),
        (20, "/0?rid=a"),
        (5, "/0?rid=b"),
    ):
        world.clock.turn(at)
        await world.ping(job, action)
    durations = {run["run_id"]: run["duration_ms"] for run in await listed(world, job, "runs")}
    assert durations == {"a": 30_000, "b": 25_000}


async def test_lost_slots_are_runs_too(world: World) -> None:
    job = await world.make_job()
    await world.ping(job)
    await world.pass_time(130, step=10)
    newest, _ = await listed(world, job, "runs")
    assert (newest["outcome"], newest["slot_at"]) == ("missed", "2026-03-02T12:01:00Z")


async def test_an_open_incident_is_told_as_it_is_at_this_moment(world: World) -> None:
    job = await world.make_job()
    await world.ping(job)
    await world.pass_time(610, step=10)
    [incident] = await listed(world, job, "incidents")
    assert incident["ended_at"] is None
    assert (incident["reason"], incident["missed_runs"]) == ("missed", 9)
    assert incident["duration_seconds"] == 490
    await world.ping(job)
    world.clock.turn(3_600)
    [over] = await listed(world, job, "incidents")
    assert over == incident | {"ended_at": "2026-03-02T12:10:10Z"}


async def test_incidents_come_newest_first_in_pages(world: World) -> None:
    job = await world.make_job(expected_interval_seconds=3_600)
    for _ in range(3):
        await world.ping(job, "/fail")
        world.clock.turn(60)
        await world.ping(job)
        world.clock.turn(60)
    data = data_of(await world.api("GET", f"/jobs/{job['id']}/incidents?per_page=2"))
    assert data["pagination"] == {"page": 1, "per_page": 2, "total": 3, "total_pages": 2}
    starts = [incident["started_at"] for incident in data["incidents"]]
    assert starts == ["2026-03-02T12:04:00Z", "2026-03-02T12:02:00Z"]


async def test_another_jobs_history_is_not_found(world: World) -> None:
    for name in ("runs", "incidents", "explain", "schedule-preview"):
        problem_of(await world.api("GET", f"/jobs/999/{name}"), 404, "not_found")


async def test_missed_runs_of_a_cron_job_are_exact_over_a_month(world: World) -> None:
    job = await world.make_job(
        cron_expression="30 2 * * *", timezone="Europe/Berlin", grace_seconds=600
    )
    await world.ping(job)
    await world.look()
    world.clock.turn(40 * 86_400)
    await world.look()
    await world.deliver_all()
    await world.ping(job)
    await world.deliver_all()
    recovered = world.sender.delivered[-1]
    assert recovered.incident is not None
    # From March 3 to April 11 inclusive, the night of the change to summer time among them.
    assert recovered.incident.missed_runs == 40


async def listed(world: World, job: Json, name: str) -> list[Json]:
    items: list[Json] = data_of(await world.api("GET", f"/jobs/{job['id']}/{name}"))[name]
    return items
