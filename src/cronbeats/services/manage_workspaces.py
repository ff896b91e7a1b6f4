"""Manage workspaces: list and find them, and choose their plan."""

from __future__ import annotations

from datetime import datetime

from cronbeats.domain.access import PLANS
from cronbeats.domain.audit import (
    Actor,
    AuditAction,
    AuditEntry,
    Target,
    TargetKind,
    changes_between,
)
from cronbeats.domain.errors import InvalidValueError, NotFoundError
from cronbeats.storage import audit_log, workspaces
from cronbeats.storage.database import Database, Transaction
from cronbeats.storage.workspaces import Workspace


async def browse_workspaces(db: Database) -> list[Workspace]:
    """Return every workspace, the oldest first."""
    async with db.read() as tx:
        return await workspaces.browse(tx)


async def find_workspace(db: Database, text: str) -> Workspace:
    """Return the workspace of this name, or else the one with this id.

    Raises NotFoundError, or InvalidValueError if several have the name.
    """
    async with db.read() as tx:
        return await _find(tx, text)


async def set_plan(db: Database, text: str, plan: str, now: datetime, *, by: Actor) -> Workspace:
    """Give the workspace of this name, or id, another plan, from its next request on.

    Raises NotFoundError, or InvalidValueError if there is no such plan.
    """
    if plan not in PLANS:
        raise InvalidValueError({"plan": [f"Must be one of {', '.join(PLANS)}."]})
    async with db.write() as tx:
        found = await _find(tx, text)
        await workspaces.set_plan(tx, found.id, plan)
        if changes := changes_between({"plan": found.plan}, {"plan": plan}):
            target = Target(TargetKind.WORKSPACE, found.name, found.id)
            changed = AuditAction.WORKSPACE_PLAN_CHANGED
            await audit_log.add(tx, [AuditEntry(now, by, changed, target, found.id, changes)])
    return Workspace(found.id, found.name, plan)


async def _find(tx: Transaction, text: str) -> Workspace:
    every = await workspaces.browse(tx)
    named = [each for each in every if each.name == text.strip()]
    found = named or [each for each in every if str(each.id) == text.strip()]
    if not found:
        raise NotFoundError(f"There is no workspace named {text!r}.")
    if len(found) > 1:
        ids = ", ".join(str(each.id) for each in found)
        raise InvalidValueError({"workspace": [f"Several have this name; give an id: {ids}."]})
    return found[0]
