"""Passwords are hashed with Argon2id, and to find that there is none takes as long."""

import asyncio

import pytest

from cronbeats.storage.password_hashes import HashCosts, PasswordHashes
from tests.support.people import HASHES, PASSWORD


async def test_a_password_is_known_again_and_another_is_not() -> None:
    kept = await HASHES.make(PASSWORD)
    assert await HASHES.check(PASSWORD, kept)
    assert not await HASHES.check(PASSWORD + " ", kept)
    assert not await HASHES.check("", kept)


async def test_what_is_kept_differs_each_time_and_holds_no_password() -> None:
    kept = {await HASHES.make(PASSWORD) for _ in range(3)}
    assert len(kept) == 3
    assert not any(PASSWORD in each for each in kept)
    assert all(each.startswith("$argon2id$") and len(each) <= 200 for each in kept)


async def test_nothing_matches_where_no_password_is_kept() -> None:
    assert not await HASHES.check(PASSWORD, None)
    assert not await HASHES.check("nobody", None)
    assert not await HASHES.check(PASSWORD, "not a hash")


async def test_an_endless_password_is_not_even_compared() -> None:
    endless = "x" * 300
    assert not await HASHES.check(endless, await HASHES.make(endless))


@pytest.mark.parametrize("typed", ["pa\u0308sswort genug", "p\u00e4sswort genug"])
async def test_it_does_not_matter_how_an_accent_was_typed(typed: str) -> None:
    assert await HASHES.check(typed, await HASHES.make("p\u00e4sswort genug"))


async def test_even_half_a_character_can_be_hashed() -> None:
    assert await HASHES.check("\ud800 half a pair", await HASHES.make("\ud800 half a pair"))


async def test_what_was_made_at_other_costs_is_outdated() -> None:
    kept = await HASHES.make(PASSWORD)
    dearer = PasswordHashes(HashCosts(passes=2, memory_kib=8, lanes=1))
    assert not HASHES.is_outdated(kept)
    assert dearer.is_outdated(kept)
    assert await dearer.check(PASSWORD, kept)


async def test_the_usual_costs_are_those_of_the_standard() -> None:
    kept = await PasswordHashes().make(PASSWORD)
    assert kept.startswith("$argon2id$v=19$m=65536,t=3,p=4$")


async def test_everything_else_goes_on_while_passwords_are_hashed() -> None:
    dear = PasswordHashes(HashCosts(passes=4, memory_kib=65_536, lanes=1))
    hashing = asyncio.create_task(dear.make(PASSWORD))
    turns = 0
    while not hashing.done():
        await asyncio.sleep(0.001)
        turns += 1
    assert turns > 3
