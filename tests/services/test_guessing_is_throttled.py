"""Guessing is bounded, by account and address; no stranger can keep an account's people out."""

import asyncio
from itertools import count

import pytest

from cronbeats.domain.errors import ThrottledError, WrongCredentialsError
from cronbeats.domain.session import Client
from cronbeats.domain.throttle import BY_ACCOUNT, BY_ADDRESS, BY_ADDRESS_AND_ACCOUNT, BY_DEVICE
from cronbeats.storage.database import Database
from tests.support.databases import CIPHER
from tests.support.people import EMAIL, HOME, PASSWORD, add_person, knock
from tests.support.turnable_clock import START, TurnableClock

WRONG = "wrong horse battery"
NUMBERS = count(1)


def new_address() -> Client:
    number = next(NUMBERS)
    return Client(f"198.51.{number // 250}.{number % 250}")


async def guess(db: Database, clock: TurnableClock, **how: object) -> int:
    """Try a wrong password; return the seconds to wait, 0 if it was looked at."""
    try:
        await knock(db, WRONG, now=clock(), **how)  # type: ignore[arg-type]
    except WrongCredentialsError:
        return 0
    except ThrottledError as error:
        return error.retry_after_seconds
    raise AssertionError("a wrong password let somebody in")


async def guess_until_throttled(db: Database, clock: TurnableClock, **how: object) -> int:
    """Guess on; return how many guesses were looked at."""
    for number in count():
        if await guess(db, clock, **how):
            return number
    raise AssertionError("endless")


@pytest.mark.parametrize("email", [EMAIL, "nobody@example.com"])
async def test_an_address_has_few_guesses_at_one_account(db: Database, email: str) -> None:
    await add_person(db)
    clock = TurnableClock()
    looked_at = await guess_until_throttled(db, clock, email=email)
    assert looked_at == BY_ADDRESS_AND_ACCOUNT.burst
    assert await guess(db, clock, email=email) == 60
    clock.turn(59)
    assert await guess(db, clock, email=email) == 1
    clock.turn(1)
    assert await guess_until_throttled(db, clock, email=email) == 1


async def test_even_the_right_password_waits_then(db: Database) -> None:
    await add_person(db)
    clock = TurnableClock()
    await guess_until_throttled(db, clock)
    with pytest.raises(ThrottledError) as caught:
        await knock(db, now=clock())
    assert caught.value.retry_after_seconds == 60
    assert PASSWORD not in str(caught.value)
    await knock(db, now=clock.turn(60))


async def test_an_address_has_few_guesses_at_all_accounts_together(db: Database) -> None:
    clock = TurnableClock()
    looked_at = 0
    for number in range(BY_ADDRESS.burst + 5):
        looked_at += await guess(db, clock, email=f"{number}@example.com") == 0
    assert looked_at == BY_ADDRESS.burst
    assert await guess(db, clock, email="else@example.com", client=new_address()) == 0


async def test_many_addresses_together_have_few_guesses_at_one_account(db: Database) -> None:
    await add_person(db)
    clock = TurnableClock()
    waits = [await guess(db, clock, client=new_address()) for _ in range(BY_ACCOUNT.burst + 3)]
    assert waits == [0] * BY_ACCOUNT.burst + [180] * 3


async def test_whoever_signed_in_before_passes_however_many_strangers_guess(db: Database) -> None:
    await add_person(db)
    clock = TurnableClock()
    device = (await knock(db)).device
    await guess_until_throttled(db, clock, client=HOME)
    for _ in range(BY_ACCOUNT.burst):
        await guess(db, clock, client=new_address())
    for number in range(BY_ADDRESS.burst):
        await guess(db, clock, email=f"{number}@example.com", client=HOME)
    with pytest.raises(ThrottledError):
        await knock(db, client=HOME)
    for _ in range(20):
        assert (await knock(db, client=HOME, device=device)).device == device


async def test_a_device_that_is_known_has_few_guesses_too(db: Database) -> None:
    await add_person(db)
    clock = TurnableClock()
    device = (await knock(db)).device
    looked_at = 0
    for _ in range(BY_DEVICE.burst + 3):
        looked_at += await guess(db, clock, client=new_address(), device=device) == 0
    assert looked_at == BY_DEVICE.burst
    assert await guess(db, clock, client=new_address(), device=device) == 60


async def test_a_device_that_knows_one_account_is_a_stranger_to_others(db: Database) -> None:
    await add_person(db)
    await add_person(db, "bob@example.com")
    clock = TurnableClock()
    device = (await knock(db)).device
    how = {"email": "bob@example.com", "device": device}
    assert await guess_until_throttled(db, clock, **how) == BY_ADDRESS_AND_ACCOUNT.burst
    assert await guess(db, clock, email="bob@example.com") > 0


async def test_what_was_no_guess_does_not_count(db: Database) -> None:
    await add_person(db)
    for _ in range(BY_ADDRESS.burst + 5):
        await knock(db)
    # And to sign in to one's own account now and then gives no more guesses at others.
    clock = TurnableClock()
    looked_at = 0
    for _ in range(BY_ADDRESS_AND_ACCOUNT.burst + 3):
        looked_at += await guess(db, clock, email="bob@example.com") == 0
        await knock(db, now=clock())
    assert looked_at == BY_ADDRESS_AND_ACCOUNT.burst


async def test_many_processes_share_one_bound(db: Database, database_url: str) -> None:
    await add_person(db)
    clock = TurnableClock()
    others = [Database(database_url, cipher=CIPHER) for _ in range(2)]
    guesses = [guess(each, clock) for each in (db, *others) for _ in range(8)]
    waits = await asyncio.gather(*guesses)
    assert waits.count(0) == BY_ADDRESS_AND_ACCOUNT.burst
    for other in others:
        await other.close()


async def test_a_clock_that_was_set_back_neither_locks_out_nor_opens(db: Database) -> None:
    await add_person(db)
    clock = TurnableClock(START)
    await guess_until_throttled(db, clock)
    clock.turn(-86_400)
    # One, and then those that come back, of the bound that is slowest.
    assert await guess_until_throttled(db, clock) == 1
    assert await guess(db, clock) == 180
    await knock(db, now=clock.turn(180))
