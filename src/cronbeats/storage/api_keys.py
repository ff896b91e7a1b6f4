"""API keys: of each, a hash and its first characters are kept, never the secret."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Dialect, Select, and_, bindparam, func, insert, or_, select, update

from cronbeats.domain.access import Role
from cronbeats.domain.api_key import USE_IS_NEWS_AFTER, ApiKey
from cronbeats.domain.keys import NewApiKey
from cronbeats.domain.rate_limit import Usage
from cronbeats.storage.database import Database, Transaction
from cronbeats.storage.questions import Question, question
from cronbeats.storage.request_counts import USAGE, usage_from_row
from cronbeats.storage.schema import api_keys, members, request_counts, users, workspaces
from cronbeats.storage.workspaces import IS_THERE


@dataclass(frozen=True, slots=True)
class FoundKey:
    """A key, the plan of its workspace, and what that has asked, None if it has asked nothing."""

    key: ApiKey
    plan: str
    usage: Usage | None


async def add(
    tx: Transaction,
    workspace_id: int,
    key: NewApiKey,
    *,
    name: str,
    role: Role,
    created_by: int | None,
    now: datetime,
    expires_at: datetime | None = None,
) -> int:
    """Store a new API key and return its id; the secret itself is not kept.

    `created_by` is the id of the owner who makes it, None for the command line.
    """
    created = await tx.execute(
        insert(api_keys)
        .values(
            workspace_id=workspace_id,
            created_by=created_by,
            name=name,
            prefix=key.prefix,
            key_hash=key.hashed,
            role=role,
            created_at=now,
            expires_at=expires_at,
        )
        .returning(api_keys.c.id)
    )
    key_id: int = created.scalar_one()
    return key_id


async def look_up(db: Database, key_hash: str) -> FoundKey | None:
    """Return the key with this hash, whether it works or not. Raises UnavailableError."""
    rows = await db.ask(lambda dialect: _look_up(dialect).ask(key_hash=key_hash))
    return FoundKey(_key_from_row(rows[0]), rows[0].plan, usage_from_row(rows[0])) if rows else None


async def find(tx: Transaction, key_hash: str) -> ApiKey | None:
    """Return the key with this hash, whether it works or not, or None."""
    row = (await tx.execute(_keys().where(api_keys.c.key_hash == key_hash))).first()
    return None if row is None else _key_from_row(row)


async def get(tx: Transaction, key_id: int) -> ApiKey | None:
    """Return the key with this id, or None."""
    row = (await tx.execute(_keys().where(api_keys.c.id == key_id))).first()
    return None if row is None else _key_from_row(row)


async def browse(tx: Transaction, workspace_id: int | None = None) -> list[ApiKey]:
    """Return a workspace's keys, or everybody's, the oldest first."""
    query = _keys().order_by(api_keys.c.id)
    if workspace_id is not None:
        query = query.where(api_keys.c.workspace_id == workspace_id)
    return [_key_from_row(row) for row in await tx.execute(query)]


async def starting_with(tx: Transaction, beginning: str) -> list[ApiKey]:
    """Return every key whose known characters begin like this, the oldest first."""
    start = func.substr(api_keys.c.prefix, 1, len(beginning))
    query = _keys().where(start == beginning).order_by(api_keys.c.id)
    return [_key_from_row(row) for row in await tx.execute(query)]


async def count_unended(tx: Transaction, workspace_id: int, now: datetime) -> int:
    """Return how many keys of a workspace are neither revoked nor expired."""
    query = select(func.count()).where(
        api_keys.c.workspace_id == workspace_id,
        api_keys.c.revoked_at.is_(None),
        or_(api_keys.c.expires_at.is_(None), api_keys.c.expires_at > now),
    )
    count: int = (await tx.execute(query)).scalar_one()
    return count


async def revoke(tx: Transaction, key_id: int, now: datetime) -> None:
    """End a key; one that was revoked before stays revoked since then."""
    ending = update(api_keys).where(api_keys.c.id == key_id, api_keys.c.revoked_at.is_(None))
    await tx.execute(ending.values(revoked_at=now))


async def revoke_all(tx: Transaction, workspace_id: int, now: datetime) -> None:
    """End every key of a workspace."""
    own = (api_keys.c.workspace_id == workspace_id, api_keys.c.revoked_at.is_(None))
    await tx.execute(update(api_keys).where(*own).values(revoked_at=now))


async def take_over(tx: Transaction, workspace_id: int, maker: int, heir: int) -> None:
    """Let the keys that one person made in a workspace be another's."""
    own = (api_keys.c.workspace_id == workspace_id, api_keys.c.created_by == maker)
    await tx.execute(update(api_keys).where(*own).values(created_by=heir))


async def note_uses(tx: Transaction, uses: Mapping[int, datetime]) -> None:
    """Remember when keys were last used, by their ids, unless that is known to the minute."""
    at = bindparam("at", type_=api_keys.c.last_used_at.type)
    known_until = bindparam("known_until", type_=api_keys.c.last_used_at.type)
    is_news = or_(api_keys.c.last_used_at.is_(None), api_keys.c.last_used_at <= known_until)
    noting = update(api_keys).where(api_keys.c.id == bindparam("key_id"), is_news)
    values = [
        # In order of their ids, as other processes do it.
        {"key_id": key_id, "at": used_at, "known_until": used_at - USE_IS_NEWS_AFTER}
        for key_id, used_at in sorted(uses.items())
    ]
    await tx.execute(noting.values(last_used_at=at), values)


@lru_cache
def _look_up(dialect: Dialect) -> Question:
    counts = request_counts.c.workspace_id == api_keys.c.workspace_id
    found = _keys().outerjoin(request_counts, counts).add_columns(*USAGE)
    return question(dialect, found.where(api_keys.c.key_hash == bindparam("key_hash")))


def _keys() -> Select[Any]:
    its_maker = and_(
        members.c.workspace_id == api_keys.c.workspace_id,
        members.c.user_id == api_keys.c.created_by,
    )
    return (
        select(api_keys, workspaces.c.plan, users.c.email, members.c.role.label("makers_role"))
        .join(workspaces, and_(workspaces.c.id == api_keys.c.workspace_id, IS_THERE))
        .outerjoin(users, users.c.id == api_keys.c.created_by)
        .outerjoin(members, its_maker)
    )


def _key_from_row(row: Any) -> ApiKey:
    return ApiKey(
        id=row.id,
        workspace_id=row.workspace_id,
        name=row.name,
        prefix=row.prefix,
        role=Role(row.role),
        created_at=row.created_at,
        created_by=row.email,
        is_backed=row.created_by is None or row.makers_role == Role.OWNER,
        last_used_at=row.last_used_at,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
    )
