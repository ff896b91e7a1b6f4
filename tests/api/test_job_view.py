"""A job as the API shows it, from the moment it is made."""

import re

from cronbeats.settings import Settings
from tests.api.answers import NOW, data_of
from tests.support.world import World

PUBLISHED = {
    "name": "Daily Database Backup",
    "expected_interval_seconds": 86400,
    "grace_seconds": 600,
    "description": "PostgreSQL backup to S3",
    "timezone": "UTC",
}
NO_STATE = {
    "since": NOW,
    "reason": None,
    "last_signal_at": None,
    "last_success_at": None,
    "last_failure_at": None,
    "next_expected_at": None,
    "late_at": None,
    "down_at": None,
    "current_run": None,
    "last_duration_ms": None,
}


async def test_the_example_of_the_published_document_makes_a_job(world: World) -> None:
    job = data_of(await world.api("POST", "/jobs", PUBLISHED), 201)
    assert isinstance(job["id"], int)
    assert re.fullmatch(r"[0-9A-Za-z]{8}", job["job_key"])
    assert job == {
        "id": job["id"],
        "job_key": job["job_key"],
        **PUBLISHED,
        "ping_url": f"{Settings().base_url}/ping/{job['job_key']}",
        "is_enabled": True,
        "status": "pending",
        "cron_expression": None,
        "down_after_seconds": 300,
        "max_runtime_seconds": None,
        "failure_tolerance": 0,
        "recovery_threshold": 1,
        "tags": [],
        "muted_until": None,
        "created_at": NOW,
        "updated_at": NOW,
        "state": NO_STATE,
    }


async def test_what_is_left_out_has_a_sensible_default(world: World) -> None:
    wish = {"name": "x", "expected_interval_seconds": 60}
    job = data_of(await world.api("POST", "/jobs", wish), 201)
    assert (job["grace_seconds"], job["down_after_seconds"]) == (300, 300)
    assert (job["timezone"], job["description"]) == ("UTC", None)


async def test_a_job_that_runs_shows_how_far_it_is(world: World) -> None:
    job = await world.make_job()
    await world.ping(job, "/start")
    world.clock.turn(5)
    await world.ping(job, "/progress/250", json={"message": "nearly"})
    state = (await world.get_job(job))["state"]
    assert state["current_run"] == {"started_at": NOW, "progress": 100, "message": "nearly"}
    assert state["last_signal_at"] == "2026-03-02T12:00:05Z"

    await world.ping(job, "/end/success")
    state = (await world.get_job(job))["state"]
    assert (state["current_run"], state["last_duration_ms"]) == (None, 5000)
    assert state["last_success_at"] == "2026-03-02T12:00:05Z"


async def test_a_job_shows_when_silence_will_make_it_late_and_down(world: World) -> None:
    job = await world.make_job(grace_seconds=30, down_after_seconds=45)
    await world.ping(job)
    seen = await world.get_job(job)
    assert (seen["status"], seen["state"]["reason"]) == ("healthy", None)
    assert seen["state"]["next_expected_at"] == "2026-03-02T12:01:00Z"
    assert seen["state"]["late_at"] == "2026-03-02T12:01:30Z"
    assert seen["state"]["down_at"] == "2026-03-02T12:02:15Z"


async def test_a_job_is_shown_as_it_is_now_whether_anybody_looked_or_not(world: World) -> None:
    job = await world.make_job()
    await world.ping(job)
    for seconds, status in ((89, "healthy"), (1, "late"), (30, "down")):
        world.clock.turn(seconds)
        assert (await world.get_job(job))["status"] == status
        [listed] = data_of(await world.api("GET", "/jobs"))["jobs"]
        assert listed["status"] == status
    state = (await world.get_job(job))["state"]
    assert (state["since"], state["reason"]) == ("2026-03-02T12:02:00Z", "missed")
    assert (state["late_at"], state["down_at"]) == (None, None)


async def test_a_failure_shows_why_the_job_is_down(world: World) -> None:
    job = await world.make_job()
    await world.ping(job, "/end/fail")
    seen = await world.get_job(job)
    assert (seen["status"], seen["state"]["reason"]) == ("down", "failed")
    assert seen["state"]["last_failure_at"] == NOW
