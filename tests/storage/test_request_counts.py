"""A workspace's requests are counted in one row, whose limit many at once cannot exceed."""

import asyncio
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select, text, update

from cronbeats.domain.errors import UnavailableError
from cronbeats.domain.rate_limit import RateLimits, Usage, usage_at
from cronbeats.services.count_requests import count_request
from cronbeats.services.set_up import set_up
from cronbeats.storage import request_counts
from cronbeats.storage.database import Database
from cronbeats.storage.schema import request_counts as table
from tests.support.turnable_clock import START

LIMITS = RateLimits(per_minute=60, per_day=20_000)
MIDNIGHT = START.replace(hour=0)


@pytest.fixture
async def workspace_id(db: Database) -> int:
    return (await set_up(db, "Home", "ada@example.com", START)).workspace_id


async def count(
    db: Database, workspace_id: int, seen: Usage | None, now: datetime, limits: RateLimits = LIMITS
) -> Usage | None:
    return await request_counts.count(db, workspace_id, seen, usage_at(seen, now), limits)


async def stored(db: Database, workspace_id: int) -> Usage | None:
    async with db.read() as tx:
        return await request_counts.get(tx, workspace_id)


async def test_each_request_adds_one_to_both_windows(db: Database, workspace_id: int) -> None:
    assert await stored(db, workspace_id) is None
    first = await count(db, workspace_id, None, START)
    assert first == Usage(START, 1, MIDNIGHT, 1)
    second = await count(db, workspace_id, first, START + timedelta(seconds=59))
    assert second == Usage(START, 2, MIDNIGHT, 2)
    minute = START + timedelta(minutes=1)
    third = await count(db, workspace_id, second, minute)
    assert third == Usage(minute, 1, MIDNIGHT, 3)
    day = MIDNIGHT + timedelta(days=1)
    fourth = await count(db, workspace_id, third, day)
    assert fourth == await stored(db, workspace_id) == Usage(day, 1, day, 1)


@pytest.mark.parametrize("limits", [RateLimits(2, 20_000), RateLimits(60, 2)])
async def test_nothing_is_counted_where_there_is_no_room(
    db: Database, workspace_id: int, limits: RateLimits
) -> None:
    seen = await count(db, workspace_id, None, START)
    assert await count(db, workspace_id, seen, START, limits) == Usage(START, 2, MIDNIGHT, 2)
    # Whoever has seen the row long ago is refused, too.
    assert await count(db, workspace_id, seen, START, limits) is None
    assert await stored(db, workspace_id) == Usage(START, 2, MIDNIGHT, 2)


async def test_nothing_is_counted_by_who_has_not_seen_the_windows_at_hand(
    db: Database, workspace_id: int
) -> None:
    seen = await count(db, workspace_id, None, START)
    minute = START + timedelta(minutes=1)
    assert await count(db, workspace_id, seen, minute) == Usage(minute, 1, MIDNIGHT, 2)
    for stale in (seen, None):
        assert await count(db, workspace_id, stale, minute) is None
    assert await stored(db, workspace_id) == Usage(minute, 1, MIDNIGHT, 2)


async def test_a_workspace_has_one_row_however_much_it_asks(
    db: Database, workspace_id: int
) -> None:
    other = (await set_up(db, "Elsewhere", "eve@example.com", START)).workspace_id
    for minutes in range(5):
        now = START + timedelta(minutes=minutes, days=minutes)
        for each in (workspace_id, other):
            await count_request(db, each, None, LIMITS, now)
    async with db.read() as tx:
        assert await tx.scalar(select(func.count()).select_from(table)) == 2


async def test_a_window_takes_exactly_its_limit_from_many_at_once(
    db: Database, database_url: str, workspace_id: int
) -> None:
    others = [Database(database_url, pool_size=3) for _ in range(3)]
    for minutes in range(3):
        seen = await stored(db, workspace_id)
        now = START + timedelta(minutes=minutes)
        counted = await asyncio.gather(
            *(
                count_request(each, workspace_id, seen, RateLimits(20, 50), now)
                for each in (db, *others)
                for _ in range(10)
            )
        )
        granted = [each for each in counted if each.refused_by is None]
        expected = 20 if minutes < 2 else 10
        assert sorted(each.allowance.day.remaining for each in granted) == [
            50 - 20 * minutes - number for number in range(expected, 0, -1)
        ]
    for each in others:
        await each.close()


async def test_a_light_write_is_seen_by_all_and_waits_for_no_disk(
    db: Database, database_url: str, workspace_id: int
) -> None:
    other = Database(database_url)
    async with db.write_lightly() as tx:
        await tx.execute(text("UPDATE workspaces SET name = 'Abroad'"))
        async with other.write() as second:
            # It is committed, and holds nobody up, although the block goes on.
            assert await second.scalar(text("SELECT name FROM workspaces")) == "Abroad"
            await second.execute(text("UPDATE workspaces SET name = 'Away'"))
        assert await tx.scalar(text("SELECT name FROM workspaces")) == "Away"
    await other.close()


async def test_what_must_be_durable_is_so_after_light_writes(sqlite_database_url: str) -> None:
    db = Database(sqlite_database_url)
    for _ in range(2):
        async with db.write_lightly() as tx:
            assert await tx.scalar(text("PRAGMA synchronous")) == 1
        async with db.write() as tx:
            assert await tx.scalar(text("PRAGMA synchronous")) == 2
            assert tx.sync_connection is not None
            await tx.execute(update(table).values(minute_count=1))
    await db.close()


async def test_a_light_write_that_cannot_be_made_is_told_as_all_others() -> None:
    missing = Database("sqlite:////nonexistent/directory/cronbeats.db")
    with pytest.raises(UnavailableError):
        await count_request(missing, 1, None, LIMITS, START)
    await missing.close()
