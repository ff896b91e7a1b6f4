"""People choose their name, time zone and password, and see and end their sessions."""

import asyncio
from datetime import timedelta

import pytest

from cronbeats.domain.errors import (
    InvalidValueError,
    NotFoundError,
    ThrottledError,
    WrongCredentialsError,
)
from cronbeats.domain.session import MOST_SESSIONS, SESSION_LASTS
from cronbeats.domain.throttle import BY_DEVICE
from cronbeats.services.manage_account import PasswordChange, change_password, change_profile
from cronbeats.services.manage_sessions import browse_sessions, end_other_sessions, end_session
from cronbeats.services.recognize_visitor import recognize_visitor
from cronbeats.storage import sessions
from cronbeats.storage.database import Database
from tests.support.people import ELSEWHERE, HASHES, HOME, PASSWORD, add_person, knock, person
from tests.support.turnable_clock import START, TurnableClock

NEW_PASSWORD = "another horse battery"


async def session_id_of(db: Database, token: str) -> int:
    visitor = await recognize_visitor(db, token, HOME, START)
    assert visitor is not None
    return visitor.session.id


async def is_open(db: Database, token: str) -> bool:
    return await recognize_visitor(db, token, HOME, START) is not None


async def test_a_person_chooses_a_name_and_a_time_zone(db: Database) -> None:
    user_id = await add_person(db)
    user = await change_profile(
        db, " Ada Lovelace ", " Europe/Berlin ", by=person(user_id), now=START
    )
    assert (user.shown_name, user.timezone) == ("Ada Lovelace", "Europe/Berlin")
    user = await change_profile(db, "", "", by=person(user_id), now=START)
    assert (user.name, user.timezone) == (None, None)


async def test_what_is_wrong_with_both_is_told_at_once(db: Database) -> None:
    user_id = await add_person(db)
    await change_profile(db, "Ada", "UTC", by=person(user_id), now=START)
    with pytest.raises(InvalidValueError) as caught:
        await change_profile(db, "a\nb", "Europe/../etc", by=person(user_id), now=START)
    assert set(caught.value.errors) == {"name", "timezone"}
    visitor = await recognize_visitor(db, (await knock(db)).session, HOME, START)
    assert visitor is not None
    assert visitor.user.name == "Ada"


async def test_a_new_password_ends_all_sessions_and_begins_one(db: Database) -> None:
    user_id = await add_person(db)
    here, there = await knock(db), await knock(db, client=ELSEWHERE)
    change = PasswordChange(PASSWORD, NEW_PASSWORD, HOME, here.device)
    renewed = await change_password(db, HASHES, user_id, change, START)
    assert not await is_open(db, here.session)
    assert not await is_open(db, there.session)
    assert renewed is not None
    assert await is_open(db, renewed.session)
    assert renewed.device == here.device
    await knock(db, NEW_PASSWORD)
    with pytest.raises(WrongCredentialsError):
        await knock(db, PASSWORD)


@pytest.mark.parametrize(
    ("old", "new", "field"), [("wrong", NEW_PASSWORD, "old"), (PASSWORD, "short", "new")]
)
async def test_a_password_that_may_not_be_changed_changes_nothing(
    db: Database, old: str, new: str, field: str
) -> None:
    user_id = await add_person(db)
    session = (await knock(db)).session
    with pytest.raises(InvalidValueError) as caught:
        await change_password(db, HASHES, user_id, PasswordChange(old, new), START)
    assert set(caught.value.errors) == {field}
    assert await is_open(db, session)
    await knock(db, PASSWORD)


async def test_of_changes_at_the_same_time_one_counts_and_none_fails_oddly(db: Database) -> None:
    user_id = await add_person(db)
    changes = [PasswordChange(PASSWORD, f"{NEW_PASSWORD} {number}") for number in range(8)]
    ended = await asyncio.gather(
        *(change_password(db, HASHES, user_id, each, START) for each in changes),
        return_exceptions=True,
    )
    assert [isinstance(each, InvalidValueError) for each in ended].count(False) == 1, ended


async def test_whoever_sits_at_an_open_session_has_few_guesses(db: Database) -> None:
    user_id, clock = await add_person(db), TurnableClock()
    wrong = PasswordChange("wrong", NEW_PASSWORD)
    for _ in range(BY_DEVICE.burst):
        with pytest.raises(InvalidValueError):
            await change_password(db, HASHES, user_id, wrong, clock())
    right = PasswordChange(PASSWORD, NEW_PASSWORD)
    with pytest.raises(ThrottledError):
        await change_password(db, HASHES, user_id, right, clock())
    await change_password(db, HASHES, user_id, right, clock.turn(60))
    # Who signs in meanwhile is not kept from it.
    await knock(db, NEW_PASSWORD)


def test_neither_password_is_shown() -> None:
    shown = repr(PasswordChange(PASSWORD, NEW_PASSWORD, HOME, "my-device"))
    assert not any(secret in shown for secret in (PASSWORD, NEW_PASSWORD, "my-device"))


async def test_sessions_are_listed_with_where_and_when_they_were_seen(db: Database) -> None:
    user_id = await add_person(db)
    await add_person(db, "bob@example.com")
    await knock(db)
    later = START + timedelta(minutes=5)
    await knock(db, client=ELSEWHERE, now=later)
    await knock(db, email="bob@example.com")
    newest, oldest = await browse_sessions(db, user_id, later)
    assert (newest.client, newest.created_at) == (ELSEWHERE, later)
    assert (oldest.client, oldest.last_seen_at) == (HOME, START)
    assert len(await browse_sessions(db, user_id, START + SESSION_LASTS)) == 1


async def test_a_program_that_signs_in_again_and_again_leaves_few_sessions(db: Database) -> None:
    user_id, clock = await add_person(db), TurnableClock()
    begun = [await knock(db, now=clock.turn(1)) for _ in range(MOST_SESSIONS + 2)]
    assert not await is_open(db, begun[1].session)
    assert await is_open(db, begun[2].session)
    assert len(await browse_sessions(db, user_id, clock())) == MOST_SESSIONS
    # Whoever knows the password, and not the second factor, pushes out nobody who is in.
    async with db.write() as tx:
        for _ in range(MOST_SESSIONS + 1):
            await sessions.begin(tx, user_id, HOME, clock.turn(1), is_pending_code=True)
    assert len(await browse_sessions(db, user_id, clock())) == MOST_SESSIONS


async def test_one_session_is_ended_and_only_by_its_person(db: Database) -> None:
    user_id = await add_person(db)
    bob = await add_person(db, "bob@example.com")
    here, there = await knock(db), await knock(db, client=ELSEWHERE)
    session_id = await session_id_of(db, there.session)
    with pytest.raises(NotFoundError):
        await end_session(db, session_id, by=person(bob), now=START)
    assert await is_open(db, there.session)
    await end_session(db, session_id, by=person(user_id), now=START)
    assert not await is_open(db, there.session)
    assert await is_open(db, here.session)
    with pytest.raises(NotFoundError):
        await end_session(db, session_id, by=person(user_id), now=START)


async def test_all_other_sessions_are_ended_at_once(db: Database) -> None:
    user_id = await add_person(db)
    await add_person(db, "bob@example.com")
    here, *others = [await knock(db) for _ in range(3)]
    bobs = await knock(db, email="bob@example.com")
    assert (
        await end_other_sessions(
            db, await session_id_of(db, here.session), by=person(user_id), now=START
        )
        == 2
    )
    assert await is_open(db, here.session)
    assert await is_open(db, bobs.session)
    assert not any([await is_open(db, other.session) for other in others])
