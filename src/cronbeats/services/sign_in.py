"""Sign in: from an address and a password to a session, and out again."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from cronbeats.domain.account import explain_bad_email, fold_email
from cronbeats.domain.errors import ThrottledError, WrongCredentialsError
from cronbeats.domain.session import Client, SignedIn
from cronbeats.domain.throttle import Subjects, subjects_of_try
from cronbeats.storage import known_devices, sessions, sign_in_tries, users
from cronbeats.storage.database import Database, Transaction
from cronbeats.storage.password_hashes import PasswordHashes
from cronbeats.storage.users import Credentials

_WRONG = "E-mail address or password is wrong"


@dataclass(frozen=True, slots=True)
class Knock:
    """What somebody shows who wants to sign in, and from where.

    `device` is the token that the browser got when it last signed in, `session` that of the session
    it may still have, which ends: nobody signs in to a session that somebody else may know.
    """

    email: str
    password: str = field(repr=False)
    client: Client = field(default_factory=Client)
    device: str | None = field(default=None, repr=False)
    session: str | None = field(default=None, repr=False)


async def sign_in(db: Database, hashes: PasswordHashes, knock: Knock, now: datetime) -> SignedIn:
    """Begin a session for whoever knows the password of an account.

    Raises WrongCredentialsError, alike and after the like work whether there is such an account or
    not, ThrottledError after too many tries, and UnavailableError.
    """
    email = fold_email(knock.email)
    # What is no address is nobody's, and need not reach the database.
    email = "" if explain_bad_email(email) else email
    async with db.read() as tx:
        device_id = await known_devices.find(tx, email, knock.device, now)
        subjects = subjects_of_try(email, knock.client.address, device_id)
        _require_room(await sign_in_tries.seconds_to_wait(tx, subjects, now))
        known = await users.find_credentials(tx, email)
    async with db.write() as tx:
        _require_room(await sign_in_tries.count(tx, subjects, now))
    if not await hashes.check(knock.password, known.password_hash if known else None):
        raise WrongCredentialsError(_WRONG)
    assert known is not None  # noqa: S101 - tells the type checker that a password is somebody's
    renewed = await _renewed(hashes, known, knock.password)
    async with db.write() as tx:
        return await _begin(tx, known, renewed, knock, subjects=subjects, now=now)


async def sign_out(db: Database, session: str) -> None:
    """End the session with this token, if there is one. Raises UnavailableError."""
    async with db.write() as tx:
        await sessions.end(tx, session)


async def _renewed(hashes: PasswordHashes, known: Credentials, password: str) -> str | None:
    """Return what is to be kept of the password from now on, None if that is kept already."""
    if known.password_hash is None or not hashes.is_outdated(known.password_hash):
        return None
    return await hashes.make(password)


async def _begin(
    tx: Transaction,
    known: Credentials,
    renewed: str | None,
    knock: Knock,
    *,
    subjects: Subjects,
    now: datetime,
) -> SignedIn:
    user_id = known.user.id
    locked = await users.lock_credentials(tx, user_id)
    if locked is None or locked.password_hash != known.password_hash:
        # It was changed while it was checked.
        raise WrongCredentialsError(_WRONG)
    await sign_in_tries.take_back(tx, subjects)
    if renewed is not None:
        await users.set_password(tx, user_id, renewed)
    if knock.session is not None:
        await sessions.end(tx, knock.session)
    needs_code = locked.user.has_second_factor
    session = await sessions.begin(tx, user_id, knock.client, now, is_pending_code=needs_code)
    if needs_code:
        return SignedIn(user_id, session, needs_code=True)
    device = await known_devices.remember(tx, user_id, knock.device, now)
    return SignedIn(user_id, session, device)


def _require_room(seconds_to_wait: int) -> None:
    if seconds_to_wait:
        raise ThrottledError(seconds_to_wait)
