"""Who has no valid key learns nothing, not even what there is."""

from datetime import timedelta
from typing import Any

from sqlalchemy import update

from cronbeats.domain.keys import hash_api_key
from cronbeats.storage.schema import api_keys, workspaces
from tests.api.answers import data_of, problem_of
from tests.support.world import World

ROUTES = [("GET", "/jobs"), ("POST", "/jobs"), ("GET", "/nothing"), ("BREW", "/jobs/x/y")]


async def change_key(world: World, **values: object) -> None:
    own = api_keys.c.key_hash == hash_api_key(world.api_key)
    async with world.db.write() as tx:
        await tx.execute(update(api_keys).where(own).values(**values))


async def test_no_key_or_a_wrong_one_is_refused_everywhere(world: World) -> None:
    key = world.api_key
    wrong: list[dict[str, Any]] = [
        {},
        {"X-API-Key": ""},
        {"X-API-Key": " "},
        {"X-API-Key": "cb_" + "x" * 40},
        {"X-API-Key": key[:-1]},
        {"X-API-Key": key + "x"},
        {"X-API-Key": key.swapcase()},
        {"X-API-Key": key.removeprefix("cb_")},
        {"X-API-Key": f"Bearer {key}"},
        {"X-API-Key": b"\xff\xfe"},
        {"X-API-Key": "x" * 100_000},
        {"Authorization": f"Bearer {key}"},
        {"Authorization": key},
        {"Cookie": f"X-API-Key={key}"},
    ]
    for method, path in ROUTES:
        for headers in wrong:
            answer = await world.http.request(method, f"/api/v1{path}", headers=headers)
            problem_of(answer, 401, "invalid_api_key")
    answer = await world.http.get(f"/api/v1/jobs?X-API-Key={key}&api_key={key}")
    problem_of(answer, 401, "invalid_api_key")


async def test_the_key_alone_decides_which_workspace_is_meant(world: World) -> None:
    job = await world.make_job()
    for sent in ("1", "999", "nonsense", ""):
        listed = data_of(await world.api("GET", "/jobs", headers={"X-Workspace-ID": sent}))
        assert listed["jobs"] == [job], sent


async def test_a_header_is_found_however_it_is_written(world: World) -> None:
    for name in ("x-api-key", "X-API-KEY", "X-Api-Key"):
        answer = await world.http.get("/api/v1/jobs", headers={name: f" {world.api_key} "})
        assert data_of(answer)["jobs"] == [], name


async def test_a_revoked_key_is_refused(world: World) -> None:
    data_of(await world.api("GET", "/jobs"))
    await change_key(world, revoked_at=world.clock() - timedelta(seconds=1))
    problem_of(await world.api("GET", "/jobs"), 401, "invalid_api_key")


async def test_a_key_is_refused_from_the_moment_on_at_which_it_expires(world: World) -> None:
    await change_key(world, expires_at=world.clock() + timedelta(seconds=10))
    world.clock.turn(9.9)
    data_of(await world.api("GET", "/jobs"))
    world.clock.turn(0.1)
    problem_of(await world.api("GET", "/jobs"), 401, "invalid_api_key")


async def test_a_plan_without_the_api_is_refused(world: World) -> None:
    for plan, status in (("free", 403), ("pro", 403), ("unknown", 403), ("business", 200)):
        async with world.db.write() as tx:
            await tx.execute(update(workspaces).values(plan=plan))
        for path in ("/jobs", "/integrations"):
            answer = await world.api("GET", path)
            if status == 403:
                problem_of(answer, 403, "business_plan_required")
            else:
                data_of(answer)


async def test_a_plan_without_the_api_still_has_its_pings(world: World) -> None:
    job = await world.make_job()
    async with world.db.write() as tx:
        await tx.execute(update(workspaces).values(plan="free"))
    assert (await world.ping(job)).status_code == 200


async def test_no_answer_repeats_the_key_that_was_sent(world: World) -> None:
    job = await world.make_job()
    for method, path in [*ROUTES, ("GET", f"/jobs/{job['id']}"), ("GET", "/integrations")]:
        for key in (world.api_key, "cb_wrongwrongwrong"):
            answer = await world.api(method, path, key=key)
            assert key not in answer.text, path
            assert key not in str(answer.headers), path
