"""People: who they are, and what is kept of their passwords."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update

from cronbeats.domain.account import User, fold_email
from cronbeats.domain.errors import NotFoundError
from cronbeats.storage import locks
from cronbeats.storage.database import Transaction
from cronbeats.storage.dialect import let_one_in
from cronbeats.storage.schema import users


@dataclass(frozen=True, slots=True)
class Credentials:
    """With what somebody may sign in; `password_hash` is None if there is no password."""

    user: User
    password_hash: str | None = field(repr=False)


USER = (
    users.c.id,
    users.c.email,
    users.c.name,
    users.c.timezone,
    users.c.password_hash,
    users.c.totp_confirmed_at,
    users.c.oidc_issuer,
)
"""The columns that tell what people see of a person."""


async def get(tx: Transaction, user_id: int) -> User | None:
    """Return a person, or None."""
    row = (await tx.execute(select(users).where(users.c.id == user_id))).first()
    return None if row is None else user_from_row(row)


async def find(tx: Transaction, email: str) -> User | None:
    """Return the person with a folded address, or None."""
    row = (await tx.execute(select(users).where(users.c.email == email))).first()
    return None if row is None else user_from_row(row)


async def require(tx: Transaction, email: str) -> User:
    """Return the person with an address as somebody typed it.

    Raises NotFoundError if there is nobody.
    """
    user = await find(tx, fold_email(email))
    if user is None:
        raise NotFoundError(f"There is nobody with the address {email!r}.")
    return user


async def find_credentials(tx: Transaction, email: str) -> Credentials | None:
    """Return with what the person with a folded address may sign in, None if there is nobody."""
    row = (await tx.execute(select(users).where(users.c.email == email))).first()
    return None if row is None else Credentials(user_from_row(row), row.password_hash)


async def get_credentials(tx: Transaction, user_id: int) -> Credentials | None:
    """Return with what a person may sign in, or None."""
    row = (await tx.execute(select(users).where(users.c.id == user_id))).first()
    return None if row is None else Credentials(user_from_row(row), row.password_hash)


async def lock_credentials(tx: Transaction, user_id: int) -> Credentials | None:
    """Return with what a person may sign in, locked for a change."""
    query = select(users).where(users.c.id == user_id).with_for_update(key_share=True)
    row = (await tx.execute(query)).first()
    return None if row is None else Credentials(user_from_row(row), row.password_hash)


async def find_by_identity(tx: Transaction, issuer: str, subject: str) -> User | None:
    """Return the person whom a provider knows by a name, or None."""
    is_it = (users.c.oidc_issuer == issuer, users.c.oidc_subject == subject)
    row = (await tx.execute(select(users).where(*is_it))).first()
    return None if row is None else user_from_row(row)


async def browse(tx: Transaction) -> list[User]:
    """Return everybody, in the order in which they came."""
    return [user_from_row(row) for row in await tx.execute(select(users).order_by(users.c.id))]


async def is_there_anybody(tx: Transaction) -> bool:
    """Tell whether anybody has an account yet."""
    return await tx.scalar(select(users.c.id).limit(1)) is not None


async def let_one_come(tx: Transaction) -> None:
    """Let nobody else become somebody new, or be linked, until the transaction ends.

    Who holds it looks for the address, or the provider's name, before it is given to somebody.
    Workspaces are locked before it, and people, who may have come meanwhile, after it.
    """
    await let_one_in(tx, locks.NEWCOMERS)


async def find_or_add(tx: Transaction, email: str, now: datetime) -> int:
    """Return the id of the person with a folded address, stored now if unknown before."""
    await let_one_come(tx)
    known = await find(tx, email)
    return await add(tx, email, now) if known is None else known.id


async def add(tx: Transaction, email: str, now: datetime) -> int:
    """Store a person whose folded address nobody has, and return the id."""
    values = {"email": email, "created_at": now}
    user_id: int = (
        await tx.execute(insert(users).values(values).returning(users.c.id))
    ).scalar_one()
    return user_id


async def set_password(tx: Transaction, user_id: int, password_hash: str) -> None:
    """Keep what is kept of a person's new password."""
    await _change(tx, user_id, password_hash=password_hash)


async def remove_password(tx: Transaction, user_id: int) -> None:
    """Let no password let a person in any more."""
    await _change(tx, user_id, password_hash=None)


async def set_profile(
    tx: Transaction, user_id: int, name: str | None, timezone: str | None
) -> None:
    """Let a person be called something, and live in some time zone."""
    await _change(tx, user_id, name=name, timezone=timezone)


async def set_identity(
    tx: Transaction, user_id: int, issuer: str | None, subject: str | None
) -> None:
    """Let a provider's word let a person in, or, with None, nobody's."""
    await _change(tx, user_id, oidc_issuer=issuer, oidc_subject=subject)


def user_from_row(row: Any) -> User:
    """Return the person that a row holds."""
    return User(
        id=row.id,
        email=row.email,
        name=row.name,
        timezone=row.timezone,
        has_password=row.password_hash is not None,
        has_second_factor=row.totp_confirmed_at is not None,
        linked_issuer=row.oidc_issuer,
    )


async def _change(tx: Transaction, user_id: int, **values: Any) -> None:
    await tx.execute(update(users).where(users.c.id == user_id).values(values))
