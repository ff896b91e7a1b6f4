"""Sign in: from an address and a password to a session, and out again."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from cronbeats.domain.account import User, explain_bad_email, fold_email
from cronbeats.domain.audit import AuditAction, about_user, as_person
from cronbeats.domain.errors import SignInOverError, ThrottledError, WrongCredentialsError
from cronbeats.domain.session import Client, SignedIn
from cronbeats.domain.throttle import Subjects, subjects_of_code, subjects_of_try
from cronbeats.storage import (
    arrivals,
    audit_log,
    known_devices,
    second_factors,
    sessions,
    sign_in_tries,
    users,
)
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


@dataclass(frozen=True, slots=True)
class Code:
    """What somebody shows after the right password: the pending session's token, and a code.

    The code is one of the app, or a recovery code.
    """

    session: str = field(repr=False)
    code: str = field(repr=False)
    client: Client = field(default_factory=Client)
    device: str | None = field(default=None, repr=False)


async def confirm_code(db: Database, shown: Code, now: datetime) -> SignedIn:
    """Begin a session in place of one that awaits a code of the second factor.

    Raises WrongCredentialsError if the code is wrong or was used, SignInOverError if no session
    awaits one (any more), ThrottledError after too many, and UnavailableError.
    """
    async with db.read() as tx:
        user = await _pending(tx, shown.session, now)
        device_id = await known_devices.find(tx, user.email, shown.device, now)
    subjects = subjects_of_code(user.id, device_id)
    async with db.write() as tx:
        _require_room(await sign_in_tries.count(tx, subjects, now))
    async with db.write() as tx:
        await users.lock_credentials(tx, user.id)
        await _pending(tx, shown.session, now)
        if not await second_factors.use_code(tx, user.id, shown.code, now):
            raise WrongCredentialsError("This code is wrong, or was used already")
        await sign_in_tries.take_back(tx, subjects)
        await sessions.end(tx, shown.session)
        return await arrivals.sign_in(tx, user, shown.client, shown.device, now)


async def sign_out(db: Database, session: str, client: Client, now: datetime) -> None:
    """End the session with this token, if there is one. Raises UnavailableError."""
    async with db.write() as tx:
        known = await sessions.find(tx, session)
        user = None if known is None else await users.get(tx, known.user_id)
        is_first = await sessions.end(tx, session)
        if is_first and known and user and not (known.is_pending_code or known.is_over(now)):
            by = as_person(user, client.address)
            await audit_log.add(tx, [about_user(user, AuditAction.USER_SIGNED_OUT, by, now)])


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
    if not needs_code:
        return await arrivals.sign_in(tx, locked.user, knock.client, knock.device, now)
    session = await sessions.begin(tx, user_id, knock.client, now, is_pending_code=True)
    return SignedIn(user_id, session, needs_code=True)


async def _pending(tx: Transaction, token: str, now: datetime) -> User:
    """Return whose session awaits a code. Raises SignInOverError."""
    session = await sessions.find(tx, token)
    if session is None or not session.is_pending_code or session.is_over(now):
        raise SignInOverError
    user = await users.get(tx, session.user_id)
    if user is None:
        raise SignInOverError
    return user


def _require_room(seconds_to_wait: int) -> None:
    if seconds_to_wait:
        raise ThrottledError(seconds_to_wait)
