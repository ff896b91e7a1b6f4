"""A job's configuration changes in part, whole or not at all, and alarms nobody by itself."""

from tests.api.answers import data_of, errors_of, problem_of
from tests.support.world import Json, World


async def test_what_is_left_out_stays_as_it_is(world: World) -> None:
    job = await world.make_job(description="Nightly", tags=["db"], down_after_seconds=7)
    world.clock.turn(5)
    changed = await change(world, job, {"name": "Renamed", "grace_seconds": 45})
    kept = {key: value for key, value in job.items() if key not in {"name", "grace_seconds"}}
    assert changed == kept | {
        "name": "Renamed",
        "grace_seconds": 45,
        "updated_at": "2026-03-02T12:00:05Z",
    }
    assert await world.get_job(job) == changed


async def test_null_clears_what_may_be_empty(world: World) -> None:
    job = await world.make_job(description="Nightly", max_runtime_seconds=60)
    changed = await change(world, job, {"description": None, "max_runtime_seconds": None})
    assert (changed["description"], changed["max_runtime_seconds"]) == (None, None)


async def test_an_interval_gives_way_to_a_cron_expression_and_back_without_an_alarm(
    world: World,
) -> None:
    job = await world.make_job()
    await world.ping(job)
    await world.pass_time(50, step=10)
    changed = await change(world, job, {"cron_expression": "0 */6 * * *"})
    assert changed["expected_interval_seconds"] is None
    assert changed["state"]["next_expected_at"] == "2026-03-02T18:00:00Z"
    await world.pass_time(3_600, step=30)
    changed = await change(world, job, {"expected_interval_seconds": 600})
    assert changed["cron_expression"] is None
    await world.pass_time(600, step=10)
    assert (await world.get_job(job))["status"] == "healthy"
    assert world.sender.told == []


async def test_a_shorter_grace_alarms_nobody_by_itself(world: World) -> None:
    job = await world.make_job(grace_seconds=3_600)
    await world.ping(job)
    await world.pass_time(1_800, step=30)
    changed = await change(world, job, {"grace_seconds": 0, "down_after_seconds": 0})
    assert changed["status"] == "healthy"
    await world.look()
    await world.deliver_all()
    assert world.sender.told == []
    await world.pass_time(61)
    assert world.sender.told == ["job.down"]


async def test_a_bad_change_changes_nothing(world: World) -> None:
    job = await world.make_job()
    bad: list[tuple[Json, str]] = [
        ({"name": ""}, "name"),
        ({"name": None}, "name"),
        ({"grace_seconds": -1}, "grace_seconds"),
        ({"expected_interval_seconds": None}, "expected_interval_seconds"),
        ({"cron_expression": None}, "cron_expression"),
        ({"cron_expression": "x", "name": "New"}, "cron_expression"),
        ({"timezone": "Nowhere"}, "timezone"),
        ({"colour": "red"}, "colour"),
        (
            {"cron_expression": "* * * * *", "expected_interval_seconds": 60},
            "cron_expression",
        ),
    ]
    for body, field in bad:
        answer = await world.api("PUT", f"/jobs/{job['id']}/update", body)
        assert list(errors_of(answer)) == [field]
    assert await world.get_job(job) == job


async def test_what_may_be_taken_away_does_not_depend_on_what_the_job_has(world: World) -> None:
    for job in (await world.make_job(), await world.make_job(cron_expression="0 4 * * *")):
        for field in ("expected_interval_seconds", "cron_expression"):
            answer = await world.api("PATCH", f"/jobs/{job['id']}", {field: None})
            assert list(errors_of(answer)) == [field]
        assert await world.get_job(job) == job
        shown = {name: job[name] for name in ("expected_interval_seconds", "cron_expression")}
        assert await change(world, job, shown) == job


async def test_a_job_that_does_not_exist_cannot_be_changed(world: World) -> None:
    problem_of(await world.api("PUT", "/jobs/999/update", {"name": "x"}), 404, "not_found")


async def test_patch_is_the_twin_of_update(world: World) -> None:
    job = await world.make_job()
    assert data_of(await world.api("PATCH", f"/jobs/{job['id']}", {"name": "x"}))["name"] == "x"


async def change(world: World, job: Json, body: Json) -> Json:
    changed: Json = data_of(await world.api("PUT", f"/jobs/{job['id']}/update", body))
    return changed
