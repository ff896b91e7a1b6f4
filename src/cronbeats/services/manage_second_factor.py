"""Manage the second factor: offer, confirm and remove it, and renew its recovery codes."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

import segno

from cronbeats.domain.account import User
from cronbeats.domain.audit import OPERATOR, AuditAction, about_user, as_person
from cronbeats.domain.errors import (
    ConflictError,
    InvalidValueError,
    NotFoundError,
    ThrottledError,
    UnreadableSecretError,
)
from cronbeats.domain.second_factor import SecondFactor, new_secret, provisioning_uri, step_of
from cronbeats.domain.session import Client
from cronbeats.domain.throttle import subjects_of_proof
from cronbeats.storage import audit_log, second_factors, sign_in_tries, users
from cronbeats.storage.database import Database, Transaction
from cronbeats.storage.password_hashes import PasswordHashes

_WRONG_PASSWORD = "Is not your password."  # noqa: S105 - words for people
_WRONG_CODE = "Is wrong, or was used already; use the one that the app shows now."


@dataclass(frozen=True, slots=True)
class Offer:
    """What an app needs: the secret to type, or the QR code to read it from, as SVG markup."""

    secret: str = field(repr=False)
    qr_code: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Proof:
    """What somebody who is signed in shows: the password, a code, or both; and from where."""

    password: str = field(default="", repr=False)
    code: str = field(default="", repr=False)
    client: Client = field(default_factory=Client)


async def count_recovery_codes(db: Database, user_id: int) -> int:
    """Return how many recovery codes a person has left."""
    async with db.read() as tx:
        return await second_factors.count_recovery_codes(tx, user_id)


async def offer_second_factor(db: Database, user_id: int) -> Offer:
    """Return a secret to confirm with a code; the same one, until that is done.

    Raises ConflictError if there is a second factor, and UnavailableError.
    """
    async with db.write() as tx:
        factor = await _offered(tx, user_id)
        if factor is None:
            factor = SecondFactor(new_secret(), is_confirmed=False)
            await second_factors.offer(tx, user_id, factor.secret)
        user = await _get(tx, user_id)
    code = segno.make(provisioning_uri(factor.secret, user.email), error="m")
    markup = code.svg_inline(
        scale=4, dark="#000", light="#fff", svgclass=None, lineclass=None, omitsize=True
    )
    return Offer(factor.secret, markup)


async def confirm_second_factor(
    db: Database,
    hashes: PasswordHashes,
    user_id: int,
    proof: Proof,
    now: datetime,
    *,
    asks_password: bool = True,
) -> tuple[str, ...]:
    """Let the second factor count, as its app is shown to work; return the recovery codes.

    Its code is shown and, if there is one and it is asked for, the password: whoever finds a
    browser open could keep its person out. Raises InvalidValueError for `password` and `code`,
    ThrottledError, ConflictError and UnavailableError.
    """
    await _count(db, user_id, now)
    if asks_password:
        await _check_any_password(db, hashes, user_id, proof.password)
    async with db.write() as tx:
        factor = await _offered(tx, user_id)
        step = None if factor is None else step_of(factor, proof.code, now)
        if step is None:
            raise InvalidValueError({"code": [_WRONG_CODE]})
        await second_factors.confirm(tx, user_id, step, now)
        codes = await second_factors.renew_recovery_codes(tx, user_id)
        await _took_place(tx, user_id, AuditAction.USER_SECOND_FACTOR_ADDED, proof.client, now)
    return codes


async def remove_second_factor(
    db: Database, hashes: PasswordHashes, user_id: int, proof: Proof, now: datetime
) -> None:
    """Ask for no second factor any more.

    Raises InvalidValueError for `password` or `code`, ThrottledError and UnavailableError.
    """
    await _count(db, user_id, now)
    password_hash = await _check_password(db, hashes, user_id, proof)
    async with db.write() as tx:
        await _require_proof(tx, user_id, proof, password_hash, now)
        await second_factors.remove(tx, user_id)
        await _took_place(tx, user_id, AuditAction.USER_SECOND_FACTOR_REMOVED, proof.client, now)


async def renew_recovery_codes(
    db: Database, hashes: PasswordHashes, user_id: int, proof: Proof, now: datetime
) -> tuple[str, ...]:
    """Return new recovery codes; earlier ones work no more.

    Raises as `remove_second_factor` does, and ConflictError if there is no second factor.
    """
    await _count(db, user_id, now)
    password_hash = await _check_password(db, hashes, user_id, proof)
    async with db.write() as tx:
        await _require_proof(tx, user_id, proof, password_hash, now)
        if not (await _get(tx, user_id)).has_second_factor:
            raise ConflictError("There is no second factor")
        codes = await second_factors.renew_recovery_codes(tx, user_id)
        await _took_place(tx, user_id, AuditAction.USER_RECOVERY_CODES_RENEWED, proof.client, now)
    return codes


async def take_away_second_factor(db: Database, email: str, now: datetime) -> None:
    """Let somebody in again who lost the app and all codes; for the operator to decide.

    Raises NotFoundError if there is nobody with this address, and UnavailableError.
    """
    async with db.write() as tx:
        user = await users.require(tx, email)
        await second_factors.remove(tx, user.id)
        removed = AuditAction.USER_SECOND_FACTOR_REMOVED
        await audit_log.add(tx, [about_user(user, removed, OPERATOR, now)])


async def _offered(tx: Transaction, user_id: int) -> SecondFactor | None:
    """Return what is offered; one that nobody can read is none."""
    try:
        factor = await second_factors.lock(tx, user_id)
    except UnreadableSecretError:
        factor = None
    if (await _get(tx, user_id)).has_second_factor:
        raise ConflictError("There is a second factor already")
    return factor


async def _get(tx: Transaction, user_id: int) -> User:
    user = await users.get(tx, user_id)
    if user is None:
        raise NotFoundError("There is no such account")
    return user


async def _count(db: Database, user_id: int, now: datetime) -> None:
    """Count a try; there are enough for whoever is right, so none is taken back."""
    async with db.write() as tx:
        if wait := await sign_in_tries.count(tx, subjects_of_proof(user_id), now):
            raise ThrottledError(wait)


async def _check_any_password(
    db: Database, hashes: PasswordHashes, user_id: int, password: str
) -> None:
    """Raise InvalidValueError for `password` if there is one, and it is another one."""
    async with db.read() as tx:
        known = await users.get_credentials(tx, user_id)
    if known is None or known.password_hash is None:
        return
    if not await hashes.check(password, known.password_hash):
        raise InvalidValueError({"password": [_WRONG_PASSWORD]})


async def _check_password(
    db: Database, hashes: PasswordHashes, user_id: int, proof: Proof
) -> str | None:
    """Return the hash of the password that was shown, None if a code was."""
    if proof.code.strip():
        return None
    async with db.read() as tx:
        known = await users.get_credentials(tx, user_id)
    password_hash = None if known is None else known.password_hash
    if not await hashes.check(proof.password, password_hash):
        raise InvalidValueError({"password": [_WRONG_PASSWORD]})
    return password_hash


async def _require_proof(
    tx: Transaction, user_id: int, proof: Proof, password_hash: str | None, now: datetime
) -> None:
    known = await users.lock_credentials(tx, user_id)
    if password_hash is None:
        if not await second_factors.use_code(tx, user_id, proof.code, now):
            raise InvalidValueError({"code": [_WRONG_CODE]})
    elif known is None or known.password_hash != password_hash:
        raise InvalidValueError({"password": ["Was changed just now."]})


async def _took_place(
    tx: Transaction, user_id: int, action: AuditAction, client: Client, now: datetime
) -> None:
    user = await _get(tx, user_id)
    await audit_log.add(tx, [about_user(user, action, as_person(user, client.address), now)])
