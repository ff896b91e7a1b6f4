"""A workspace has 60 requests a minute and 20 000 a day, and hears how many are left."""

from datetime import datetime

import httpx
import pytest
from sqlalchemy import update
from structlog.testing import capture_logs

from cronbeats.domain.access import Role
from cronbeats.services.set_up import set_up
from cronbeats.storage.schema import request_counts
from tests.api.answers import data_of, problem_of
from tests.support.turnable_clock import START
from tests.support.world import Json, World

MINUTE_ENDS, DAY_ENDS = 1772452860, 1772496000


def headers_of(answer: httpx.Response) -> dict[str, int]:
    """Return the six headers by the rest of their names."""
    start = "x-ratelimit-"
    return {
        name.removeprefix(start): int(value)
        for name, value in answer.headers.multi_items()
        if name.startswith(start)
    }


def told(minute: int, day: int) -> dict[str, int]:
    return {
        "limit-minute": 60,
        "remaining-minute": minute,
        "reset-minute": MINUTE_ENDS,
        "limit-day": 20_000,
        "remaining-day": day,
        "reset-day": DAY_ENDS,
    }


def refusal_of(answer: httpx.Response) -> Json:
    """Check that a limit was exceeded, and return which one."""
    assert answer.status_code == 429, answer.text
    body: Json = answer.json()
    assert body.keys() == {"success", "message", "error", "meta"}
    assert (body["success"], body["message"]) == (False, "Rate limit exceeded")
    error: Json = body["error"]
    return error


async def ask(world: World) -> httpx.Response:
    return await world.api("GET", "/integrations/alert-rules")


async def use_up(world: World, *, but: int = 0, of_the_day: bool = False) -> None:
    """Leave `but` requests of the minute at hand, and of the day too if that is wished."""
    data_of(await ask(world))
    counts = {"minute_count": 60 - but}
    if of_the_day:
        counts["day_count"] = 20_000 - but
    async with world.db.write() as tx:
        await tx.execute(update(request_counts).values(counts))


async def test_each_answer_tells_what_is_left_after_it(limited_world: World) -> None:
    for number in range(1, 4):
        answer = await limited_world.api("GET", "/jobs")
        assert headers_of(answer) == told(60 - number, 20_000 - number)
    limited_world.clock.turn(59.999)
    assert headers_of(await limited_world.api("GET", "/jobs")) == told(56, 19_996)


async def test_a_window_ends_at_the_unix_second_that_is_told(limited_world: World) -> None:
    assert START.timestamp() + 60 == MINUTE_ENDS
    assert datetime.fromisoformat("2026-03-03T00:00:00Z").timestamp() == DAY_ENDS
    limited_world.clock.turn(60 * 60 * 12 - 1)
    assert headers_of(await limited_world.api("GET", "/jobs"))["reset-minute"] == DAY_ENDS
    limited_world.clock.turn(1)
    later = headers_of(await limited_world.api("GET", "/jobs"))
    assert (later["reset-minute"], later["reset-day"]) == (DAY_ENDS + 60, DAY_ENDS + 86_400)


async def test_the_sixty_first_request_of_a_minute_is_refused(limited_world: World) -> None:
    for _ in range(59):
        data_of(await ask(limited_world))
    limited_world.clock.turn(15.5)
    last = await ask(limited_world)
    assert (last.status_code, headers_of(last)) == (200, told(0, 19_940))
    refused = await ask(limited_world)
    assert (refused.status_code, refused.json()) == (
        429,
        {
            "success": False,
            "message": "Rate limit exceeded",
            "error": {"type": "per_minute", "limit": 60, "reset_at": "2026-03-02 12:01:00"},
            "meta": {"timestamp": "2026-03-02T12:00:15Z"},
        },
    )
    assert refused.headers["Retry-After"] == "45"
    assert refused.headers["Content-Type"] == "application/json"
    assert headers_of(refused) == told(0, 19_940)


async def test_a_refused_request_does_nothing_and_does_not_count(limited_world: World) -> None:
    await use_up(limited_world)
    for _ in range(5):
        answer = await limited_world.api(
            "POST", "/jobs", {"name": "x", "expected_interval_seconds": 60}
        )
        assert refusal_of(answer)["type"] == "per_minute"
    limited_world.clock.turn(60)
    answer = await limited_world.api("GET", "/jobs")
    assert data_of(answer)["jobs"] == []
    left = headers_of(answer)
    assert (left["remaining-minute"], left["remaining-day"]) == (59, 20_000 - 2)


async def test_the_twenty_thousand_and_first_request_of_a_day_is_refused(
    limited_world: World,
) -> None:
    await use_up(limited_world, but=1, of_the_day=True)
    limited_world.clock.turn(60 * 60)
    data_of(await ask(limited_world))
    refused = await limited_world.api("GET", "/jobs")
    assert refusal_of(refused) == {
        "type": "per_day",
        "limit": 20_000,
        "reset_at": "2026-03-03 00:00:00",
    }
    assert refused.headers["Retry-After"] == str(11 * 60 * 60)
    left = headers_of(refused)
    assert (left["remaining-minute"], left["remaining-day"]) == (59, 0)
    limited_world.clock.turn(11 * 60 * 60)
    left = headers_of(await limited_world.api("GET", "/jobs"))
    assert (left["remaining-minute"], left["remaining-day"]) == (59, 19_999)


async def test_the_minute_is_told_before_the_day(limited_world: World) -> None:
    await use_up(limited_world, of_the_day=True)
    assert refusal_of(await limited_world.api("GET", "/jobs"))["type"] == "per_minute"
    limited_world.clock.turn(60)
    assert refusal_of(await limited_world.api("GET", "/jobs"))["type"] == "per_day"


@pytest.mark.parametrize(("seconds", "wait"), [(0, 60), (0.2, 60), (59, 1), (59.9, 1)])
async def test_who_waits_as_long_as_told_is_let_in(
    limited_world: World, seconds: float, wait: int
) -> None:
    await use_up(limited_world)
    limited_world.clock.turn(seconds)
    refused = await limited_world.api("GET", "/jobs")
    assert refused.headers["Retry-After"] == str(wait)
    limited_world.clock.turn(wait)
    data_of(await ask(limited_world))


async def test_all_keys_of_a_workspace_share_its_limits(limited_world: World) -> None:
    viewer = await limited_world.key_with(Role.VIEWER)
    data_of(await ask(limited_world))
    answer = await limited_world.api("GET", "/jobs", key=viewer)
    assert headers_of(answer) == told(58, 19_998)
    await use_up(limited_world)
    for key in (viewer, limited_world.api_key):
        refusal_of(await limited_world.api("GET", "/jobs", key=key))


async def test_workspaces_do_not_share_their_limits(limited_world: World) -> None:
    made = await set_up(limited_world.db, "Elsewhere", "eve@example.com", limited_world.clock())
    await use_up(limited_world)
    refusal_of(await limited_world.api("GET", "/jobs"))
    answer = await limited_world.api("GET", "/jobs", key=made.api_key)
    assert headers_of(answer) == told(59, 19_999)


async def test_a_bad_key_is_told_of_no_limit_and_uses_none(limited_world: World) -> None:
    for key in ("cb_nobody", limited_world.api_key + "x"):
        answer = await limited_world.api("GET", "/jobs", key=key)
        problem_of(answer, 401, "invalid_api_key")
        assert headers_of(answer) == {}
    assert headers_of(await limited_world.api("GET", "/jobs")) == told(59, 19_999)


async def test_pings_are_not_counted_and_not_refused(limited_world: World) -> None:
    job = await limited_world.make_job()
    answer = await limited_world.ping(job)
    assert (answer.status_code, headers_of(answer)) == (200, {})
    assert headers_of(await limited_world.api("GET", "/jobs")) == told(58, 19_998)
    await use_up(limited_world)
    assert (await limited_world.ping(job)).status_code == 200


async def test_the_log_says_once_that_a_workspace_has_used_up_a_window(
    limited_world: World,
) -> None:
    with capture_logs() as log:
        await use_up(limited_world, but=1)
        assert log == []
        data_of(await ask(limited_world))
        for _ in range(3):
            refusal_of(await ask(limited_world))
    assert log == [
        {
            "event": "rate_limit_used_up",
            "log_level": "warning",
            "workspace_id": limited_world.workspace_id,
            "window": "per_minute",
            "limit": 60,
            "until": "2026-03-02T12:01:00+00:00",
        }
    ]
