"""A job's ETag names its configuration, and If-Match keeps an edit from undoing another one."""

import asyncio
from typing import Any

import httpx

from tests.api.answers import data_of, errors_of, problem_of
from tests.support.world import Json, World

NO_TAGS = ['Must be * or entity tags in quotation marks, as in "5d41402abc4b2a76b9719d911017c592".']


async def etag(world: World, job: Json) -> str:
    answer = await world.api("GET", f"/jobs/{job['id']}")
    data_of(answer)
    return answer.headers["ETag"]


async def change(world: World, job: Json, if_match: Any, **changes: Any) -> httpx.Response:
    path = f"/jobs/{job['id']}/update"
    headers = if_match if isinstance(if_match, list) else {"If-Match": if_match}
    if isinstance(headers, list):
        headers = [("X-API-Key", world.api_key), *(("If-Match", each) for each in headers)]
        return await world.http.put(f"/api/v1{path}", headers=headers, json=changes)
    return await world.api("PUT", path, changes, headers=headers)


async def test_every_answer_about_one_job_bears_its_etag(world: World) -> None:
    made = await world.api("POST", "/jobs", {"name": "x", "expected_interval_seconds": 60})
    job = data_of(made, 201)
    path = f"/jobs/{job['id']}"
    assert made.headers["ETag"] == await etag(world, job)
    for method, more, body in (
        ("PUT", "/update", {"name": "y"}),
        ("PATCH", "", {"grace_seconds": 5}),
        ("POST", "/pause", None),
        ("POST", "/resume", None),
        ("HEAD", "", None),
    ):
        answer = await world.api(method, path + more, body)
        assert answer.headers["ETag"] == await etag(world, job), (method, more)


async def test_an_etag_changes_with_what_people_decide(world: World) -> None:
    job, other = await world.make_job(), await world.make_job()
    seen = {await etag(world, job), await etag(world, other)}
    changes: list[Json] = [{"name": "x"}, {"description": "x"}, {"tags": ["x"]}]
    changes += [{"grace_seconds": 1}, {"down_after_seconds": 1}, {"max_runtime_seconds": 1}]
    changes += [{"failure_tolerance": 1}, {"recovery_threshold": 2}, {"timezone": "Europe/Oslo"}]
    changes += [{"expected_interval_seconds": 61}, {"cron_expression": "* * * * *"}]
    for each in changes:
        data_of(await world.api("PATCH", f"/jobs/{job['id']}", each))
        seen.add(await etag(world, job))
    await world.api("POST", f"/jobs/{job['id']}/pause")
    seen.add(await etag(world, job))
    assert len(seen) == 2 + len(changes) + 1


async def test_an_etag_stays_whatever_the_job_does(world: World) -> None:
    job = await world.make_job()
    before = await etag(world, job)
    for action in ("/start", "/progress/50", "/end/fail", ""):
        await world.ping(job, action)
        assert await etag(world, job) == before, action
    world.clock.turn(3_600)
    await world.look()
    assert await etag(world, job) == before
    await world.api("POST", f"/jobs/{job['id']}/mute", {"seconds": 60})
    assert await etag(world, job) == before
    data_of(await change(world, job, before, name="x"))
    assert await etag(world, job) != before
    data_of(await change(world, job, "*", name="Backup"))
    assert await etag(world, job) == before


async def test_a_change_after_another_one_is_refused(world: World) -> None:
    job = await world.make_job()
    seen = await etag(world, job)
    data_of(await change(world, job, seen, name="Mine"))
    for method, path, body in (
        ("PUT", "/update", {"name": "Theirs"}),
        ("PATCH", "", {"name": "Theirs"}),
        ("POST", "/pause", None),
        ("POST", "/resume", None),
        ("POST", "/delete", None),
        ("DELETE", "", None),
    ):
        headers = {"If-Match": seen}
        answer = await world.api(method, f"/jobs/{job['id']}{path}", body, headers=headers)
        problem_of(answer, 412, "precondition_failed")
    now = await world.get_job(job)
    assert (now["name"], now["is_enabled"]) == ("Mine", True)
    assert now["updated_at"] == "2026-03-02T12:00:00Z"


async def test_with_the_right_etag_everything_can_be_done(world: World) -> None:
    job = await world.make_job()
    for method, path, body in (
        ("PATCH", "", {"name": "x"}),
        ("POST", "/pause", None),
        ("POST", "/resume", None),
        ("DELETE", "", None),
    ):
        headers = {"If-Match": await etag(world, job)}
        answer = await world.api(method, f"/jobs/{job['id']}{path}", body, headers=headers)
        assert answer.is_success, (method, path)


async def test_any_of_several_etags_will_do(world: World) -> None:
    job = await world.make_job()
    tag = await etag(world, job)
    good: list[Any] = ["*", " * ", tag, f'"x", {tag}', f'{tag} ,"x"', f"W/{tag}", f',"", {tag},']
    good += [['"x"', tag], [tag, '"x", "y"'], f'"a,b", {tag}', f'"a",, \t,"," ,{tag} ,']
    for each in good:
        data_of(await change(world, job, each, name="Backup"))
    for bad in ('"x"', tag.upper(), f'"{tag[1:-2]}"', '""', ['"x"', '"y"']):
        problem_of(await change(world, job, bad, name="x"), 412, "precondition_failed")


async def test_what_is_no_etag_is_told_so_with_all_other_mistakes(world: World) -> None:
    job = await world.make_job()
    tag = (await etag(world, job)).strip('"')
    for bad in ("", " ", ",", tag, f"'{tag}'", f'"{tag}', f'"{tag}" x', '*, "x"', f'w/"{tag}"'):
        answer = await change(world, job, bad, grace_seconds=-1)
        expected = {"If-Match": NO_TAGS, "grace_seconds": ["Must be 0 or more."]}
        assert errors_of(answer) == expected, bad


async def test_a_job_that_is_not_there_is_not_found_whatever_its_etag(world: World) -> None:
    for tag in ("*", '"x"'):
        problem_of(await change(world, {"id": 999}, tag, name="x"), 404, "not_found")


async def test_of_two_edits_at_once_one_is_made(world: World) -> None:
    job = await world.make_job()
    tag = await etag(world, job)
    names = [f"Edit {number}" for number in range(6)]
    answers = await asyncio.gather(*(change(world, job, tag, name=name) for name in names))
    statuses = [answer.status_code for answer in answers]
    assert sorted(statuses) == [200, 412, 412, 412, 412, 412]
    assert (await world.get_job(job))["name"] == names[statuses.index(200)]


async def test_a_job_is_told_whole_although_its_etag_is_known(world: World) -> None:
    job = await world.make_job()
    headers = {"If-None-Match": await etag(world, job)}
    await world.ping(job)
    answer = await world.api("GET", f"/jobs/{job['id']}", headers=headers)
    assert data_of(answer)["status"] == "healthy"
