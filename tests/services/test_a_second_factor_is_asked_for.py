"""With a second factor, the password alone lets nobody in; codes work once."""

import asyncio
from datetime import datetime, timedelta

import pyotp
import pytest
from sqlalchemy import select

from cronbeats.domain.audit import AuditAction
from cronbeats.domain.errors import (
    ConflictError,
    InvalidValueError,
    NotFoundError,
    SignInOverError,
    ThrottledError,
    WrongCredentialsError,
)
from cronbeats.domain.session import PENDING_LASTS, SignedIn
from cronbeats.domain.throttle import CODES
from cronbeats.services.manage_second_factor import (
    Proof,
    confirm_second_factor,
    count_recovery_codes,
    offer_second_factor,
    remove_second_factor,
    renew_recovery_codes,
    take_away_second_factor,
)
from cronbeats.services.recognize_visitor import recognize_visitor
from cronbeats.services.seal_secrets import Sealing, seal_secrets
from cronbeats.services.sign_in import Code, confirm_code
from cronbeats.storage.cipher import Cipher
from cronbeats.storage.database import Database
from cronbeats.storage.schema import audit_log, recovery_codes, users
from tests.support.databases import SECRET_KEY
from tests.support.people import EMAIL, HASHES, HOME, PASSWORD, add_person, knock
from tests.support.turnable_clock import START, TurnableClock


async def confirm(
    db: Database, user_id: int, code: str, now: datetime = START, password: str = PASSWORD
) -> tuple[str, ...]:
    """Show the app's code and the password, so that the second factor counts."""
    return await confirm_second_factor(db, HASHES, user_id, Proof(password, code, HOME), now)


class Person:
    """Somebody with a second factor, an app and a clock."""

    def __init__(self, db: Database) -> None:
        self.db = db
        self.clock = TurnableClock()
        self.user_id = 0
        self.app = pyotp.TOTP(pyotp.random_base32())
        self.recovery_codes: tuple[str, ...] = ()

    async def set_up(self) -> None:
        self.user_id = await add_person(self.db)
        self.app = pyotp.TOTP((await offer_second_factor(self.db, self.user_id)).secret)
        self.recovery_codes = await self.confirm(self.code())
        self.clock.turn(30)

    async def confirm(self, code: str) -> tuple[str, ...]:
        return await confirm(self.db, self.user_id, code, self.clock())

    def code(self) -> str:
        return self.app.at(self.clock())

    def wrong_code(self) -> str:
        near = {self.app.at(self.clock(), counter_offset=steps) for steps in (-1, 0, 1)}
        return next(f"{n:06}" for n in range(10) if f"{n:06}" not in near)

    async def show(self, code: str, session: str, device: str | None = None) -> SignedIn:
        return await confirm_code(self.db, Code(session, code, HOME, device), self.clock())

    async def knock(self, device: str | None = None) -> str:
        signed_in = await knock(self.db, device=device, now=self.clock())
        assert signed_in.needs_code
        assert signed_in.device is None
        return signed_in.session

    async def is_recognized(self, session: str) -> bool:
        return await recognize_visitor(self.db, session, HOME, self.clock()) is not None


@pytest.fixture
async def ada(db: Database) -> Person:
    person = Person(db)
    await person.set_up()
    return person


async def test_the_password_alone_lets_nobody_in_and_the_code_does(ada: Person) -> None:
    pending = await ada.knock()
    assert not await ada.is_recognized(pending)
    signed_in = await ada.show(ada.code(), pending)
    assert signed_in.session != pending
    assert signed_in.device is not None
    assert await ada.is_recognized(signed_in.session)
    with pytest.raises(SignInOverError):
        await ada.show(ada.recovery_codes[0], pending)


async def test_a_code_works_once_also_for_many_at_once(ada: Person) -> None:
    pending = [await ada.knock() for _ in range(4)]
    code = ada.code()
    done = await asyncio.gather(*(ada.show(code, each) for each in pending), return_exceptions=True)
    assert sum(isinstance(each, SignedIn) for each in done) == 1
    assert sum(isinstance(each, WrongCredentialsError) for each in done) == 3


async def test_the_code_that_set_it_up_is_used_up(db: Database) -> None:
    ada = Person(db)
    await ada.set_up()
    ada.clock.turn(-30)
    with pytest.raises(WrongCredentialsError):
        await ada.show(ada.code(), await ada.knock())


async def test_each_recovery_code_works_once(ada: Person) -> None:
    for code in ada.recovery_codes[:2]:
        await ada.show(code.lower(), await ada.knock())
        with pytest.raises(WrongCredentialsError):
            await ada.show(code, await ada.knock())
    assert await count_recovery_codes(ada.db, ada.user_id) == 8


async def test_nobody_comes_in_with_the_codes_of_somebody_else(ada: Person) -> None:
    bob = await add_person(ada.db, "bob@example.com")
    app = pyotp.TOTP((await offer_second_factor(ada.db, bob)).secret)
    bobs = await confirm(ada.db, bob, app.at(ada.clock()), ada.clock())
    ada.clock.turn(30)
    for code in (bobs[0], app.at(ada.clock())):
        with pytest.raises(WrongCredentialsError):
            await ada.show(code, await ada.knock())
    assert await count_recovery_codes(ada.db, bob) == 10


async def test_a_code_that_comes_late_is_of_no_use(ada: Person) -> None:
    pending = await ada.knock()
    ada.clock.turn(PENDING_LASTS.total_seconds())
    with pytest.raises(SignInOverError):
        await ada.show(ada.code(), pending)


@pytest.mark.parametrize("session", ["", "x", "\0"])
async def test_a_code_without_the_password_is_of_no_use(ada: Person, session: str) -> None:
    with pytest.raises(SignInOverError):
        await ada.show(ada.code(), session)
    signed_in = await ada.show(ada.code(), await ada.knock())
    ada.clock.turn(30)
    with pytest.raises(SignInOverError):
        await ada.show(ada.code(), signed_in.session)


async def test_codes_are_not_guessed_and_a_known_device_is_not_kept_out(ada: Person) -> None:
    device = (await ada.show(ada.code(), await ada.knock())).device
    ada.clock.turn(30)
    pending = await ada.knock()
    for _ in range(CODES.burst):
        with pytest.raises(WrongCredentialsError):
            await ada.show(ada.wrong_code(), pending)
    with pytest.raises(ThrottledError) as caught:
        await ada.show(ada.code(), pending)
    assert caught.value.retry_after_seconds == CODES.interval.total_seconds()
    await ada.show(ada.code(), await ada.knock(device), device)


async def test_a_wrong_code_sets_nothing_up(db: Database) -> None:
    user_id = await add_person(db)
    offer = await offer_second_factor(db, user_id)
    assert await offer_second_factor(db, user_id) == offer
    with pytest.raises(InvalidValueError) as caught:
        await confirm(db, user_id, "abc")
    assert set(caught.value.errors) == {"code"}
    assert not (await knock(db)).needs_code


async def test_who_finds_a_browser_open_sets_nothing_up(db: Database) -> None:
    user_id = await add_person(db)
    app = pyotp.TOTP((await offer_second_factor(db, user_id)).secret)
    for password in ("", "wrong"):
        with pytest.raises(InvalidValueError) as caught:
            await confirm(db, user_id, app.at(START), password=password)
        assert set(caught.value.errors) == {"password"}
    assert not (await knock(db)).needs_code
    # Who has no password shows none.
    bob = await add_person(db, "bob@example.com", None)
    app = pyotp.TOTP((await offer_second_factor(db, bob)).secret)
    assert await confirm(db, bob, app.at(START), password="")


async def test_what_is_offered_can_be_scanned_and_is_not_shown_in_logs(db: Database) -> None:
    offer = await offer_second_factor(db, await add_person(db))
    assert offer.qr_code.startswith("<svg ")
    assert "style" not in offer.qr_code
    assert len(offer.secret) == 32
    assert repr(offer) == "Offer()"
    assert repr(Proof("p", "c", HOME)) == f"Proof(client={HOME!r})"
    assert repr(Code("s", "c", HOME, "d")) == f"Code(client={HOME!r})"


async def test_there_is_one_second_factor_at_a_time(ada: Person) -> None:
    with pytest.raises(ConflictError):
        await offer_second_factor(ada.db, ada.user_id)
    with pytest.raises(ConflictError):
        await ada.confirm(ada.code())


@pytest.mark.parametrize("shows", ["password", "code", "recovery code"])
async def test_the_password_or_a_code_removes_it(ada: Person, shows: str) -> None:
    proofs = {
        "password": Proof(password=PASSWORD),
        "code": Proof(code=ada.code()),
        "recovery code": Proof(code=ada.recovery_codes[0]),
    }
    await remove_second_factor(ada.db, HASHES, ada.user_id, proofs[shows], ada.clock())
    assert not (await knock(ada.db)).needs_code
    assert await count_recovery_codes(ada.db, ada.user_id) == 0


async def test_without_proof_nothing_is_removed_or_renewed(ada: Person) -> None:
    proofs = {"password": Proof(password="wrong"), "code": Proof(code=ada.wrong_code())}
    for field, proof in proofs.items():
        for change in (remove_second_factor, renew_recovery_codes):
            with pytest.raises(InvalidValueError) as caught:
                await change(ada.db, HASHES, ada.user_id, proof, ada.clock())
            assert set(caught.value.errors) == {field}
    await ada.show(ada.recovery_codes[0], await ada.knock())


async def test_renewed_recovery_codes_replace_the_earlier_ones(ada: Person) -> None:
    proof = Proof(password=PASSWORD)
    new = await renew_recovery_codes(ada.db, HASHES, ada.user_id, proof, ada.clock())
    assert not {*new} & {*ada.recovery_codes}
    with pytest.raises(WrongCredentialsError):
        await ada.show(ada.recovery_codes[0], await ada.knock())
    await ada.show(new[0], await ada.knock())


async def test_an_operator_can_take_it_away(ada: Person) -> None:
    with pytest.raises(NotFoundError):
        await take_away_second_factor(ada.db, "eve@example.com", START)
    await take_away_second_factor(ada.db, "Ada@example.com", START)
    assert not (await knock(ada.db)).needs_code


async def test_secrets_and_codes_are_kept_so_that_nobody_reads_them(ada: Person) -> None:
    async with ada.db.read() as tx:
        kept = [(await tx.execute(select(each))).all() for each in (users, recovery_codes)]
    assert len(kept[1]) == 10
    for secret in (ada.app.secret, *ada.recovery_codes):
        assert secret not in str(kept)


async def test_its_secret_moves_to_a_new_key_and_recovery_codes_outlive_all_keys(
    ada: Person, database_url: str
) -> None:
    new = "a-new-made-up-key-" * 3
    both = Database(database_url, cipher=Cipher([new, SECRET_KEY]))
    assert await seal_secrets(both) == Sealing(0, 0, 1, 0)
    assert await seal_secrets(both) == Sealing(0, 0, 0, 0)
    moved, lost = (Database(database_url, cipher=Cipher([key])) for key in (new, "k" * 32))
    assert await seal_secrets(lost) == Sealing(0, 0, 0, 1)
    ada.db = lost
    with pytest.raises(WrongCredentialsError):
        await ada.show(ada.code(), await ada.knock())
    await ada.show(ada.recovery_codes[0], await ada.knock())
    ada.db = moved
    await ada.show(ada.code(), await ada.knock())
    for db in (both, moved, lost):
        await db.close()


async def test_what_people_do_with_their_accounts_is_written_down(ada: Person) -> None:
    await ada.show(ada.code(), await ada.knock())
    proof = Proof(password=PASSWORD, client=HOME)
    await remove_second_factor(ada.db, HASHES, ada.user_id, proof, ada.clock())
    async with ada.db.read() as tx:
        rows = (await tx.execute(select(audit_log).order_by(audit_log.c.id))).all()
    assert [row.action for row in rows] == [
        AuditAction.USER_SECOND_FACTOR_ADDED,
        AuditAction.USER_SIGNED_IN,
        AuditAction.USER_SECOND_FACTOR_REMOVED,
    ]
    assert {(row.actor_name, row.address, row.target_name) for row in rows} == {
        (EMAIL, HOME.address, EMAIL)
    }


def test_a_pending_sign_in_is_short() -> None:
    assert timedelta(minutes=10) == PENDING_LASTS
