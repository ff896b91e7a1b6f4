"""Muting jobs: what may be asked, and what is shown."""

from typing import Any

import pytest

from cronbeats.domain.access import Role
from tests.api.answers import data_of, errors_of, problem_of
from tests.support.world import World

MONTH = 2_592_000


async def test_a_muted_job_shows_until_when_and_after_that_nothing(world: World) -> None:
    job = await world.make_job()
    shown = data_of(await world.api("POST", f"/jobs/{job['id']}/mute", {"seconds": 90}))
    assert shown == {**job, "muted_until": "2026-03-02T12:01:30Z"}
    assert await world.get_job(job) == shown
    [listed] = data_of(await world.api("GET", "/jobs"))["jobs"]
    assert listed == shown
    world.clock.turn(89)
    assert (await world.get_job(job))["muted_until"] is not None
    world.clock.turn(1)
    assert (await world.get_job(job))["muted_until"] is None
    paused = data_of(await world.api("POST", f"/jobs/{job['id']}/pause"))
    assert paused["muted_until"] is None


async def test_a_mute_is_ended_and_ending_none_is_fine(world: World) -> None:
    job = await world.make_job()
    await world.api("POST", f"/jobs/{job['id']}/mute", {"seconds": 90})
    for _ in range(2):
        assert data_of(await world.api("POST", f"/jobs/{job['id']}/unmute")) == job


async def test_a_ping_an_edit_and_a_pause_end_no_mute(world: World) -> None:
    job = await world.make_job()
    await world.api("POST", f"/jobs/{job['id']}/mute", {"seconds": 90})
    await world.ping(job)
    await world.api("PATCH", f"/jobs/{job['id']}", {"name": "Other"})
    await world.api("POST", f"/jobs/{job['id']}/pause")
    await world.api("POST", f"/jobs/{job['id']}/resume")
    assert (await world.get_job(job))["muted_until"] == "2026-03-02T12:01:30Z"


@pytest.mark.parametrize(
    ("seconds", "why"),
    [
        (0, "Must be 1 or more."),
        (MONTH + 1, f"Must be {MONTH} or less."),
        ("60", "Must be a whole number."),
        (True, "Must be a whole number."),
        (None, "Must be a whole number."),
    ],
)
async def test_a_time_that_cannot_be_is_told(world: World, seconds: Any, why: str) -> None:
    job = await world.make_job()
    answer = await world.api("POST", f"/jobs/{job['id']}/mute", {"seconds": seconds})
    assert errors_of(answer) == {"seconds": [why]}
    assert await world.get_job(job) == job


async def test_the_longest_and_the_shortest_mute_are_taken(world: World) -> None:
    job = await world.make_job()
    for seconds in (1, MONTH):
        data_of(await world.api("POST", f"/jobs/{job['id']}/mute", {"seconds": seconds}))


async def test_a_job_that_is_not_there_cannot_be_muted(world: World) -> None:
    for path in ("/jobs/999/mute", "/jobs/999/unmute"):
        answer = await world.api("POST", path, {"seconds": 60} if path.endswith("/mute") else None)
        problem_of(answer, 404, "not_found")


async def test_many_jobs_are_muted_at_once(world: World) -> None:
    jobs = [await world.make_job(name=name) for name in "abc"]
    ids = [jobs[0]["id"], 999, jobs[1]["id"]]
    told = data_of(await world.api("POST", "/jobs/bulk/mute", {"job_ids": ids, "seconds": 60}))
    unknown = [{"id": 999, "error": "Job not found"}]
    assert told == {"total_requested": 3, "successfully_muted": 2, "failed": unknown}
    muted = [(await world.get_job(job))["muted_until"] is not None for job in jobs]
    assert muted == [True, True, False]
    told = data_of(await world.api("POST", "/jobs/bulk/unmute", {"job_ids": ids}))
    assert told == {"total_requested": 3, "successfully_unmuted": 2, "failed": unknown}
    assert (await world.get_job(jobs[0]))["muted_until"] is None


async def test_a_viewer_may_not_mute(world: World) -> None:
    job = await world.make_job()
    key = await world.key_with(Role.VIEWER)
    answer = await world.api("POST", f"/jobs/{job['id']}/mute", {"seconds": 60}, key=key)
    problem_of(answer, 403, "insufficient_permissions")


async def test_the_explanation_says_that_a_job_is_muted(world: World) -> None:
    job = await world.make_job()
    await world.api("POST", f"/jobs/{job['id']}/mute", {"seconds": 90})
    steps = data_of(await world.api("GET", f"/jobs/{job['id']}/explain"))["steps"]
    [step] = [step for step in steps if step["rule"] == "muted"]
    assert step == {
        "rule": "muted",
        "text": "It is muted until 2026-03-02 12:01:30 UTC: "
        "nobody is told when it is late or down.",
        "at": "2026-03-02T12:01:30Z",
    }
