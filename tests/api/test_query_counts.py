"""How much is listed or changed at once makes no difference to the number of queries."""

from typing import Any

from tests.api.answers import data_of
from tests.support.queries import noting_queries
from tests.support.world import World

MANY = 100


async def count(world: World, method: str, path: str, body: Any = None) -> int:
    """Return how many queries a request costs, those for its key and its limits included."""
    async with noting_queries(world.db) as queries:
        data_of(await world.api(method, path, body))
    return len(queries)


async def make_jobs(world: World, many: int) -> list[int]:
    """Make jobs that have told something and have a run under way."""
    ids = []
    for _ in range(many):
        job = await world.make_job()
        await world.ping(job, "/start")
        ids.append(job["id"])
    return ids


async def test_a_list_costs_the_same_for_one_job_and_for_a_hundred(world: World) -> None:
    await make_jobs(world, 1)
    queries = [
        "",
        "status=healthy&q=b&tag=x",
        "status=pending",
        "sort=status",
        "sort=-next_expected_at",
    ]
    before = {}
    for query in queries:
        before[query] = await count(world, "GET", f"/jobs?per_page={MANY}&{query}")
    await make_jobs(world, MANY)
    for query in queries:
        assert await count(world, "GET", f"/jobs?per_page={MANY}&{query}") == before[query], query
    assert before[""] <= 7


async def test_a_list_costs_the_same_when_the_clock_has_not_looked_yet(world: World) -> None:
    await make_jobs(world, 1)
    world.clock.turn(3_600)
    before = await count(world, "GET", f"/jobs?per_page={MANY}&status=late")
    await make_jobs(world, MANY)
    world.clock.turn(3_600)
    assert await count(world, "GET", f"/jobs?per_page={MANY}&status=late") == before <= 8


async def test_a_job_costs_the_same_however_much_it_has_told(world: World) -> None:
    [job_id] = await make_jobs(world, 1)
    path = f"/jobs/{job_id}"
    before = [await count(world, "GET", path), await count(world, "GET", f"{path}/signals")]
    for number in range(MANY):
        await world.ping(await world.get_job({"id": job_id}), f"/start?rid={number}")
    listed = f"{path}/signals?per_page={MANY}"
    assert [await count(world, "GET", path), await count(world, "GET", listed)] == before
    assert max(before) <= 8


async def test_bulk_costs_the_same_for_one_job_and_for_a_hundred(world: World) -> None:
    one, many = await make_jobs(world, 1), await make_jobs(world, MANY)
    for what in ("pause", "resume", "delete"):
        path = f"/jobs/bulk/{what}"
        alone = await count(world, "POST", path, {"job_ids": one})
        assert await count(world, "POST", path, {"job_ids": many}) == alone, what
