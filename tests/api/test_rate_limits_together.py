"""The limits hold for all who ask at the same time, of whatever server, and on whatever clock."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator

import httpx
import pytest

from cronbeats.app import App
from cronbeats.settings import Settings
from cronbeats.storage.database import Database
from tests.support.turnable_clock import TurnableClock
from tests.support.wide_awake import WideAwake
from tests.support.world import World

AT_ONCE = 50


class Server:
    """One more server on the database of a world, with connections and a clock of its own."""

    def __init__(self, world: World, database_url: str) -> None:
        self.db = Database(database_url, pool_size=3)
        self.clock = TurnableClock(world.clock())
        self._key = world.api_key
        lookout = WideAwake(self.db, self.clock)
        app = App(Settings(), self.db, self.clock, world.senders, lookout)
        self._http = httpx.AsyncClient(
            transport=httpx.ASGITransport(app), base_url="http://cronbeats.test"
        )

    async def ask(self) -> httpx.Response:
        return await self._http.get("/api/v1/jobs", headers={"X-API-Key": self._key})

    async def close(self) -> None:
        await self._http.aclose()
        await self.db.close()


@pytest.fixture
async def servers(world: World, database_url: str) -> AsyncIterator[tuple[Server, Server]]:
    """Give two servers on one database, which share nothing else."""
    first, second = Server(world, database_url), Server(world, database_url)
    yield first, second
    await first.close()
    await second.close()


async def ask_at_once(*servers: Server, times: int = AT_ONCE) -> list[httpx.Response]:
    """Ask each of the servers so often, all at the same time."""
    return await asyncio.gather(*(each.ask() for each in servers for _ in range(times)))


def left_of_the_minute(answers: list[httpx.Response]) -> list[int]:
    """Return what each successful answer said was left, the least first."""
    good = [answer for answer in answers if answer.status_code == 200]
    return sorted(int(answer.headers["X-RateLimit-Remaining-Minute"]) for answer in good)


async def test_fifty_requests_at_once_are_counted_one_by_one(
    servers: tuple[Server, Server],
) -> None:
    first, _ = servers
    assert left_of_the_minute(await ask_at_once(first)) == list(range(10, 60))
    answers = await ask_at_once(first)
    assert Counter(answer.status_code for answer in answers) == {200: 10, 429: 40}
    assert left_of_the_minute(answers) == list(range(10))


async def test_two_servers_share_one_budget(servers: tuple[Server, Server]) -> None:
    answers = await ask_at_once(*servers)
    assert Counter(answer.status_code for answer in answers) == {200: 60, 429: 40}
    assert left_of_the_minute(answers) == list(range(60))
    first, second = servers
    assert ((await first.ask()).status_code, (await second.ask()).status_code) == (429, 429)


async def test_a_new_minute_begins_once_for_all_who_find_it(
    servers: tuple[Server, Server],
) -> None:
    await ask_at_once(*servers)
    for server in servers:
        server.clock.turn(60)
    assert left_of_the_minute(await ask_at_once(*servers)) == list(range(60))


async def test_clocks_on_both_sides_of_a_minutes_end_give_one_budget(
    servers: tuple[Server, Server],
) -> None:
    behind, ahead = servers
    behind.clock.turn(59.5)
    ahead.clock.turn(60.5)
    answers = [await server.ask() for _ in range(40) for server in (ahead, behind)]
    assert Counter(answer.status_code for answer in answers) == {200: 60, 429: 20}
    refused = answers[-1]
    assert refused.json()["error"]["reset_at"] == "2026-03-02 12:02:00"
    # By the clock that is behind, the minute that is full has not begun yet.
    assert refused.headers["Retry-After"] == "61"


@pytest.mark.parametrize("seconds", [30, 61, 3600, 86_400 * 400])
async def test_a_clock_set_back_gives_no_second_budget_and_does_not_lock_out_for_long(
    servers: tuple[Server, Server], seconds: float
) -> None:
    server, _ = servers
    server.clock.turn(5)
    await ask_at_once(server)
    assert left_of_the_minute(await ask_at_once(server)) == list(range(10))
    server.clock.turn(-seconds)
    refused = await server.ask()
    wait = int(refused.headers["Retry-After"])
    assert refused.status_code == 429
    assert 0 < wait <= 120
    server.clock.turn(wait)
    assert left_of_the_minute(await ask_at_once(server)) == list(range(10, 60))
