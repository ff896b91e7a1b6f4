"""No such key, deleted and paused all look the same: 404."""

import httpx

from cronbeats.storage import jobs
from tests.support.world import World

PATHS = ["", "/", "/start", "/end/success", "/end/fail", "/progress", "/progress/40"]
PATHS += ["/fail", "/log", "/0", "/3"]


def assert_not_found(answer: httpx.Response, about: str) -> None:
    assert answer.status_code == 404, about
    assert answer.json() == {"status": "error", "message": "Job not found or disabled"}, about
    assert answer.headers["Ping-Body-Limit"] == "10000", about


async def test_a_key_that_nobody_has_answers_404(world: World) -> None:
    for path in PATHS:
        assert_not_found(await world.ping({"job_key": "nobody00"}, path), path)


async def test_a_key_in_other_letters_is_another_key(world: World) -> None:
    job = await world.make_job()
    other = {"job_key": job["job_key"].swapcase()}
    assert other != {"job_key": job["job_key"]}
    assert_not_found(await world.ping(other), "swapped case")


async def test_a_paused_job_answers_404_until_it_is_resumed(world: World) -> None:
    job = await world.make_job()
    assert (await world.ping(job)).status_code == 200
    await world.api("POST", f"/jobs/{job['id']}/pause")
    for path in PATHS:
        assert_not_found(await world.ping(job, path), path)
    signals = await world.api("GET", f"/jobs/{job['id']}/signals")
    assert signals.json()["data"]["pagination"]["total"] == 1

    await world.api("POST", f"/jobs/{job['id']}/resume")
    assert (await world.ping(job)).status_code == 200


async def test_a_deleted_job_answers_404(world: World) -> None:
    job, other = await world.make_job(), await world.make_job()
    await world.ping(job)
    async with world.db.write() as tx:
        await jobs.mark_deleted(tx, [job["id"]], world.clock())
    for path in PATHS:
        assert_not_found(await world.ping(job, path), path)
    assert (await world.ping(other)).status_code == 200


async def test_a_ping_without_a_key_answers_404_too(world: World) -> None:
    for path in ("/ping", "/ping/", "/ping/short", "/ping/progress/40"):
        assert_not_found(await world.http.get(path), path)
