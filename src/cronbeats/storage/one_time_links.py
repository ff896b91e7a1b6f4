"""One-time links: of each token only a hash is kept."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Delete, Row, Select, insert, select, update

from cronbeats.domain.one_time_link import LinkPurpose, OneTimeLink
from cronbeats.domain.token import hash_token, new_token
from cronbeats.storage.database import Transaction
from cronbeats.storage.pruning import delete_old
from cronbeats.storage.schema import one_time_links


async def add(
    tx: Transaction,
    purpose: LinkPurpose,
    *,
    lasts: timedelta,
    now: datetime,
    user_id: int | None = None,
) -> str:
    """Store a new link and return its token, which is known only now."""
    token = new_token()
    values = {
        "purpose": purpose,
        "token_hash": token.hashed,
        "user_id": user_id,
        "created_at": now,
        "expires_at": now + lasts,
    }
    await tx.execute(insert(one_time_links).values(values))
    return token.secret


async def find(
    tx: Transaction, purpose: LinkPurpose, token: str, now: datetime
) -> OneTimeLink | None:
    """Return the link of a token that works for a purpose, or None."""
    return await _first(tx, _working(purpose, token, now))


async def lock(
    tx: Transaction, purpose: LinkPurpose, token: str, now: datetime
) -> OneTimeLink | None:
    """Return the same, locked, so that only one can use it."""
    return await _first(tx, _working(purpose, token, now).with_for_update())


async def lock_unused(tx: Transaction, purpose: LinkPurpose) -> None:
    """Let one transaction at a time go on that uses or voids links for a purpose."""
    unused = one_time_links.c.purpose == purpose, one_time_links.c.used_at.is_(None)
    query = select(one_time_links.c.id).where(*unused).order_by(one_time_links.c.id)
    await tx.execute(query.with_for_update())


async def void(
    tx: Transaction, purpose: LinkPurpose, now: datetime, user_id: int | None = None
) -> None:
    """Let no link for a purpose work any more, or none for a person."""
    unused = update(one_time_links).where(
        one_time_links.c.purpose == purpose, one_time_links.c.used_at.is_(None)
    )
    if user_id is not None:
        unused = unused.where(one_time_links.c.user_id == user_id)
    await tx.execute(unused.values(used_at=now))


def prune(before: datetime, limit: int) -> Delete:
    """Return what deletes so many links that ended before a moment."""
    ended_at = one_time_links.c.expires_at
    return delete_old(ended_at <= before, limit, ended_at, skip_locked=True)


def _working(purpose: LinkPurpose, token: str, now: datetime) -> Select[Any]:
    return select(one_time_links).where(
        one_time_links.c.token_hash == hash_token(token),
        one_time_links.c.purpose == purpose,
        one_time_links.c.used_at.is_(None),
        one_time_links.c.expires_at > now,
    )


async def _first(tx: Transaction, query: Select[Any]) -> OneTimeLink | None:
    row = (await tx.execute(query)).first()
    return None if row is None else _link_from_row(row)


def _link_from_row(row: Row[Any]) -> OneTimeLink:
    return OneTimeLink(
        id=row.id,
        purpose=LinkPurpose(row.purpose),
        user_id=row.user_id,
        created_at=row.created_at,
        expires_at=row.expires_at,
    )
