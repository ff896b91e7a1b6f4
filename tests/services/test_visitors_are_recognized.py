"""A session lets its visitor in until it is over, and when it was last seen is kept."""

from datetime import timedelta

import pytest
from sqlalchemy import insert, select

from cronbeats.domain.session import PENDING_LASTS, SESSION_LASTS
from cronbeats.domain.token import hash_token
from cronbeats.services.recognize_visitor import recognize_visitor
from cronbeats.storage.database import Database
from cronbeats.storage.schema import sessions
from tests.support.people import ELSEWHERE, HOME, add_person, knock
from tests.support.turnable_clock import START, TurnableClock


async def seen(db: Database) -> tuple[object, object]:
    async with db.read() as tx:
        row = (await tx.execute(select(sessions))).one()
    return row.last_seen_at, row.address


@pytest.mark.parametrize("token", [None, "", "x", "\0", "ü" * 500, "\ud800"])
async def test_a_token_that_is_none_lets_nobody_in(db: Database, token: str | None) -> None:
    await add_person(db)
    await knock(db)
    assert await recognize_visitor(db, token, HOME, START) is None


async def test_a_session_is_over_after_thirty_days_however_much_it_was_used(db: Database) -> None:
    await add_person(db)
    token = (await knock(db)).session
    for days in (10, 20, 29.99):
        assert await recognize_visitor(db, token, HOME, START + timedelta(days=days))
    assert await recognize_visitor(db, token, HOME, START + SESSION_LASTS) is None


async def test_a_session_that_awaits_a_code_lets_nobody_in(db: Database) -> None:
    user_id = await add_person(db)
    values = {
        "user_id": user_id,
        "token_hash": hash_token("pending"),
        "created_at": START,
        "last_seen_at": START,
        "expires_at": START + PENDING_LASTS,
        "is_pending_code": True,
    }
    async with db.write() as tx:
        await tx.execute(insert(sessions).values(values))
    assert await recognize_visitor(db, "pending", HOME, START) is None


async def test_when_and_where_it_was_seen_is_kept_to_the_minute(db: Database) -> None:
    await add_person(db)
    token, clock = (await knock(db)).session, TurnableClock()
    for _ in range(3):
        assert await recognize_visitor(db, token, ELSEWHERE, clock.turn(19))
    assert await seen(db) == (START, HOME.address)
    assert await recognize_visitor(db, token, ELSEWHERE, clock.turn(3))
    assert await seen(db) == (START + timedelta(seconds=60), ELSEWHERE.address)


async def test_a_clock_that_was_set_back_does_not_hide_that_it_was_seen(db: Database) -> None:
    await add_person(db)
    token = (await knock(db)).session
    back = START - timedelta(days=1)
    assert await recognize_visitor(db, token, HOME, back)
    assert await seen(db) == (back, HOME.address)
