"""A flood of requests for pages or the API: some are told to come again, and pings are taken."""

import asyncio
from collections import Counter

import pytest

from cronbeats.instruments import Door
from tests.support.world import World

MANY = 300


@pytest.mark.parametrize(
    ("path", "usual", "door"), [("/", 303, Door.WEB), ("/api/v1/me", 401, Door.API)]
)
async def test_some_are_told_to_come_again_and_no_ping_is_refused(
    world: World, path: str, usual: int, door: Door
) -> None:
    job = await world.make_job()
    browser = {"Accept": "text/html", "X-API-Key": "cb_of_nobody"}
    flood = [world.http.get(path, headers=browser) for _ in range(MANY)]
    answers = asyncio.gather(*flood)
    pinged = await asyncio.gather(*(world.ping(job) for _ in range(20)))
    assert {each.status_code for each in pinged} == {200}

    statuses = Counter(each.status_code for each in await answers)
    assert set(statuses) == {usual, 503}
    refused = next(each for each in await answers if each.status_code == 503)
    assert refused.headers["Retry-After"] in {"1", "2", "3", "4"}
    assert len(refused.headers["X-Request-ID"]) == 32
    assert "too much to do" in refused.text
    told = world.instruments.read().overloads
    assert told[door] == statuses[503]
    assert (await world.http.get(path, headers=browser)).status_code == usual
