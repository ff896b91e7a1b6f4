"""How much is listed or changed at once makes no difference to the number of queries."""

from typing import Any

from sqlalchemy import insert

from cronbeats.storage.schema import blind_windows
from tests.api.answers import data_of
from tests.api.routes import all_routes
from tests.support.queries import noting_queries
from tests.support.world import Json, World

MANY, SEVERAL = 100, 15
MOST_QUERIES, MOST_OF_BULK = 10, 20


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
    for what in ("mute", "unmute", "pause", "resume", "delete"):
        path, more = f"/jobs/bulk/{what}", {"seconds": 60} if what == "mute" else {}
        alone = await count(world, "POST", path, {"job_ids": one, **more})
        assert await count(world, "POST", path, {"job_ids": many, **more}) == alone, what
        assert alone <= MOST_OF_BULK, what


async def test_whatever_is_read_costs_the_same_however_much_there_is(world: World) -> None:
    job = await world.make_job()
    await make_jobs(world, 1)
    await let_it_fail_and_recover(world, job, 1)
    routes = [route for route in sorted(all_routes(world.senders)) if route.startswith("GET ")]
    before = {route: await count_reading(world, route, job) for route in routes}
    await let_it_fail_and_recover(world, job, SEVERAL)
    await make_jobs(world, SEVERAL)
    for route in routes:
        assert await count_reading(world, route, job) == before[route] <= MOST_QUERIES, route


async def let_it_fail_and_recover(world: World, job: Json, times: int) -> None:
    """Let there be so many more of all that is kept of a job, and a blind window for each."""
    for _ in range(times):
        for action in ("/start", "/end/fail", "/start", "/end/success"):
            await world.ping(job, action, content=b"output")
            world.clock.turn(1)
        await world.deliver_all()
        async with world.db.write() as tx:
            now = world.clock()
            ends = {"started_at": now, "ended_at": now, "reason": "silence"}
            await tx.execute(insert(blind_windows).values(ends))


async def count_reading(world: World, route: str, job: Json) -> int:
    listed = data_of(await world.api("GET", f"/jobs/{job['id']}/signals"))
    ids = {"job_id": job["id"], "signal_id": listed["signals"][0]["id"]}
    async with noting_queries(world.db) as queries:
        answer = await world.api("GET", route.removeprefix("GET ").format(**ids))
    assert answer.is_success, (route, answer.text)
    return len(queries)
