"""Authorization requests under way: found once, by a hash of what the browser brings back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Delete, delete, insert

from cronbeats.domain.authorization_request import REQUEST_LASTS, AuthorizationRequest
from cronbeats.storage.database import Transaction
from cronbeats.storage.pruning import delete_old
from cronbeats.storage.schema import authorization_requests

LONGEST_BACK = 2000
"""Characters of a path that are kept."""


@dataclass(frozen=True, slots=True)
class Errand:
    """What somebody set out for: the path that they wanted, and whose account is to be linked."""

    back: str
    user_id: int | None


async def add(
    tx: Transaction, request: AuthorizationRequest, errand: Errand, now: datetime
) -> None:
    """Store that somebody sets out to the provider."""
    values = {
        "token_hash": request.token_hash,
        "back": errand.back,
        "user_id": errand.user_id,
        "expires_at": now + REQUEST_LASTS,
    }
    await tx.execute(insert(authorization_requests).values(values))


async def take(tx: Transaction, request: AuthorizationRequest, now: datetime) -> Errand | None:
    """Return what somebody set out for who comes back, once; None if it is over or nobody did."""
    table = authorization_requests
    taking = delete(table).where(table.c.token_hash == request.token_hash).returning(table)
    row = (await tx.execute(taking)).first()
    return None if row is None or row.expires_at <= now else Errand(row.back, row.user_id)


def prune(before: datetime, limit: int) -> Delete:
    """Return what deletes so many requests that were over before a moment."""
    over_at = authorization_requests.c.expires_at
    return delete_old(over_at <= before, limit, over_at, skip_locked=True)
