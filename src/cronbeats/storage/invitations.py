"""Invitations: one-time links into a workspace; of each token only a hash is kept."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, func, insert, select, update

from cronbeats.domain.access import Role
from cronbeats.domain.membership import Invitation
from cronbeats.domain.one_time_link import LinkPurpose
from cronbeats.domain.token import hash_token, new_token
from cronbeats.storage.database import Transaction
from cronbeats.storage.schema import one_time_links, users, workspaces


async def add(
    tx: Transaction,
    workspace_id: int,
    *,
    role: Role,
    email: str | None,
    created_by: int | None,
    lasts: timedelta,
    now: datetime,
) -> tuple[int, str]:
    """Store a new invitation; return its id and its token, which is known only now."""
    token = new_token()
    values = {
        "purpose": LinkPurpose.INVITATION,
        "token_hash": token.hashed,
        "workspace_id": workspace_id,
        "email": email,
        "role": role,
        "created_by": created_by,
        "created_at": now,
        "expires_at": now + lasts,
    }
    made = await tx.execute(insert(one_time_links).values(values).returning(one_time_links.c.id))
    return made.scalar_one(), token.secret


async def browse(tx: Transaction, workspace_id: int, now: datetime) -> list[Invitation]:
    """Return a workspace's invitations that can still be accepted, the oldest first."""
    query = _open(now).where(one_time_links.c.workspace_id == workspace_id)
    rows = await tx.execute(query.order_by(one_time_links.c.id))
    return [_invitation_from_row(row) for row in rows]


async def browse_for(tx: Transaction, email: str, now: datetime) -> list[Invitation]:
    """Return the open invitations, of all workspaces, for a folded address, the oldest first."""
    query = _open(now).where(one_time_links.c.email == email).order_by(one_time_links.c.id)
    return [_invitation_from_row(row) for row in await tx.execute(query)]


async def count(tx: Transaction, workspace_id: int, now: datetime) -> int:
    """Return how many of a workspace's invitations can still be accepted."""
    own = (one_time_links.c.workspace_id == workspace_id, *_is_open(now))
    found: int = (await tx.execute(select(func.count()).where(*own))).scalar_one()
    return found


async def get(
    tx: Transaction, workspace_id: int, invitation_id: int, now: datetime
) -> Invitation | None:
    """Return one invitation of a workspace that can still be accepted, or None."""
    own = (one_time_links.c.workspace_id == workspace_id, one_time_links.c.id == invitation_id)
    row = (await tx.execute(_open(now).where(*own))).first()
    return None if row is None else _invitation_from_row(row)


async def find(tx: Transaction, token: str, now: datetime) -> Invitation | None:
    """Return the invitation of a token that can still be accepted, or None."""
    query = _open(now).where(one_time_links.c.token_hash == hash_token(token))
    row = (await tx.execute(query)).first()
    return None if row is None else _invitation_from_row(row)


async def note_mailed(tx: Transaction, invitation_id: int, *, is_mailed: bool) -> None:
    """Note whether the mail server took the letter of an invitation."""
    own = one_time_links.c.id == invitation_id
    await tx.execute(update(one_time_links).where(own).values(is_mailed=is_mailed))


async def use_up(tx: Transaction, invitation_id: int, now: datetime) -> None:
    """Let nobody accept an invitation any more."""
    own = one_time_links.c.id == invitation_id
    await tx.execute(update(one_time_links).where(own).values(used_at=now))


async def use_up_all(tx: Transaction, workspace_id: int, now: datetime) -> None:
    """Let nobody accept an invitation into a workspace any more."""
    own = (one_time_links.c.workspace_id == workspace_id, *_is_open(now))
    await tx.execute(update(one_time_links).where(*own).values(used_at=now))


def _is_open(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        one_time_links.c.purpose == LinkPurpose.INVITATION,
        one_time_links.c.used_at.is_(None),
        one_time_links.c.expires_at > now,
    )


def _open(now: datetime) -> Select[Any]:
    return (
        select(one_time_links, workspaces.c.name, users.c.email.label("made_by"))
        .join(workspaces, workspaces.c.id == one_time_links.c.workspace_id)
        .outerjoin(users, users.c.id == one_time_links.c.created_by)
        .where(*_is_open(now))
    )


def _invitation_from_row(row: Row[Any]) -> Invitation:
    return Invitation(
        id=row.id,
        workspace_id=row.workspace_id,
        workspace_name=row.name,
        role=Role(row.role),
        email=row.email,
        created_by=row.made_by,
        created_at=row.created_at,
        expires_at=row.expires_at,
        is_mailed=row.is_mailed,
    )
