"""Link accounts: who may link theirs to the provider, and how a link ends."""

from __future__ import annotations

from datetime import datetime

from cronbeats.domain.account import User
from cronbeats.domain.audit import OPERATOR, Actor, AuditAction, about_user, as_person
from cronbeats.domain.errors import (
    ConflictError,
    InvalidValueError,
    ThrottledError,
)
from cronbeats.domain.session import Client
from cronbeats.domain.throttle import subjects_of_proof
from cronbeats.storage import audit_log, sign_in_tries, users
from cronbeats.storage.database import Database, Transaction
from cronbeats.storage.password_hashes import PasswordHashes


async def prove_password(
    db: Database, hashes: PasswordHashes, user_id: int, password: str, now: datetime
) -> None:
    """Make sure that whoever links an account knows its password.

    Raises InvalidValueError for `password`, ThrottledError after too many, and UnavailableError.
    """
    subjects = subjects_of_proof(user_id)
    async with db.write() as tx:
        if wait := await sign_in_tries.count(tx, subjects, now):
            raise ThrottledError(wait)
        known = await users.get_credentials(tx, user_id)
    if known is None or not await hashes.check(password, known.password_hash):
        raise InvalidValueError({"password": ["Is not your password."]})
    async with db.write() as tx:
        await sign_in_tries.take_back(tx, subjects)


async def unlink(db: Database, user_id: int, client: Client, now: datetime) -> None:
    """Let the provider's word let somebody in no more.

    Raises ConflictError if there is no password that would, and UnavailableError.
    """
    async with db.write() as tx:
        known = await users.lock_credentials(tx, user_id)
        if known is None or known.password_hash is None:
            raise ConflictError("Without a password, nothing else would let you in")
        await _unlink(tx, known.user, as_person(known.user, client.address), now)


async def unlink_for(db: Database, email: str, now: datetime) -> None:
    """Do the same at the operator's word, whatever else lets the person in.

    Raises NotFoundError if there is nobody with the address, and UnavailableError.
    """
    async with db.write() as tx:
        user = await users.require(tx, email)
        await _unlink(tx, user, OPERATOR, now)


async def _unlink(tx: Transaction, user: User, by: Actor, now: datetime) -> None:
    if user.linked_issuer is None:
        return
    await users.set_identity(tx, user.id, None, None)
    await audit_log.add(tx, [about_user(user, AuditAction.USER_UNLINKED, by, now)])
