"""A request that is made again with its key gets its answer again, and makes nothing new."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from cronbeats.domain.access import Role
from cronbeats.domain.audit import OPERATOR
from cronbeats.domain.job import Job
from cronbeats.domain.job_wish import JobWish
from cronbeats.domain.kept_answer import KeptAnswer, OnceOnly
from cronbeats.services.manage_jobs import create_job_once
from cronbeats.storage.schema import kept_answers
from cronbeats.workers.pruner import Pruner
from tests.api.answers import data_of, errors_of, problem_of
from tests.support.pruning import one_round
from tests.support.world import Json, World

WISH = {"name": "Backup", "expected_interval_seconds": 60}
DAY = 86_400
REUSED = {"Idempotency-Key": ["Another request had this key within the last 24 hours."]}


async def create(
    world: World, key: str, wish: Any = None, as_key: str | None = None
) -> httpx.Response:
    headers = {"Idempotency-Key": key}
    return await world.api("POST", "/jobs", wish or WISH, key=as_key, headers=headers)


async def count_jobs(world: World) -> int:
    count: int = data_of(await world.api("GET", "/jobs"))["pagination"]["total"]
    return count


async def test_the_same_request_gets_the_same_answer_and_makes_one_job(world: World) -> None:
    first = await create(world, "a")
    job = data_of(first, 201)
    assert "Idempotency-Replayed" not in first.headers
    world.clock.turn(DAY - 1)
    data_of(await world.api("PATCH", f"/jobs/{job['id']}", {"name": "Renamed"}))
    again = await create(world, "a")
    assert (again.status_code, again.content) == (201, first.content)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert again.headers["ETag"] == first.headers["ETag"]
    assert again.headers["X-Request-ID"] != first.headers["X-Request-ID"]
    assert await count_jobs(world) == 1


async def test_the_same_meaning_is_the_same_request(world: World) -> None:
    first = await create(world, "a")
    other = b'{ "expected_interval_seconds":60 , "name" : " Back\\u0075p " }'
    headers = {"Idempotency-Key": "a", "Content-Type": "application/json"}
    again = await world.api("POST", "/jobs", content=other, headers=headers)
    assert again.content == first.content
    assert await count_jobs(world) == 1


async def test_another_request_with_the_key_is_refused(world: World) -> None:
    data_of(await create(world, "a"), 201)
    changes: list[Json] = [{"name": "Other"}, {"grace_seconds": 300}, {"description": None}]
    for change in changes:
        answer = await create(world, "a", {**WISH, **change})
        more = frozenset({"errors"})
        body = problem_of(answer, 422, "idempotency_key_reused", more=more)
        assert body["errors"] == REUSED
    assert await count_jobs(world) == 1


async def test_another_key_or_none_makes_another_job(world: World) -> None:
    for key in ("a", "A", "b", "x" * 255, " ~!", str(uuid4())):
        data_of(await create(world, key), 201)
    for _ in "ab":
        data_of(await world.api("POST", "/jobs", WISH), 201)
    assert await count_jobs(world) == 8


async def test_each_workspace_has_its_own_keys(world: World) -> None:
    other = World(world.db)
    await other.settle_in("Others")
    mine, theirs = await create(world, "a"), await create(other, "a")
    assert data_of(mine, 201)["id"] != data_of(theirs, 201)["id"]
    assert (await create(other, "a")).content == theirs.content
    await other.http.aclose()


async def test_a_key_is_forgotten_after_a_day(world: World) -> None:
    first = data_of(await create(world, "a"), 201)
    world.clock.turn(DAY)
    second = await create(world, "a", {**WISH, "name": "Other"})
    assert data_of(second, 201)["id"] != first["id"]
    assert "Idempotency-Replayed" not in second.headers
    assert (await create(world, "a", {**WISH, "name": "Other"})).content == second.content


async def test_a_request_that_failed_may_be_made_again(world: World) -> None:
    errors_of(await create(world, "a", {"name": "Backup"}))
    viewer = await world.key_with(Role.VIEWER)
    problem_of(await create(world, "a", as_key=viewer), 403, "insufficient_permissions")
    answer = await create(world, "a")
    data_of(answer, 201)
    assert "Idempotency-Replayed" not in answer.headers


async def test_two_at_the_same_time_make_one_job(world: World) -> None:
    answers = await asyncio.gather(*(create(world, "a") for _ in range(6)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    replayed = [answer for answer in answers if "Idempotency-Replayed" in answer.headers]
    assert len(replayed) == 5
    assert await count_jobs(world) == 1


async def test_an_answer_that_got_lost_is_told_again(world: World) -> None:
    def tell(job: Job) -> KeptAnswer:
        return KeptAnswer(201, f'{{"made":{job.id}}}')

    once = OnceOnly("a", "fingerprint", tell)
    wish = JobWish("Backup", expected_interval_seconds=60)
    lost = await create_job_once(
        world.db, world.workspace_id, wish, world.clock(), by=OPERATOR, once=once
    )
    again = await create_job_once(
        world.db, world.workspace_id, wish, world.clock(), by=OPERATOR, once=once
    )
    assert (again.status, again.body, again.is_replayed) == (201, lost.body, True)
    assert await count_jobs(world) == 1


async def test_a_job_and_its_answer_are_kept_together_or_not_at_all(world: World) -> None:
    def fail(_job: Job) -> KeptAnswer:
        raise ZeroDivisionError

    wish = JobWish("Backup", expected_interval_seconds=60)
    once = OnceOnly("a", "fingerprint", fail)
    with pytest.raises(ZeroDivisionError):
        await create_job_once(
            world.db, world.workspace_id, wish, world.clock(), by=OPERATOR, once=once
        )
    assert await count_jobs(world) == 0
    data_of(await create(world, "a"), 201)


async def test_what_is_no_key_is_told_so_with_all_other_mistakes(world: World) -> None:
    reasons = {"": "Must not be empty.", "x" * 256: "Must be at most 255 characters long."}
    reasons |= dict.fromkeys(("\t", "a\x7f", "ü"), "Must be printable ASCII.")
    for key, reason in reasons.items():
        answer = await world.api(
            "POST",
            "/jobs",
            {"name": "", "expected_interval_seconds": 60},
            headers={"Idempotency-Key": key.encode("latin-1")},
        )
        errors = {"Idempotency-Key": [reason], "name": ["Must not be empty."]}
        assert errors_of(answer) == errors, key


async def test_the_pruner_forgets_old_answers_only(world: World) -> None:
    data_of(await create(world, "old"), 201)
    world.clock.turn(DAY - 1)
    kept = await create(world, "new")
    world.clock.turn(1)
    days = (timedelta(days=90), timedelta(days=365))
    await one_round(Pruner(world.db, world.clock, 100, *days))
    async with world.db.read() as tx:
        rows = (await tx.execute(kept_answers.select())).all()
    assert [row.key for row in rows] == ["new"]
    assert (await create(world, "new")).content == kept.content
