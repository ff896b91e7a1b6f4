"""Workspaces and the people in them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, insert, select, update

from cronbeats.domain.access import Role
from cronbeats.domain.errors import WorkspaceGoneError
from cronbeats.storage import locks
from cronbeats.storage.database import Transaction
from cronbeats.storage.dialect import let_one_in
from cronbeats.storage.schema import members, workspaces

IS_THERE = workspaces.c.deleted_at.is_(None)
"""The condition that a workspace was not deleted."""


@dataclass(frozen=True, slots=True)
class Workspace:
    """What a workspace is called, and what it may use."""

    id: int
    name: str
    plan: str


async def are_any_kept(tx: Transaction) -> bool:
    """Tell whether there is any workspace, one that was deleted and is not yet cleared away too."""
    return await tx.scalar(select(workspaces.c.id).limit(1)) is not None


async def get_name(tx: Transaction, workspace_id: int) -> str:
    """Return the name of a workspace that exists."""
    query = select(workspaces.c.name).where(workspaces.c.id == workspace_id)
    name: str = (await tx.execute(query)).scalar_one()
    return name


async def has_name(tx: Transaction, name: str) -> bool:
    """Tell whether a workspace of this name exists."""
    named = select(workspaces.c.id).where(workspaces.c.name == name, IS_THERE)
    return await tx.scalar(named.limit(1)) is not None


async def let_one_set_up(tx: Transaction) -> None:
    """Let nobody else set a workspace up until the transaction ends: its name is its own."""
    await let_one_in(tx, locks.SET_UP)


async def browse(tx: Transaction) -> list[Workspace]:
    """Return every workspace, the oldest first."""
    query = select(workspaces.c.id, workspaces.c.name, workspaces.c.plan).where(IS_THERE)
    rows = await tx.execute(query.order_by(workspaces.c.id))
    return [Workspace(row.id, row.name, row.plan) for row in rows]


async def set_plan(tx: Transaction, workspace_id: int, plan: str) -> None:
    """Give a workspace another plan."""
    await tx.execute(update(workspaces).where(workspaces.c.id == workspace_id).values(plan=plan))


async def rename(tx: Transaction, workspace_id: int, name: str) -> None:
    """Call a workspace something else."""
    await tx.execute(update(workspaces).where(workspaces.c.id == workspace_id).values(name=name))


async def mark_deleted(tx: Transaction, workspace_id: int, now: datetime) -> None:
    """Let a workspace, which must be locked, be there for nobody any more."""
    own = workspaces.c.id == workspace_id
    await tx.execute(update(workspaces).where(own).values(deleted_at=now))


async def hold(tx: Transaction, workspace_id: int) -> None:
    """Let nobody delete a workspace until the transaction ends. Raises WorkspaceGoneError."""
    await _require(tx, select(workspaces.c.id).with_for_update(read=True), workspace_id)


async def lock(tx: Transaction, workspace_id: int) -> None:
    """Let nobody else add to a workspace, or delete it, until the transaction ends.

    Jobs are locked before it, if at all, and integrations after it. Raises WorkspaceGoneError.
    """
    # Rows that refer to it may be added meanwhile: alerts, by somebody who has locked a job.
    await _require(tx, select(workspaces.c.id).with_for_update(key_share=True), workspace_id)


async def lock_as(tx: Transaction, workspace_id: int, user_id: int | None) -> Role:
    """Lock a workspace, and return what whoever asks is in it: without an id, as good as an owner.

    Raises WorkspaceGoneError if there is no such workspace, or the person is not in it.
    """
    await lock(tx, workspace_id)
    role = Role.OWNER if user_id is None else await role_of(tx, workspace_id, user_id)
    if role is None:
        raise WorkspaceGoneError
    return role


async def role_of(tx: Transaction, workspace_id: int, user_id: int) -> Role | None:
    """Return what a person is in a workspace, None if nothing."""
    found = await tx.scalar(
        select(members.c.role).where(
            members.c.workspace_id == workspace_id, members.c.user_id == user_id
        )
    )
    return None if found is None else Role(found)


async def add(tx: Transaction, name: str, plan: str, owner_id: int, now: datetime) -> int:
    """Store a new workspace with its owner and return its id."""
    created = await tx.execute(
        insert(workspaces).values(name=name, plan=plan, created_at=now).returning(workspaces.c.id)
    )
    workspace_id: int = created.scalar_one()
    await tx.execute(
        insert(members).values(
            workspace_id=workspace_id, user_id=owner_id, role=Role.OWNER, created_at=now
        )
    )
    return workspace_id


async def _require(tx: Transaction, query: Select[Any], workspace_id: int) -> None:
    if await tx.scalar(query.where(workspaces.c.id == workspace_id, IS_THERE)) is None:
        raise WorkspaceGoneError
