"""Lists come in pages, in an order that stays, and only with what was asked for."""

from datetime import timedelta
from typing import Any

from cronbeats.storage import jobs
from tests.api.answers import data_of, errors_of
from tests.support.world import Json, World

WRONG_QUERIES = {
    "page=0": {"page": "Must be 1 or more."},
    "page=-1": {"page": "Must be 1 or more."},
    "page=x": {"page": "Must be a whole number."},
    "page=1.5": {"page": "Must be a whole number."},
    "page=1.0": {"page": "Must be a whole number."},
    "page=1_0": {"page": "Must be a whole number."},
    "page=%2B1": {"page": "Must be a whole number."},
    "page=%201": {"page": "Must be a whole number."},
    "page=01": {"page": "Must be a whole number."},
    "per_page=010": {"per_page": "Must be a whole number."},
    "page=": {"page": "Must be a whole number."},
    "page=1000001": {"page": "Must be 1000000 or less."},
    "page=99999999999999999999999": {"page": "Must be 1000000 or less."},
    "per_page=0": {"per_page": "Must be 1 or more."},
    "per_page=101": {"per_page": "Must be 100 or less."},
    "per_page=ten": {"per_page": "Must be a whole number."},
    "limit=5": {"limit": "There is no such field."},
    "Page=1": {"Page": "There is no such field."},
    "page=0&per_page=101&x=": {
        "page": "Must be 1 or more.",
        "per_page": "Must be 100 or less.",
        "x": "There is no such field.",
    },
}


async def browse(world: World, query: str = "") -> Any:
    return data_of(await world.api("GET", f"/jobs?{query}"))


async def make_jobs(world: World, count: int) -> list[int]:
    return [(await world.make_job(name=f"Job {n}"))["id"] for n in range(count)]


async def test_a_list_that_is_empty_has_no_pages(world: World) -> None:
    pagination = {"page": 1, "per_page": 50, "total": 0, "total_pages": 0}
    assert await browse(world) == {"jobs": [], "pagination": pagination}


async def test_pages_hold_every_job_once_and_oldest_first(world: World) -> None:
    made = await make_jobs(world, 5)
    seen = []
    for page, count in ((1, 2), (2, 2), (3, 1), (4, 0), (1_000_000, 0)):
        listed = await browse(world, f"page={page}&per_page=2")
        ids = [job["id"] for job in listed["jobs"]]
        assert len(ids) == count, page
        assert listed["pagination"] == {
            "page": page,
            "per_page": 2,
            "total": 5,
            "total_pages": 3,
        }
        seen += ids
    assert seen == made


async def test_the_order_stays_when_jobs_change(world: World) -> None:
    made = await make_jobs(world, 4)
    await world.api("POST", f"/jobs/{made[0]}/pause")
    await world.ping((await browse(world))["jobs"][2], "/end/fail")
    assert [job["id"] for job in (await browse(world))["jobs"]] == made
    assert (await browse(world, "per_page=4"))["pagination"]["total_pages"] == 1
    assert (await browse(world, "per_page=100"))["pagination"]["total_pages"] == 1


async def test_a_query_that_breaks_a_rule_is_told_by_field(world: World) -> None:
    job = await world.make_job()
    for query, reasons in WRONG_QUERIES.items():
        for path in ("/jobs", f"/jobs/{job['id']}/signals"):
            errors = errors_of(await world.api("GET", f"{path}?{query}"))
            assert errors == {field: [reason] for field, reason in reasons.items()}, query


async def test_a_status_that_there_is_not_is_told_with_those_there_are(world: World) -> None:
    for wrong in ("sick", "", "Healthy", "healthy,late"):
        errors = errors_of(await world.api("GET", f"/jobs?status={wrong}"))
        assert list(errors) == ["status"], wrong
        for known in ("all", "enabled", "disabled", "pending", "healthy", "late", "down"):
            assert f"'{known}'" in errors["status"][0], wrong


async def test_jobs_can_be_listed_by_status(world: World) -> None:
    names = ["pending", "healthy", "late", "down", "disabled"]
    made: dict[str, Json] = {name: await world.make_job(name=name) for name in names}
    await world.ping(made["late"])
    world.clock.turn(95)
    await world.look()
    await world.ping(made["healthy"])
    await world.ping(made["down"], "/end/fail")
    await world.api("POST", f"/jobs/{made['disabled']['id']}/pause")

    filters = {name: [name] for name in names}
    filters |= {"all": names, "enabled": names[:-1]}
    for chosen, expected in filters.items():
        listed = await browse(world, f"status={chosen}&per_page=3")
        assert [job["name"] for job in listed["jobs"]] == expected[:3], chosen
        assert listed["pagination"]["total"] == len(expected), chosen
        assert listed["pagination"]["total_pages"] == -(-len(expected) // 3), chosen
    assert [job["name"] for job in (await browse(world))["jobs"]] == names


async def test_a_deleted_job_is_in_no_list_and_found_nowhere(world: World) -> None:
    kept, gone = await make_jobs(world, 2)
    async with world.db.write() as tx:
        await jobs.mark_deleted(tx, [gone], world.clock() + timedelta(days=1))
    for chosen in ("all", "enabled", "pending"):
        listed = await browse(world, f"status={chosen}")
        assert [job["id"] for job in listed["jobs"]] == [kept], chosen
        assert listed["pagination"]["total"] == 1, chosen
    for method, path in (("GET", ""), ("POST", "/pause"), ("POST", "/resume"), ("GET", "/signals")):
        assert (await world.api(method, f"/jobs/{gone}{path}")).status_code == 404, path
