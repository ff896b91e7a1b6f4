"""Lists take a way of their own through the database; what they show is what each job shows."""

from tests.api.answers import data_of
from tests.support.world import Json, World


async def make_one_of_each(world: World) -> list[Json]:
    """Make jobs that stand in every way there is, some told of before the clock looked."""
    ways: dict[str, tuple[Json, list[str]]] = {
        "new": ({}, []),
        "healthy": ({"description": "x", "tags": ["b", "a"], "failure_tolerance": 2}, ["", ""]),
        "by cron": ({"cron_expression": "*/7 * * * *", "timezone": "Asia/Kolkata"}, [""]),
        "late": ({"expected_interval_seconds": 580, "down_after_seconds": 900}, [""]),
        "down": ({"expected_interval_seconds": 60, "grace_seconds": 1}, [""]),
        "failed": ({}, ["", "/end/fail"]),
        "running": ({"max_runtime_seconds": 7_200}, ["", "/start", "/progress/40"]),
        "overran": ({"max_runtime_seconds": 10}, ["", "/start"]),
        "paused": ({}, [""]),
        "muted": ({}, [""]),
        "muted no longer": ({}, [""]),
    }
    made = {}
    for name, (values, pings) in ways.items():
        interval = {} if "cron_expression" in values else {"expected_interval_seconds": 3_600}
        body = {"name": name, "timezone": "UTC", "grace_seconds": 30, **interval, **values}
        made[name] = data_of(await world.api("POST", "/jobs", body), 201)
        for action in pings:
            await world.ping(made[name], action)
            world.clock.turn(1)
    data_of(await world.api("POST", f"/jobs/{made['paused']['id']}/pause"))
    for name, seconds in (("muted", 7_200), ("muted no longer", 60)):
        data_of(await world.api("POST", f"/jobs/{made[name]['id']}/mute", {"seconds": seconds}))
    return list(made.values())


async def test_a_list_shows_of_each_job_what_the_job_shows(world: World) -> None:
    made = await make_one_of_each(world)
    statuses = set()
    for seconds, looks in ((0, False), (600, False), (0, True), (7_000, False), (0, True)):
        world.clock.turn(seconds)
        if looks:
            await world.look()
        shown = [data_of(await world.api("GET", f"/jobs/{job['id']}")) for job in made]
        for query in ("", "&status=enabled", "&sort=status", "&sort=next_expected_at"):
            listed = data_of(await world.api("GET", f"/jobs?per_page=100{query}"))["jobs"]
            by_id = {job["id"]: job for job in listed}
            expected = [job for job in shown if job["is_enabled"] or "enabled" not in query]
            assert [by_id.get(job["id"]) for job in expected] == expected, (seconds, looks, query)
            assert len(listed) == len(expected)
        statuses |= {job["status"] for job in shown}
    assert statuses == {"pending", "healthy", "late", "down", "disabled"}
