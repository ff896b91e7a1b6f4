"""A link by mail, or from the command line, sets a new password once and ends all sessions."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select, update
from structlog.testing import capture_logs

from cronbeats.domain.delivery import Unreachable
from cronbeats.domain.errors import (
    InvalidValueError,
    LinkGoneError,
    NotFoundError,
    ThrottledError,
    WrongCredentialsError,
)
from cronbeats.domain.one_time_link import HANDED_RESET_LASTS, RESET_LASTS
from cronbeats.domain.session import SignedIn
from cronbeats.domain.throttle import BY_ADDRESS, LETTERS
from cronbeats.services.recognize_visitor import recognize_visitor
from cronbeats.services.recover_accounts import (
    NewPassword,
    ask_for_reset,
    check_reset,
    make_reset_link,
    reset_password,
    send_reset,
)
from cronbeats.storage.database import Database
from cronbeats.storage.schema import one_time_links, users
from tests.support.people import ELSEWHERE, EMAIL, HASHES, HOME, PASSWORD, add_person, knock
from tests.support.recording_postman import RecordingPostman
from tests.support.turnable_clock import START, TurnableClock

URL = "https://beats.example.com"
NEW_PASSWORD = "another horse battery"


async def send(db: Database, postman: RecordingPostman, email: str = EMAIL) -> None:
    await send_reset(db, postman, email, URL, START)


async def link(db: Database) -> str:
    return await make_reset_link(db, EMAIL, START)


async def reset(
    db: Database, token: str, password: str = NEW_PASSWORD, after: timedelta = timedelta()
) -> SignedIn:
    return await reset_password(db, HASHES, NewPassword(token, password, HOME), START + after)


async def test_the_letter_says_what_it_is_for_and_its_link_sets_a_password(db: Database) -> None:
    user_id, postman = await add_person(db), RecordingPostman()
    await send(db, postman, " ADA@example.com")
    [letter] = postman.letters
    assert letter.to == EMAIL
    assert f"{URL}/reset/" in letter.text
    assert "60 minutes" in letter.text
    token = postman.token()
    assert (await check_reset(db, token, START)).email == EMAIL
    signed_in = await reset(db, token)
    assert (signed_in.user_id, signed_in.needs_code) == (user_id, False)
    assert await recognize_visitor(db, signed_in.session, HOME, START)
    await knock(db, NEW_PASSWORD)
    with pytest.raises(WrongCredentialsError):
        await knock(db, PASSWORD)


@pytest.mark.parametrize("email", ["nobody@example.com", "", "no address", "a@b\0", "a@\ud800"])
async def test_who_has_no_account_gets_no_letter_and_no_other_answer(
    db: Database, email: str
) -> None:
    await add_person(db)
    postman = RecordingPostman()
    await send(db, postman, email)
    assert postman.letters == []


async def test_a_link_works_once_and_voids_all_others(db: Database) -> None:
    await add_person(db)
    one, other = await link(db), await link(db)
    await reset(db, one)
    for token in (one, other):
        with pytest.raises(LinkGoneError):
            await check_reset(db, token, START)
        with pytest.raises(LinkGoneError):
            await reset(db, token)


async def test_a_link_of_one_person_leaves_those_of_others_alone(db: Database) -> None:
    await add_person(db)
    await add_person(db, "bob@example.com")
    mine, bobs = await link(db), await make_reset_link(db, "bob@example.com", START)
    bobs_session = (await knock(db, email="bob@example.com")).session
    await reset(db, mine)
    assert (await check_reset(db, bobs, START)).email == "bob@example.com"
    assert await recognize_visitor(db, bobs_session, HOME, START)


async def test_of_many_who_use_a_link_at_once_one_sets_the_password(db: Database) -> None:
    await add_person(db)
    token = await link(db)
    passwords = [f"{n} horses battery" for n in range(5)]
    done = await asyncio.gather(
        *(reset(db, token, password) for password in passwords), return_exceptions=True
    )
    [winner] = [n for n, each in enumerate(done) if isinstance(each, SignedIn)]
    assert sum(isinstance(each, LinkGoneError) for each in done) == 4
    await knock(db, passwords[winner])


async def test_a_reset_ends_every_session(db: Database) -> None:
    await add_person(db)
    before = [(await knock(db)).session, (await knock(db, client=ELSEWHERE)).session]
    await reset(db, await link(db))
    for session in before:
        assert await recognize_visitor(db, session, HOME, START) is None


async def test_links_end_by_themselves(db: Database) -> None:
    await add_person(db)
    postman = RecordingPostman()
    await send(db, postman)
    for token, lasts in ((postman.token(), RESET_LASTS), (await link(db), HANDED_RESET_LASTS)):
        await check_reset(db, token, START + lasts - timedelta(seconds=1))
        for use in (check_reset(db, token, START + lasts), reset(db, token, after=lasts)):
            with pytest.raises(LinkGoneError):
                await use


@pytest.mark.parametrize("token", ["", "x", "\0", "\ud800"])
async def test_no_other_token_sets_a_password(db: Database, token: str) -> None:
    await add_person(db)
    await link(db)
    with pytest.raises(LinkGoneError):
        await reset(db, token)


async def test_a_bad_password_is_refused_and_the_link_still_works(db: Database) -> None:
    await add_person(db)
    token = await link(db)
    for bad in ("short", EMAIL, "password123"):
        with pytest.raises(InvalidValueError) as caught:
            await reset(db, token, bad)
        assert set(caught.value.errors) == {"password"}
    await reset(db, token)


async def test_a_second_factor_still_holds(db: Database) -> None:
    await add_person(db)
    async with db.write() as tx:
        await tx.execute(update(users).values(totp_confirmed_at=START))
    signed_in = await reset(db, await link(db))
    assert signed_in.needs_code
    assert signed_in.device is None
    assert await recognize_visitor(db, signed_in.session, HOME, START) is None


async def test_whoever_has_no_password_yet_sets_the_first_one(db: Database) -> None:
    await add_person(db, password=None)
    await reset(db, await link(db))
    await knock(db, NEW_PASSWORD)


async def test_there_is_no_link_for_nobody(db: Database) -> None:
    with pytest.raises(NotFoundError):
        await link(db)


async def test_an_account_gets_few_letters_however_many_are_asked_for(db: Database) -> None:
    await add_person(db)
    postman, clock = RecordingPostman(), TurnableClock()
    for _ in range(LETTERS.burst + 3):
        await send_reset(db, postman, EMAIL, URL, clock())
    assert len(postman.letters) == LETTERS.burst
    await send_reset(db, postman, EMAIL, URL, clock.turn(LETTERS.interval.total_seconds()))
    assert len(postman.letters) == LETTERS.burst + 1


async def test_an_address_can_ask_for_few_letters(db: Database) -> None:
    for _ in range(BY_ADDRESS.burst):
        await ask_for_reset(db, HOME, START)
    with pytest.raises(ThrottledError) as caught:
        await ask_for_reset(db, HOME, START)
    assert caught.value.retry_after_seconds == BY_ADDRESS.interval.total_seconds()
    await ask_for_reset(db, ELSEWHERE, START)


async def test_a_letter_that_cannot_be_sent_is_logged_without_its_link(db: Database) -> None:
    user_id = await add_person(db)

    class Echoing(RecordingPostman):
        async def post(self, letter):  # type: ignore[no-untyped-def]
            await super().post(letter)
            return Unreachable(f"The mail server answered 451: {self.token()}")

    postman = Echoing()
    with capture_logs() as logs:
        await send(db, postman)
    [logged] = logs
    assert (logged["event"], logged["user_id"]) == ("reset_link_not_sent", user_id)
    assert postman.token() not in str(logged)
    assert EMAIL not in str(logged)


async def test_neither_token_nor_password_is_kept_or_shown(db: Database) -> None:
    await add_person(db)
    postman = RecordingPostman()
    await send(db, postman)
    token = postman.token()
    async with db.read() as tx:
        kept = (await tx.execute(select(one_time_links))).all()
    shown = repr((postman.letters, NewPassword(token, NEW_PASSWORD, HOME)))
    for secret in (token, NEW_PASSWORD):
        assert secret not in str(kept)
        assert secret not in shown
