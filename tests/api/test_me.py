"""A key can ask whose it is, what it may do, and how much is left."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from cronbeats.domain.access import Role
from cronbeats.domain.keys import hash_api_key
from cronbeats.services.set_up import set_up
from cronbeats.storage.schema import api_keys, request_counts
from tests.api.answers import data_of
from tests.support.world import World


async def test_it_tells_everything_of_the_key_and_its_workspace(limited_world: World) -> None:
    world = limited_world
    await world.make_job()
    world.clock.turn(30)
    assert data_of(await world.api("GET", "/me")) == {
        "workspace": {"id": world.workspace_id, "name": "Home"},
        "key": {
            "name": "First key",
            "prefix": world.api_key[:8],
            "role": "owner",
            "expires_at": None,
        },
        "plan": {"name": "business", "limits": {"per_minute": 60, "per_day": 20_000}},
        "usage": {
            "per_minute": {"used": 2, "remaining": 58, "resets_at": "2026-03-02T12:01:00Z"},
            "per_day": {"used": 2, "remaining": 19_998, "resets_at": "2026-03-03T00:00:00Z"},
        },
        "job_count": 1,
    }


async def test_it_agrees_with_the_headers_of_its_answer(limited_world: World) -> None:
    await limited_world.api("GET", "/jobs")
    async with limited_world.db.write() as tx:
        await tx.execute(update(request_counts).values(minute_count=40, day_count=4_000))
    answer = await limited_world.api("GET", "/me")
    usage = data_of(answer)["usage"]
    assert (usage["per_minute"]["used"], usage["per_day"]["used"]) == (41, 4_001)
    assert answer.headers["X-RateLimit-Remaining-Minute"] == str(usage["per_minute"]["remaining"])
    assert answer.headers["X-RateLimit-Remaining-Day"] == str(usage["per_day"]["remaining"])


@pytest.mark.parametrize("role", Role)
async def test_every_role_may_ask_and_is_told_which_it_is(world: World, role: Role) -> None:
    key = await world.key_with(role)
    told = data_of(await world.api("GET", "/me", key=key))["key"]
    assert (told["role"], told["name"], told["prefix"]) == (role, "k", key[:8])


async def test_it_tells_when_the_key_expires(world: World) -> None:
    own = api_keys.c.key_hash == hash_api_key(world.api_key)
    until = world.clock() + timedelta(days=90)
    async with world.db.write() as tx:
        await tx.execute(update(api_keys).where(own).values(expires_at=until))
    told = data_of(await world.api("GET", "/me"))["key"]
    assert told["expires_at"] == "2026-05-31T12:00:00Z"


async def test_jobs_that_were_deleted_are_not_counted_paused_ones_are(world: World) -> None:
    jobs = [await world.make_job() for _ in range(3)]
    await world.api("POST", f"/jobs/{jobs[0]['id']}/delete")
    await world.api("POST", f"/jobs/{jobs[1]['id']}/pause")
    assert data_of(await world.api("GET", "/me"))["job_count"] == 2


async def test_nothing_is_told_of_other_workspaces(world: World) -> None:
    made = await set_up(world.db, "Elsewhere", "eve@example.com", world.clock())
    for _ in range(3):
        await world.make_job()
    told = data_of(await world.api("GET", "/me", key=made.api_key))
    assert told["workspace"] == {"id": made.workspace_id, "name": "Elsewhere"}
    assert told["job_count"] == 0
    assert told["usage"]["per_minute"]["used"] == 1
    assert told["key"]["prefix"] == made.api_key[:8]


async def test_the_secret_itself_is_not_told(world: World) -> None:
    answer = await world.api("GET", "/me")
    assert world.api_key not in answer.text
    assert hash_api_key(world.api_key) not in answer.text
