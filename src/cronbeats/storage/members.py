"""Members: who is what in which workspace."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, delete, func, insert, select, update

from cronbeats.domain.access import Role
from cronbeats.domain.hint import Hint, HintKind
from cronbeats.domain.membership import Member, Membership
from cronbeats.storage.database import Transaction, note_hints
from cronbeats.storage.schema import members, users, workspaces


async def browse(tx: Transaction, workspace_id: int) -> list[Member]:
    """Return everybody in a workspace, in the order in which they joined."""
    query = _members(workspace_id).order_by(members.c.created_at, members.c.user_id)
    return [_member_from_row(row) for row in await tx.execute(query)]


async def get(tx: Transaction, workspace_id: int, user_id: int) -> Member | None:
    """Return one person of a workspace, or None."""
    query = _members(workspace_id).where(members.c.user_id == user_id)
    row = (await tx.execute(query)).first()
    return None if row is None else _member_from_row(row)


async def memberships_of(tx: Transaction, user_id: int) -> list[Membership]:
    """Return what a person is in each workspace that they are in, by the workspaces' names."""
    return [membership_from_row(row) for row in await tx.execute(memberships_query(user_id))]


def memberships_query(user_id: Any) -> Select[Any]:
    """Return the query for the same; `user_id` is an id, or a parameter."""
    return (
        select(workspaces.c.id, workspaces.c.name, workspaces.c.plan, members.c.role)
        .join(members, members.c.workspace_id == workspaces.c.id)
        .where(members.c.user_id == user_id)
        .order_by(workspaces.c.name, workspaces.c.id)
    )


def membership_from_row(row: Any) -> Membership:
    """Return the membership that a row of that query holds."""
    return Membership(row.id, row.name, row.plan, Role(row.role))


async def count(tx: Transaction, workspace_id: int, role: Role | None = None) -> int:
    """Return how many people a workspace has, all or those of a role."""
    query = select(func.count()).where(members.c.workspace_id == workspace_id)
    if role is not None:
        query = query.where(members.c.role == role)
    found: int = (await tx.execute(query)).scalar_one()
    return found


async def add(tx: Transaction, workspace_id: int, user_id: int, role: Role, now: datetime) -> None:
    """Let a person who is not in a workspace be in it."""
    values = {
        "workspace_id": workspace_id,
        "user_id": user_id,
        "role": role,
        "created_at": now,
    }
    await tx.execute(insert(members).values(values))


async def set_role(tx: Transaction, workspace_id: int, user_id: int, role: Role) -> None:
    """Give a person another role."""
    await tx.execute(update(members).where(*_own(workspace_id, user_id)).values(role=role))
    _hint(tx, workspace_id)


async def remove(tx: Transaction, workspace_id: int, user_id: int) -> None:
    """Let a person be in a workspace no more."""
    await tx.execute(delete(members).where(*_own(workspace_id, user_id)))
    _hint(tx, workspace_id)


async def remove_all(tx: Transaction, workspace_id: int) -> None:
    """Let nobody be in a workspace any more."""
    await tx.execute(delete(members).where(members.c.workspace_id == workspace_id))
    _hint(tx, workspace_id)


def _hint(tx: Transaction, workspace_id: int) -> None:
    """Let whoever listens be looked at before they are told anything more."""
    note_hints(tx, [Hint(workspace_id, 0, HintKind.ROLES)])


def _own(workspace_id: int, user_id: int) -> tuple[Any, ...]:
    return members.c.workspace_id == workspace_id, members.c.user_id == user_id


def _members(workspace_id: int) -> Select[Any]:
    columns = (users.c.id, users.c.email, users.c.name, members.c.role, members.c.created_at)
    joined = select(*columns).join(members, members.c.user_id == users.c.id)
    return joined.where(members.c.workspace_id == workspace_id)


def _member_from_row(row: Row[Any]) -> Member:
    return Member(row.id, row.email, row.name, Role(row.role), row.created_at)
