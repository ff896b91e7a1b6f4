"""Whoever knows the password of an account gets a session; nobody learns which accounts exist."""

import asyncio
from dataclasses import replace

import pytest
from sqlalchemy import select, update

from cronbeats.domain.errors import WrongCredentialsError
from cronbeats.domain.session import SESSION_LASTS
from cronbeats.services.recognize_visitor import recognize_visitor
from cronbeats.services.sign_in import Knock, sign_in, sign_out
from cronbeats.storage.database import Database
from cronbeats.storage.password_hashes import HashCosts, PasswordHashes
from cronbeats.storage.schema import known_devices, sessions, users
from tests.support.people import ELSEWHERE, EMAIL, HASHES, HOME, PASSWORD, add_person, knock
from tests.support.turnable_clock import START


async def is_recognized(db: Database, token: str | None) -> bool:
    return await recognize_visitor(db, token, HOME, START) is not None


async def test_the_right_password_begins_a_session(db: Database) -> None:
    user_id = await add_person(db)
    signed_in = await knock(db)
    assert (signed_in.user_id, signed_in.needs_code) == (user_id, False)
    visitor = await recognize_visitor(db, signed_in.session, HOME, START)
    assert visitor is not None
    assert visitor.user.email == EMAIL
    assert visitor.session.client == HOME
    assert visitor.session.expires_at == START + SESSION_LASTS


@pytest.mark.parametrize("email", ["ADA@example.com", " ada@example.com\n"])
async def test_an_address_may_be_typed_in_any_way(db: Database, email: str) -> None:
    await add_person(db)
    await knock(db, email=email)


@pytest.mark.parametrize("email", [EMAIL, "bob@example.com", "", "no address", "a@b\0", "a@\ud800"])
async def test_a_wrong_password_and_an_unknown_address_are_answered_alike(
    db: Database, email: str
) -> None:
    await add_person(db)
    with pytest.raises(WrongCredentialsError) as caught:
        await knock(db, "wrong horse battery", email=email)
    assert str(caught.value) == "E-mail address or password is wrong"


async def test_somebody_without_a_password_cannot_sign_in(db: Database) -> None:
    await add_person(db, password=None)
    for password in ("", "None", PASSWORD):
        with pytest.raises(WrongCredentialsError):
            await knock(db, password)


async def test_only_hashes_of_the_tokens_are_kept(db: Database) -> None:
    await add_person(db)
    signed_in = await knock(db)
    async with db.read() as tx:
        kept = [(await tx.execute(select(each))).all() for each in (sessions, known_devices, users)]
    assert all(len(rows) == 1 for rows in kept)
    for secret in (signed_in.session, signed_in.device or "", PASSWORD):
        assert secret
        assert secret not in str(kept)


async def test_what_is_secret_is_in_no_repr(db: Database) -> None:
    await add_person(db)
    signed_in = await knock(db)
    shown = repr((signed_in, Knock(EMAIL, PASSWORD, HOME, "my-device", "my-session")))
    for secret in (signed_in.session, str(signed_in.device), PASSWORD, "my-device", "my-session"):
        assert secret not in shown


async def test_each_sign_in_has_a_session_of_its_own_and_ends_the_one_before(db: Database) -> None:
    await add_person(db)
    first, elsewhere = await knock(db), await knock(db, client=ELSEWHERE)
    again = await knock(db, session=first.session)
    assert len({first.session, elsewhere.session, again.session}) == 3
    assert not await is_recognized(db, first.session)
    assert await is_recognized(db, elsewhere.session)
    assert await is_recognized(db, again.session)


async def test_nobody_signs_in_to_a_session_that_somebody_else_made_up(db: Database) -> None:
    await add_person(db)
    signed_in = await knock(db, session="planted", device="planted")
    assert signed_in.session != "planted"
    assert signed_in.device != "planted"
    assert not await is_recognized(db, "planted")


async def test_signing_out_ends_the_session_and_no_other(db: Database) -> None:
    await add_person(db)
    one, other = await knock(db), await knock(db)
    await sign_out(db, one.session, HOME, START)
    await sign_out(db, one.session, HOME, START)
    await sign_out(db, "unknown", HOME, START)
    assert not await is_recognized(db, one.session)
    assert await is_recognized(db, other.session)


async def test_a_password_is_hashed_anew_when_the_costs_have_changed(db: Database) -> None:
    await add_person(db)
    dearer = PasswordHashes(HashCosts(passes=2, memory_kib=8, lanes=1))
    for _ in range(2):
        await sign_in(db, dearer, Knock(EMAIL, PASSWORD, HOME), START)
        async with db.read() as tx:
            kept = await tx.scalar(select(users.c.password_hash))
        assert kept is not None
        assert not dearer.is_outdated(kept)


async def test_a_password_that_changes_while_it_is_checked_lets_nobody_in(db: Database) -> None:
    await add_person(db)
    other = await HASHES.make("another horse battery")

    class Slow(PasswordHashes):
        async def check(self, password: str, known: str | None) -> bool:
            is_right = await HASHES.check(password, known)
            async with db.write() as tx:
                await tx.execute(update(users).values(password_hash=other))
            return is_right

        def is_outdated(self, known: str) -> bool:  # noqa: ARG002
            return False

    with pytest.raises(WrongCredentialsError):
        await sign_in(db, Slow(), Knock(EMAIL, PASSWORD, HOME), START)
    await knock(db, "another horse battery")


async def test_many_may_sign_in_at_once(db: Database) -> None:
    await add_person(db)
    await add_person(db, "bob@example.com")
    knocks = [Knock(email, PASSWORD, HOME) for email in (EMAIL, "bob@example.com") * 4]
    signed_in = await asyncio.gather(*(sign_in(db, HASHES, each, START) for each in knocks))
    assert len({each.session for each in signed_in}) == 8


async def test_a_device_keeps_its_token_and_only_the_newest_devices_are_known(db: Database) -> None:
    await add_person(db)
    first = await knock(db)
    assert (await knock(db, device=first.device)).device == first.device
    others = [await knock(db, client=replace(HOME, address=f"192.0.2.{n}")) for n in range(21)]
    assert len({first.device, *(each.device for each in others)}) == 22
    async with db.read() as tx:
        assert len((await tx.execute(select(known_devices))).all()) == 20
