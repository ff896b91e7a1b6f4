"""What belongs to another workspace looks like what does not exist."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from itertools import combinations
from typing import Any

from sqlalchemy import update

from cronbeats.domain.audit import OPERATOR
from cronbeats.services.manage_integrations import save_integration
from cronbeats.services.set_up import set_up
from cronbeats.storage.schema import drill_jobs
from tests.api.answers import data_of, problem_of
from tests.api.furnished import NOBODYS, Furnished, ask, furnish, ids_asked, nobodys
from tests.api.routes import all_routes
from tests.support.stored_rows import StoredRow, stored_rows, tables_of_workspaces
from tests.support.world import World


async def stranger_in(world: World, name: str = "Elsewhere") -> str:
    """Make another workspace, and return its key."""
    made = await set_up(world.db, name, f"{name}@example.com", world.clock())
    return made.api_key


async def neighbours_in(world: World) -> list[Furnished]:
    """Furnish three workspaces, so that the one in the middle has an older and a newer one."""
    keys = [world.api_key, await stranger_in(world), await stranger_in(world, "Beyond")]
    made = [
        await furnish(world, key, whose)
        for key, whose in zip(keys, ("ada", "eve", "zoe"), strict=True)
    ]
    for one in (made[0], made[2]):
        data_of(await ask(world, "POST /jobs", one.ids, {"X-API-Key": one.key}), 201)
    ada_drills = drill_jobs.c.workspace_id == world.workspace_id
    async with world.db.write() as tx:
        until = world.clock() + timedelta(days=1)
        await tx.execute(update(drill_jobs).where(ada_drills).values(drill_until=until))
    # What is stamped from now on differs from what is stored.
    world.clock.turn(1)
    return made


async def rows_of_others(world: World, workspace_id: int) -> list[StoredRow]:
    return [row for row in await stored_rows(world.db) if row.workspace_id != workspace_id]


async def test_no_route_reaches_into_another_workspace(world: World) -> None:
    ada, eve, zoe = await neighbours_in(world)
    foreign_words = ada.words | zoe.words
    own = {"X-API-Key": eve.key}
    eve_id = data_of(await world.api("GET", "/me", key=eve.key))["workspace"]["id"]
    before = await rows_of_others(world, eve_id)
    filled = {row.table for row in before if row.workspace_id == world.workspace_id}
    assert filled == tables_of_workspaces()
    sent = len(world.sender.configs)
    routes = sorted(sorted(all_routes(world.senders)), key=destroys)

    for route in routes:
        for foreign, unknown in strange_ids(ada, eve, ids_asked(world, route)):
            answer, expected = [await ask(world, route, ids, own) for ids in (foreign, unknown)]
            assert answer.status_code == expected.status_code, route
            assert answer.text == expected.text.replace(str(NOBODYS), str(ada.ids["job_id"])), route
            if "_id}" in route:
                problem_of(answer, 404, "not_found")
            assert not any(word in answer.text for word in foreign_words), route
        assert await rows_of_others(world, eve_id) == before, route
    for route in routes:
        answer = await ask(world, route, eve.ids, own)
        assert answer.is_success or destroys(route), (route, answer.text)
        assert "Idempotency-Replayed" not in answer.headers, route
        assert not any(word in answer.text for word in foreign_words), route
        assert await rows_of_others(world, eve_id) == before, route
    assert {config["url"] for config in world.sender.configs[sent:]} == {"https://eve.test/hook"}


Ids = Mapping[str, Any]


def strange_ids(ada: Furnished, eve: Furnished, names: Sequence[str]) -> Iterator[tuple[Ids, Ids]]:
    """Give all ways to put Ada's ids among Eve's, each with the same for ids of nobody."""
    for size in range(1, len(names) + 1):
        for chosen in combinations(names, size):
            yield (
                {**eve.ids, **{name: ada.ids[name] for name in chosen}},
                {**eve.ids, **{name: nobodys(ada)[name] for name in chosen}},
            )


def destroys(route: str) -> bool:
    """Tell whether nothing can be done with a job once it was given to this route."""
    return "delete" in route.lower()


async def test_lists_hold_only_what_is_of_the_workspace(world: World) -> None:
    eve = await stranger_in(world)
    await world.make_job()
    listed = data_of(await world.api("GET", "/jobs", key=eve))
    assert (listed["jobs"], listed["pagination"]["total"]) == ([], 0)
    [theirs] = data_of(await world.api("GET", "/integrations", key=eve))["integrations"]
    assert (theirs["url"], theirs["is_configured"]) == (None, False)


async def test_the_output_of_a_signal_is_found_under_its_own_job_only(world: World) -> None:
    job, other = await world.make_job(), await world.make_job()
    await world.ping(job, content=b"output")
    [signal] = data_of(await world.api("GET", f"/jobs/{job['id']}/signals"))["signals"]
    answer = await world.api("GET", f"/jobs/{other['id']}/signals/{signal['id']}/output")
    problem_of(answer, 404, "not_found")


async def test_an_alert_goes_to_the_integrations_of_its_own_workspace(world: World) -> None:
    made = await set_up(world.db, "Elsewhere", "eve@example.com", world.clock())
    values = {"url": "https://elsewhere.test/hook"}
    await save_integration(
        world.db,
        world.sender,
        made.workspace_id,
        values,
        is_enabled=True,
        by=OPERATOR,
        now=world.clock(),
    )
    answer = await world.api(
        "POST", "/jobs", {"name": "x", "expected_interval_seconds": 60}, key=made.api_key
    )
    await world.ping(data_of(answer, 201), "/end/fail")
    await world.deliver_all()
    assert [config["url"] for config in world.sender.configs] == ["https://elsewhere.test/hook"]
