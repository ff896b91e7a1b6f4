"""Devices that an account knows: strangers who guess cannot keep these from signing in."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Delete, delete, insert, select, update

from cronbeats.domain.session import DEVICE_IS_KNOWN_FOR, MOST_DEVICES
from cronbeats.domain.token import hash_token, new_token
from cronbeats.storage.database import Transaction
from cronbeats.storage.pruning import delete_old
from cronbeats.storage.schema import known_devices, users


async def find(tx: Transaction, email: str, token: str | None, now: datetime) -> int | None:
    """Return the id of the device with a token, None if the account does not know it."""
    known: int | None = await tx.scalar(
        select(known_devices.c.id)
        .join(users, users.c.id == known_devices.c.user_id)
        .where(
            users.c.email == email,
            known_devices.c.token_hash == hash_token(token or ""),
            known_devices.c.expires_at > now,
        )
    )
    return known


async def remember(tx: Transaction, user_id: int, token: str | None, now: datetime) -> str:
    """Let an account know the device that has signed in; return its token, maybe a new one."""
    until = now + DEVICE_IS_KNOWN_FOR
    own = known_devices.c.user_id == user_id
    if token is not None:
        it = update(known_devices).where(own, known_devices.c.token_hash == hash_token(token))
        if (await tx.execute(it.values(expires_at=until))).rowcount:
            return token
    new = new_token()
    values = {"user_id": user_id, "token_hash": new.hashed, "expires_at": until}
    await tx.execute(insert(known_devices).values(values))
    newest = (
        select(known_devices.c.id)
        .where(own)
        .order_by(known_devices.c.expires_at.desc(), known_devices.c.id.desc())
        .limit(MOST_DEVICES)
    )
    await tx.execute(delete(known_devices).where(own, known_devices.c.id.not_in(newest)))
    return new.secret


async def forget_all(tx: Transaction, user_id: int) -> None:
    """Let an account know no device any more."""
    await tx.execute(delete(known_devices).where(known_devices.c.user_id == user_id))


def prune(before: datetime, limit: int) -> Delete:
    """Return what deletes so many devices that were known until before a moment."""
    known_until = known_devices.c.expires_at
    return delete_old(known_until <= before, limit, known_until, skip_locked=True)
