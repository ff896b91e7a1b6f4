"""Jobs are listed in the order that is asked for; equal ones oldest first, on every page."""

from typing import Any

from tests.api.answers import data_of
from tests.support.world import Json, World


async def names(world: World, query: str) -> list[str]:
    """Return all jobs' names, page by page."""
    found: list[str] = []
    page, pages = 1, 1
    while page <= pages:
        listed: Any = data_of(await world.api("GET", f"/jobs?{query}&page={page}&per_page=2"))
        found += [job["name"] for job in listed["jobs"]]
        page, pages = page + 1, listed["pagination"]["total_pages"]
    return found


async def make_one_of_each(world: World) -> dict[str, Json]:
    made = {name: await world.make_job(name=name) for name in ("off", "new", "ok", "late", "down")}
    await world.ping(made["late"])
    world.clock.turn(95)
    await world.look()
    await world.ping(made["ok"])
    world.clock.turn(1)
    await world.ping(made["down"], "/end/fail")
    await world.api("POST", f"/jobs/{made['off']['id']}/pause")
    return made


async def test_names_are_sorted_whatever_their_case(world: World) -> None:
    for name in ("beta", "Alpha", "ähre", "alpha", "Zulu", "10"):
        await world.make_job(name=name)
    ordered = ["10", "Alpha", "alpha", "beta", "Zulu", "ähre"]
    assert await names(world, "sort=name") == ordered
    assert await names(world, "sort=-name") == ["ähre", "Zulu", "beta", "Alpha", "alpha", "10"]


async def test_names_that_are_equal_are_listed_oldest_first_either_way(world: World) -> None:
    made = [(await world.make_job(name="Same", description=str(-n)))["id"] for n in range(5)]
    for sort in ("name", "-name", "status", "-status", "next_expected_at", "-last_signal_at"):
        listed = data_of(await world.api("GET", f"/jobs?sort={sort}"))["jobs"]
        assert [job["id"] for job in listed] == made, sort


async def test_jobs_are_sorted_by_their_age(world: World) -> None:
    for name in "abc":
        await world.make_job(name=name)
        world.clock.turn(-3600)
    assert await names(world, "sort=created_at") == ["c", "b", "a"]
    assert await names(world, "sort=-created_at") == ["a", "b", "c"]
    assert await names(world, "") == ["a", "b", "c"]


async def test_the_worst_jobs_come_first_when_sorted_by_status(world: World) -> None:
    await make_one_of_each(world)
    assert await names(world, "sort=status") == ["down", "late", "new", "ok", "off"]
    assert await names(world, "sort=-status") == ["off", "ok", "new", "late", "down"]
    assert await names(world, "sort=status&status=enabled") == ["down", "late", "new", "ok"]


async def test_jobs_without_the_moment_come_last_either_way(world: World) -> None:
    await make_one_of_each(world)
    assert await names(world, "sort=last_signal_at") == ["late", "ok", "down", "off", "new"]
    assert await names(world, "sort=-last_signal_at") == ["down", "ok", "late", "off", "new"]
    assert await names(world, "sort=next_expected_at") == ["late", "ok", "down", "off", "new"]
    assert await names(world, "sort=-next_expected_at") == ["down", "ok", "late", "off", "new"]
