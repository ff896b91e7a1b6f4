"""A list is chosen, counted and sorted by what it shows, though the clock has not looked yet."""

from typing import Any

from tests.api.answers import data_of
from tests.support.world import Json, World

STATUSES = ("pending", "healthy", "late", "down", "disabled")


async def browse(world: World, query: str) -> tuple[list[Json], int]:
    """Return all jobs of a list, page by page, and the total that each page tells."""
    found: list[Json] = []
    page, pages, totals = 1, 1, set()
    while page <= pages:
        listed: Any = data_of(await world.api("GET", f"/jobs?{query}&page={page}&per_page=2"))
        found += listed["jobs"]
        totals.add(listed["pagination"]["total"])
        page, pages = page + 1, listed["pagination"]["total_pages"]
    [total] = totals
    return found, total


async def check_every_list(world: World) -> dict[str, int]:
    """Check that each list holds what it says; return how many jobs have each status."""
    everything, _ = await browse(world, "status=all")
    counts = {}
    for status in STATUSES:
        found, total = await browse(world, f"status={status}")
        assert {job["status"] for job in found} <= {status}
        expected = [job["id"] for job in everything if job["status"] == status]
        assert [job["id"] for job in found] == expected, status
        assert total == len(found)
        counts[status] = total
    ranks = ["down", "late", "pending", "healthy", "disabled"]
    by_status, _ = await browse(world, "sort=status")
    shown = [ranks.index(job["status"]) for job in by_status]
    assert shown == sorted(shown)
    by_slot, _ = await browse(world, "sort=next_expected_at")
    slots = [job["state"]["next_expected_at"] or "9" for job in by_slot]
    assert slots == sorted(slots)
    assert len(by_status) == len(by_slot) == len(everything)
    return counts


async def test_jobs_whose_time_has_come_are_listed_by_what_they_are_now(world: World) -> None:
    for seconds in (60, 80, 120, 3600):
        await world.ping(await world.make_job(expected_interval_seconds=seconds))
    await world.make_job(name="new")
    expected = {0: (1, 4, 0, 0), 90: (1, 3, 1, 0), 120: (1, 2, 1, 1), 150: (1, 1, 1, 2)}
    at = 0
    for moment, counts in expected.items():
        world.clock.turn(moment - at)
        at = moment
        assert await check_every_list(world) == dict(zip(STATUSES, (*counts, 0), strict=True))
    await world.look()
    assert await check_every_list(world) == dict(zip(STATUSES, (1, 1, 1, 2, 0), strict=True))


async def test_a_run_beyond_its_time_is_listed_as_down(world: World) -> None:
    job = await world.make_job(max_runtime_seconds=10)
    await world.ping(job)
    await world.ping(job, "/start")
    world.clock.turn(10)
    assert await world.look_up_status(job) == "healthy"
    found, total = await browse(world, "status=down")
    assert ([each["id"] for each in found], total) == ([job["id"]], 1)


async def test_jobs_that_are_down_are_sorted_by_the_slot_that_is_shown(world: World) -> None:
    slow = await world.make_job(name="slow", expected_interval_seconds=7_000)
    dead = await world.make_job(name="dead", expected_interval_seconds=60)
    cron = await world.make_job(name="cron", cron_expression="30 * * * *")
    for job in (slow, dead, cron):
        await world.ping(job, "/end/fail")
    world.clock.turn(6_990)
    await check_every_list(world)
    found, _ = await browse(world, "sort=next_expected_at")
    assert [job["name"] for job in found] == ["dead", "slow", "cron"]


async def test_a_list_is_right_for_many_jobs_that_nobody_has_looked_at(world: World) -> None:
    for number in range(40):
        job = await world.make_job(name=str(number), expected_interval_seconds=50 + 2 * number)
        await world.ping(job)
    world.clock.turn(130)
    counts = await check_every_list(world)
    assert min(counts["healthy"], counts["late"], counts["down"]) > 0
