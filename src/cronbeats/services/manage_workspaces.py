"""Manage workspaces: make, rename, list and find them, choose their plan, see what they use."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from cronbeats.domain.access import DEFAULT_PLAN, PLANS, Action, Role, may
from cronbeats.domain.audit import (
    Actor,
    AuditAction,
    about_workspace,
    changes_between,
)
from cronbeats.domain.errors import InvalidValueError, NotAllowedError, NotFoundError
from cronbeats.domain.line import explain_bad_name
from cronbeats.domain.membership import MOST_WORKSPACES
from cronbeats.domain.rate_limit import Usage
from cronbeats.storage import api_keys, audit_log, jobs, members, request_counts, users, workspaces
from cronbeats.storage.database import Database, Transaction
from cronbeats.storage.workspaces import Workspace


@dataclass(frozen=True, slots=True)
class WorkspaceUsage:
    """What a workspace has; `requests` is its request count, None if it never had one."""

    job_count: int
    member_count: int
    key_count: int
    requests: Usage | None


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
        await workspaces.lock(tx, found.id)
        await workspaces.set_plan(tx, found.id, plan)
        if changes := changes_between({"plan": found.plan}, {"plan": plan}):
            done = AuditAction.WORKSPACE_PLAN_CHANGED
            entry = about_workspace(found.id, found.name, done, by=by, now=now, changes=changes)
            await audit_log.add(tx, [entry])
    return Workspace(found.id, found.name, plan)


async def create_workspace(db: Database, name: str, *, by: Actor, now: datetime) -> int:
    """Make a workspace whose owner is the person who asks, and return its id.

    Raises NotAllowedError for others than people, and InvalidValueError for `name`.
    """
    name = _checked_name(name)
    if by.user_id is None:
        raise NotAllowedError("A workspace needs a person to own it")
    async with db.write() as tx:
        # One at a time, so that nobody ends up with more than there may be.
        await users.lock_credentials(tx, by.user_id)
        owned = [
            each for each in await members.memberships_of(tx, by.user_id) if each.role is Role.OWNER
        ]
        if len(owned) >= MOST_WORKSPACES:
            reason = f"You own {MOST_WORKSPACES} workspaces, which is as many as there may be."
            raise InvalidValueError({"name": [reason]})
        workspace_id = await workspaces.add(tx, name, DEFAULT_PLAN, by.user_id, now)
        made = about_workspace(workspace_id, name, AuditAction.WORKSPACE_CREATED, by=by, now=now)
        await audit_log.add(tx, [made])
    return workspace_id


async def rename_workspace(
    db: Database, workspace_id: int, name: str, *, by: Actor, now: datetime
) -> None:
    """Call a workspace something else.

    Raises NotFoundError, NotAllowedError, and InvalidValueError for `name`.
    """
    name = _checked_name(name)
    async with db.write() as tx:
        if not may(await workspaces.lock_as(tx, workspace_id, by.user_id), Action.MANAGE_WORKSPACE):
            raise NotAllowedError("Only admins and owners may rename a workspace")
        before = await workspaces.get_name(tx, workspace_id)
        await workspaces.rename(tx, workspace_id, name)
        if changes := changes_between({"name": before}, {"name": name}):
            done = AuditAction.WORKSPACE_RENAMED
            entry = about_workspace(workspace_id, before, done, by=by, now=now, changes=changes)
            await audit_log.add(tx, [entry])


async def measure_usage(db: Database, workspace_id: int, now: datetime) -> WorkspaceUsage:
    """Return what a workspace has, and what it used of its plan."""
    async with db.read() as tx:
        return WorkspaceUsage(
            await jobs.count(tx, workspace_id),
            await members.count(tx, workspace_id),
            await api_keys.count_unended(tx, workspace_id, now),
            await request_counts.get(tx, workspace_id),
        )


def _checked_name(name: str) -> str:
    name = name.strip()
    if errors := explain_bad_name(name):
        raise InvalidValueError({"name": errors})
    return name


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
