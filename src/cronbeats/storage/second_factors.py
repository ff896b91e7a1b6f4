"""Second factors: secrets sealed for their persons' rows, and hashes of recovery codes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, insert, select, update

from cronbeats.domain.errors import UnreadableSecretError
from cronbeats.domain.second_factor import (
    SecondFactor,
    hash_recovery_code,
    is_app_code,
    new_recovery_codes,
    step_of,
)
from cronbeats.storage.database import Transaction, cipher_of
from cronbeats.storage.schema import recovery_codes, users


async def lock(tx: Transaction, user_id: int) -> SecondFactor | None:
    """Return a person's second factor, confirmed or not, locked for a change; None if none.

    Raises UnreadableSecretError.
    """
    query = select(users).where(users.c.id == user_id).with_for_update(key_share=True)
    row = (await tx.execute(query)).first()
    if row is None or row.totp_secret is None:
        return None
    secret = cipher_of(tx).open(row.totp_secret, _owner(user_id))
    return SecondFactor(secret, row.totp_confirmed_at is not None, row.totp_last_step)


async def offer(tx: Transaction, user_id: int, secret: str) -> None:
    """Keep a secret that is not confirmed yet. Raises NoSecretKeyError."""
    sealed = cipher_of(tx).seal(secret, _owner(user_id))
    await _change(tx, user_id, totp_secret=sealed, totp_confirmed_at=None, totp_last_step=None)


async def confirm(tx: Transaction, user_id: int, step: int, now: datetime) -> None:
    """Let the second factor count; the code that showed that it works is used up."""
    await _change(tx, user_id, totp_confirmed_at=now, totp_last_step=step)


async def remove(tx: Transaction, user_id: int) -> None:
    """Forget a person's second factor and recovery codes."""
    await _change(tx, user_id, totp_secret=None, totp_confirmed_at=None, totp_last_step=None)
    await tx.execute(delete(recovery_codes).where(recovery_codes.c.user_id == user_id))


async def use_code(tx: Transaction, user_id: int, code: str, now: datetime) -> bool:
    """Tell whether a code of the app, or a recovery code, is right; then it works no more."""
    if not is_app_code(code):
        return await _use_recovery_code(tx, user_id, code, now)
    try:
        factor = await lock(tx, user_id)
    except UnreadableSecretError:
        # Its key is gone; a recovery code still does.
        return False
    step = step_of(factor, code, now) if factor is not None and factor.is_confirmed else None
    if step is None:
        return False
    await _change(tx, user_id, totp_last_step=step)
    return True


async def renew_recovery_codes(tx: Transaction, user_id: int) -> tuple[str, ...]:
    """Make new recovery codes, which are known only now; earlier ones work no more."""
    codes = new_recovery_codes()
    await tx.execute(delete(recovery_codes).where(recovery_codes.c.user_id == user_id))
    values = [{"user_id": user_id, "code_hash": hash_recovery_code(code)} for code in codes]
    await tx.execute(insert(recovery_codes), values)
    return codes


async def count_recovery_codes(tx: Transaction, user_id: int) -> int:
    """Return how many recovery codes a person has left."""
    unused = recovery_codes.c.user_id == user_id, recovery_codes.c.used_at.is_(None)
    query = select(func.count()).select_from(recovery_codes).where(*unused)
    count: int = (await tx.execute(query)).scalar_one()
    return count


@dataclass(frozen=True, slots=True)
class Seals:
    """The persons whose secret is not sealed with the first key, and whose nobody can read."""

    stale_ids: tuple[int, ...]
    unreadable_ids: tuple[int, ...]


async def check_seals(tx: Transaction) -> Seals:
    """Look at every secret's seal, and change nothing."""
    query = select(users.c.id, users.c.totp_secret).where(users.c.totp_secret.is_not(None))
    stale, unreadable = [], []
    for user_id, sealed in await tx.execute(query.order_by(users.c.id)):
        if cipher_of(tx).is_current(sealed):
            continue
        try:
            cipher_of(tx).open(sealed, _owner(user_id))
        except UnreadableSecretError:
            unreadable.append(user_id)
        else:
            stale.append(user_id)
    return Seals(tuple(stale), tuple(unreadable))


async def seal_again(tx: Transaction, user_ids: tuple[int, ...]) -> int:
    """Seal these persons' secrets with the first key; return how many it were.

    Raises NoSecretKeyError.
    """
    count = 0
    for user_id in sorted(user_ids):
        factor = await lock(tx, user_id)
        if factor is not None:
            sealed = cipher_of(tx).seal(factor.secret, _owner(user_id))
            await _change(tx, user_id, totp_secret=sealed)
            count += 1
    return count


async def _use_recovery_code(tx: Transaction, user_id: int, code: str, now: datetime) -> bool:
    using = update(recovery_codes).where(
        recovery_codes.c.user_id == user_id,
        recovery_codes.c.code_hash == hash_recovery_code(code),
        recovery_codes.c.used_at.is_(None),
    )
    return (await tx.execute(using.values(used_at=now))).rowcount > 0


async def _change(tx: Transaction, user_id: int, **values: Any) -> None:
    await tx.execute(update(users).where(users.c.id == user_id).values(values))


def _owner(user_id: int) -> str:
    return f"second factor of user {user_id}"
