"""Of a job's signals, those of one kind and of one time can be listed."""

from datetime import timedelta
from typing import Any
from urllib.parse import quote

from tests.api.answers import data_of, errors_of
from tests.support.world import Json, World

RULE = (
    "Must be a moment in ISO 8601 with its zone, as in 2026-02-20T15:42:00Z or "
    "2026-02-20T16:42:00%2B01:00 (a + is sent as %2B)."
)
NO_MOMENTS = ["", "now", "1772452800", "2026-03-02", "2026-03-02T12:00:00", "12:00:00Z", "NaN"]
NO_MOMENTS += ["2026-03-02 12:00:00Z", "2026-03-02T12:00:00 01:00", "2026-W10-1T12:00:00Z"]
NO_MOMENTS += ["2026-02-30T12:00:00Z", "2026-03-02T25:00:00Z", "2026-03-02T12:00:00.1234567Z"]
NO_MOMENTS += ["2026-03-02T12:00:00+25:00", "0001-01-01T00:00:00+01:00", "2026-03-02T12:00Z\0"]
NO_MOMENTS += ["\uff12026-03-02T12:00:00Z", "2026-03-02t12:00:00z", "9999-12-31T23:59:59-01:00"]


async def types(world: World, job: Json, query: str) -> list[str]:
    """Return the types of all signals that match, page by page, and check each page's total."""
    found: list[str] = []
    page, pages, totals = 1, 1, set()
    while page <= pages:
        path = f"/jobs/{job['id']}/signals?{query}&page={page}&per_page=2"
        listed: Any = data_of(await world.api("GET", path))
        found += [signal["type"] for signal in listed["signals"]]
        totals.add(listed["pagination"]["total"])
        page, pages = page + 1, listed["pagination"]["total_pages"]
    assert totals == {len(found)}
    return found


async def told_five_things(world: World) -> Json:
    """Make a job that tells something each minute, from 12:00:00 on."""
    job, other = await world.make_job(expected_interval_seconds=3_600), await world.make_job()
    for action in ("/start", "/progress/50", "/log", "/end/fail", ""):
        await world.ping(job, action)
        await world.ping(other, action)
        world.clock.turn(60)
    return job


async def test_signals_of_one_kind_are_listed(world: World) -> None:
    job = await told_five_things(world)
    for kind in ("start", "progress", "log", "fail", "ping"):
        assert await types(world, job, f"type={kind}") == [kind]
    await world.ping(job, "/start")
    assert await types(world, job, "type=start") == ["start", "start"]
    assert await types(world, job, "type=success") == []


async def test_the_first_moment_counts_and_the_last_does_not(world: World) -> None:
    job = await told_five_things(world)
    cases = {
        "since=2026-03-02T12:02:00Z": ["ping", "fail", "log"],
        "until=2026-03-02T12:02:00Z": ["progress", "start"],
        "since=2026-03-02T12:02:00.000001Z": ["ping", "fail"],
        "until=2026-03-02T12:02:00.000001Z": ["log", "progress", "start"],
        "since=2026-03-02T12:01:00Z&until=2026-03-02T12:03:00Z": ["log", "progress"],
        "since=2026-03-02T12:01:00Z&until=2026-03-02T12:01:00Z": [],
        "since=2026-03-02T12:01:00Z&type=fail": ["fail"],
        "since=2027-01-01T00:00:00Z": [],
        "since=0001-01-01T00:00:00Z&until=9999-12-31T23:59:59Z": (
            ["ping", "fail", "log", "progress", "start"]
        ),
    }
    for query, found in cases.items():
        assert await types(world, job, query) == found, query


async def test_a_moment_may_be_told_in_any_zone(world: World) -> None:
    job = await told_five_things(world)
    same = ["13:02:00+01:00", "07:02-05:00", "12:02:00,0Z", "17:32:00+0530", "13:02+01"]
    for time in same:
        query = f"since={quote('2026-03-02T' + time)}"
        assert await types(world, job, query) == ["ping", "fail", "log"], time


async def test_a_microsecond_decides_whether_a_signal_is_listed(world: World) -> None:
    job = await world.make_job()
    world.clock.now += timedelta(microseconds=5)
    await world.ping(job)
    assert await types(world, job, "since=2026-03-02T12:00:00.000005Z") == ["ping"]
    assert await types(world, job, "since=2026-03-02T12:00:00.000006Z") == []
    assert await types(world, job, "until=2026-03-02T12:00:00.000005Z") == []
    assert await types(world, job, "until=2026-03-02T12:00:00.000006Z") == ["ping"]


async def test_what_is_no_moment_is_told_the_rule(world: World) -> None:
    job = await world.make_job()
    for wrong in NO_MOMENTS:
        for field in ("since", "until"):
            path = f"/jobs/{job['id']}/signals?{field}={quote(wrong)}"
            assert errors_of(await world.api("GET", path)) == {field: [RULE]}, wrong


async def test_all_mistakes_of_a_query_are_told_at_once(world: World) -> None:
    job = await world.make_job()
    kinds = "Must be 'ping', 'start', 'success', 'fail', 'progress' or 'log'."
    later, sooner = "2026-03-02T12:00:01Z", "2026-03-02T12:00:00Z"
    cases = {
        f"since={later}&until={sooner}&page=0": {
            "until": ["Must not be before since."],
            "page": ["Must be 1 or more."],
        },
        f"type=end&since=x&until={sooner}": {"type": [kinds], "since": [RULE]},
        f"since={sooner}&since={later}&type=": {
            "since": ["Must be given only once."],
            "type": [kinds],
        },
        "before=x": {"before": ["There is no such field."]},
    }
    for query, errors in cases.items():
        answer = await world.api("GET", f"/jobs/{job['id']}/signals?{query}")
        assert errors_of(answer) == errors, query
