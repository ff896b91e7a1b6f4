"""A script declares its job by name: it is made or changed to be just that."""

import asyncio
from typing import Any
from urllib.parse import quote

import httpx

from tests.api.answers import data_of, errors_of, problem_of
from tests.support.world import Json, World

MINUTELY = {"expected_interval_seconds": 60}


async def declare(world: World, name: str, body: Any = None, **headers: str) -> httpx.Response:
    # Dots as well: a client would take `..` for the way up.
    encoded = quote(name, safe="").replace(".", "%2E")
    path = f"/jobs/by-name/{encoded}"
    sent = {header.replace("_", "-"): value for header, value in headers.items()}
    return await world.api("PUT", path, body or MINUTELY, headers=sent)


async def jobs(world: World) -> list[Json]:
    listed: list[Json] = data_of(await world.api("GET", "/jobs"))["jobs"]
    return listed


async def test_a_job_is_made_once_and_found_from_then_on(world: World) -> None:
    first = await declare(world, "Backup", {**MINUTELY, "tags": ["x"]})
    job = data_of(first, 201)
    assert (job["name"], job["tags"], job["status"]) == ("Backup", ["x"], "pending")
    world.clock.turn(5)
    second = await declare(world, "Backup", {**MINUTELY, "tags": ["x"]})
    assert data_of(second) == job
    assert second.headers["ETag"] == first.headers["ETag"]
    assert await jobs(world) == [job]


async def test_what_is_declared_is_set_and_what_is_left_out_has_its_default(world: World) -> None:
    made = await world.make_job(
        description="By hand",
        tags=["a"],
        grace_seconds=7,
        failure_tolerance=3,
        timezone="Asia/Aden",
    )
    world.clock.turn(5)
    declared = data_of(await declare(world, "Backup", {"cron_expression": "0 4 * * *"}))
    new = data_of(await declare(world, "Never seen", {"cron_expression": "0 4 * * *"}), 201)
    own = {"id", "job_key", "ping_url", "name", "created_at", "state"}
    assert {**declared, **{name: new[name] for name in own}} == new
    assert {name: declared[name] for name in own - {"name"}} == {
        name: made[name] for name in own - {"name"}
    }
    assert declared["updated_at"] == "2026-03-02T12:00:05Z"


async def test_a_paused_job_stays_paused_and_its_history_stays(world: World) -> None:
    job = await world.make_job()
    await world.ping(job)
    await world.api("POST", f"/jobs/{job['id']}/pause")
    declared = data_of(await declare(world, "Backup", {**MINUTELY, "grace_seconds": 1}))
    assert (declared["status"], declared["grace_seconds"]) == ("disabled", 1)
    assert declared["state"]["last_success_at"] is not None


async def test_many_that_declare_a_name_at_once_make_one_job(world: World) -> None:
    bodies = [{**MINUTELY, "grace_seconds": number} for number in range(8)]
    answers = await asyncio.gather(*(declare(world, "Backup", body) for body in bodies))
    assert sorted(answer.status_code for answer in answers) == [200] * 7 + [201]
    [job] = await jobs(world)
    assert {answer.json()["data"]["id"] for answer in answers} == {job["id"]}


async def test_a_name_that_several_jobs_bear_is_refused_with_their_ids(world: World) -> None:
    ids = [(await world.make_job())["id"] for _ in "ab"]
    before = await jobs(world)
    answer = await declare(world, "Backup", {**MINUTELY, "grace_seconds": 1})
    told = problem_of(answer, 409, "ambiguous_name", more=frozenset({"job_ids"}))
    assert told["job_ids"] == ids
    assert await jobs(world) == before


async def test_deleted_jobs_and_those_of_others_do_not_count(world: World) -> None:
    other = World(world.db)
    await other.settle_in("Others")
    foreign = await other.make_job()
    deleted = await world.make_job()
    await world.api("DELETE", f"/jobs/{deleted['id']}")
    job = data_of(await declare(world, "Backup"), 201)
    assert job["id"] not in {foreign["id"], deleted["id"]}
    assert await other.get_job(foreign) == foreign
    await other.http.aclose()


async def test_names_of_every_kind_can_be_declared(world: World) -> None:
    names = ["a/b", "/a", "a/", "a//b", "..", "a/../b", "%", "%2F", "a?b=c", "a#b", "a+b", "update"]
    names += [
        "夜間バックアップ",
        "e\u0301",
        "é",
        "😀",
        "backup",
        "Backup",
        "x" * 200,
        "1",
        "\ufffd",
    ]
    for name in names:
        assert data_of(await declare(world, name), 201)["name"] == name
    for name in names:
        assert data_of(await declare(world, name))["name"] == name
    assert data_of(await declare(world, "  spaced \t"), 201)["name"] == "spaced"
    for spaced in ("spaced", "\nspaced", "spaced\n"):
        assert data_of(await declare(world, spaced))["name"] == "spaced"
    assert len(await jobs(world)) == len(names) + 1


async def test_a_name_that_breaks_a_rule_is_told_with_all_other_mistakes(world: World) -> None:
    one_line = "This must be one line of printable characters."
    cases = {" ": "Must not be empty.", "a\0": one_line, "a\x1f": one_line}
    cases |= {"a\nb": one_line, "a\r\nb": one_line, "a\n/b": one_line}
    cases |= dict.fromkeys(("x" * 201, f"{'x' * 200} "), "Must be at most 200 characters long.")
    for name, reason in cases.items():
        answer = await declare(world, name, {"grace_seconds": -1, "name": "x", "timezone": "y"})
        errors = errors_of(answer)
        assert errors["name"][0] == reason
        assert errors.keys() == {
            "name",
            "grace_seconds",
            "timezone",
            "expected_interval_seconds",
        }


async def test_a_name_that_is_no_text_is_refused(world: World) -> None:
    for raw in ("%FF", "a%C3", "%ED%A0%BD"):
        answer = await world.api("PUT", f"/jobs/by-name/{raw}", MINUTELY)
        assert errors_of(answer) == {"name": ["Must be valid Unicode text."]}
    assert await jobs(world) == []


async def test_a_declaration_that_names_its_job_again_is_refused(world: World) -> None:
    answer = await declare(world, "Backup", {**MINUTELY, "name": "Backup"})
    assert errors_of(answer) == {"name": ["There is no such field."]}


async def test_a_declaration_can_ask_that_nobody_came_between(world: World) -> None:
    for tag in ("*", '"x"'):
        problem_of(await declare(world, "Backup", If_Match=tag), 412, "precondition_failed")
    made = await declare(world, "Backup", If_None_Match="*")
    data_of(made, 201)
    problem_of(await declare(world, "Backup", If_None_Match="*"), 412, "precondition_failed")
    problem_of(await declare(world, "Backup", If_Match='"x"'), 412, "precondition_failed")
    other = {**MINUTELY, "grace_seconds": 1}
    data_of(await declare(world, "Backup", other, If_Match=made.headers["ETag"]))
    problem_of(
        await declare(world, "Backup", If_Match=made.headers["ETag"]), 412, "precondition_failed"
    )
    errors = errors_of(await declare(world, "Backup", If_None_Match='"x"'))
    assert errors == {
        "If-None-Match": ["Must be *, which is the only one that is understood here."]
    }
