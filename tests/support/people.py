"""People who sign in, at hashing costs that keep no test waiting."""

from datetime import datetime

from cronbeats.domain import audit
from cronbeats.domain.audit import Actor
from cronbeats.domain.session import Client, SignedIn
from cronbeats.services.sign_in import Knock, sign_in
from cronbeats.storage import users
from cronbeats.storage.database import Database
from cronbeats.storage.password_hashes import HashCosts, PasswordHashes
from tests.support.turnable_clock import START

HASHES = PasswordHashes(HashCosts(passes=1, memory_kib=8, lanes=1))
EMAIL = "ada@example.com"
PASSWORD = "correct horse battery"
HOME = Client("192.0.2.1", "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Firefox/140.0")
ELSEWHERE = Client("198.51.100.7", "curl/8.14.1")


async def add_person(
    db: Database, email: str = EMAIL, password: str | None = PASSWORD, now: datetime = START
) -> int:
    """Make a person with a password, or without one, and return the id."""
    kept = None if password is None else await HASHES.make(password)
    async with db.write() as tx:
        user_id = await users.add(tx, email, now)
        if kept is not None:
            await users.set_password(tx, user_id, kept)
    return user_id


async def knock(
    db: Database,
    password: str = PASSWORD,
    *,
    email: str = EMAIL,
    client: Client = HOME,
    device: str | None = None,
    session: str | None = None,
    now: datetime = START,
) -> SignedIn:
    """Try to sign in."""
    return await sign_in(db, HASHES, Knock(email, password, client, device, session), now)


def person(user_id: int, email: str = EMAIL, address: str | None = None) -> Actor:
    """Return a person as somebody who does something."""
    return audit.person(user_id, email, address)
