"""A wrong password and an unknown address get one answer, after the like work."""

import time

from cronbeats.domain.errors import WrongCredentialsError
from cronbeats.services.sign_in import Knock, sign_in
from cronbeats.storage import users
from cronbeats.storage.database import Database
from cronbeats.storage.password_hashes import HashCosts, PasswordHashes
from tests.support.people import EMAIL, PASSWORD, add_person
from tests.support.turnable_clock import START, TurnableClock

# So dear that all other work hardly counts.
HASHES = PasswordHashes(HashCosts(passes=2, memory_kib=32_768, lanes=1))
NOBODY, WITHOUT_PASSWORD = "nobody@example.com", "bob@example.com"


async def seconds(db: Database, email: str, password: str, clock: TurnableClock) -> float:
    begun = time.process_time()
    try:
        await sign_in(db, HASHES, Knock(email, password), clock.turn(60))
    except WrongCredentialsError as error:
        assert str(error) == "E-mail address or password is wrong"  # noqa: PT017 - all are alike
    return time.process_time() - begun


async def test_each_takes_as_long_as_the_other(db: Database) -> None:
    user_id = await add_person(db, password=None)
    await add_person(db, WITHOUT_PASSWORD, password=None)
    async with db.write() as tx:
        await users.set_password(tx, user_id, await HASHES.make(PASSWORD))
    clock = TurnableClock(START)
    cases = [(EMAIL, "wrong horse"), (NOBODY, "wrong horse"), (WITHOUT_PASSWORD, "x"), (NOBODY, "")]
    await seconds(db, NOBODY, "", clock)
    # What this process works, in all its threads; whatever else the machine does is not in it.
    quickest = [min([await seconds(db, *case, clock) for _ in range(3)]) for case in cases]
    assert max(quickest) < 2 * min(quickest), quickest
