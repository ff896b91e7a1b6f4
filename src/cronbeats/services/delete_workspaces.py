"""Delete workspaces: for everybody at once, and then, row by row, all that they had."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from functools import partial

from cronbeats.domain.access import Action, may
from cronbeats.domain.audit import (
    Actor,
    AuditAction,
    AuditEntry,
    FieldChange,
    Target,
    TargetKind,
)
from cronbeats.domain.errors import InvalidValueError, NotAllowedError, UnavailableError
from cronbeats.domain.line import as_read
from cronbeats.storage import (
    alerts,
    api_keys,
    audit_log,
    deleted_workspaces,
    integrations,
    invitations,
    jobs,
    ledger,
    members,
    workspaces,
)
from cronbeats.storage.database import Database, Transaction
from cronbeats.storage.pruning import Pace

_MOST_TRIES = 10


async def delete_workspace(
    db: Database, workspace_id: int, typed_name: str, *, by: Actor, now: datetime
) -> str:
    """Let a workspace be there for nobody any more; return what it was called.

    Its jobs are not watched, its keys do not work, its invitations are void, it has no members, and
    what it is owed is not sent; only a message that is being sent at this moment may still arrive.
    Raises WorkspaceGoneError, NotAllowedError if a person asks who is no owner,
    InvalidValueError for `name` if the typed name is not the workspace's, and UnavailableError.
    """
    for _ in range(_MOST_TRIES):
        async with db.write() as tx:
            # The jobs before their workspace, as they are by a ping that plans a reminder.
            job_ids = await jobs.lock_all(tx, workspace_id)
            name = await _lock(tx, workspace_id, typed_name, by)
            if await jobs.count(tx, workspace_id) == len(job_ids):
                await _write_down(tx, workspace_id, name, len(job_ids), by=by, now=now)
                await _close(tx, workspace_id, job_ids, now)
                return name
        # A job was made between the two locks, and to lock it now could block a ping of it.
    raise UnavailableError("jobs are being made in this workspace all the time")


async def clear_deleted_workspaces(
    db: Database, pace: Pace, deleted_before: datetime
) -> AsyncIterator[int]:
    """Delete all that is left of workspaces that were deleted before a moment, a step at a time.

    Each step tells how many rows went. Raises UnavailableError.
    """
    async with db.read() as tx:
        found = await deleted_workspaces.find(tx, deleted_before)
    for workspace_id in found:
        count = 1
        while count:
            clear = partial(deleted_workspaces.clear, workspace_id=workspace_id, limit=pace.rows)
            count = await pace.write(db, clear)
            yield count


async def _lock(tx: Transaction, workspace_id: int, typed_name: str, by: Actor) -> str:
    """Lock a workspace of which somebody may decide, and who means this one; return its name."""
    if not may(await workspaces.lock_as(tx, workspace_id, by.user_id), Action.OWN):
        raise NotAllowedError("Only an owner may delete a workspace")
    name = await workspaces.get_name(tx, workspace_id)
    if as_read(typed_name) != as_read(name):
        raise InvalidValueError({"name": ["Is not the name of this workspace."]})
    return name


async def _close(tx: Transaction, workspace_id: int, job_ids: Sequence[int], now: datetime) -> None:
    await ledger.close_accounts(tx, workspace_id, job_ids)
    await jobs.mark_all_deleted(tx, workspace_id, now)
    # The integrations before their alerts, in the order of whoever sends them.
    await integrations.lock_all(tx, workspace_id)
    await alerts.call_off(tx, workspace_id, now)
    await invitations.use_up_all(tx, workspace_id, now)
    await api_keys.revoke_all(tx, workspace_id, now)
    await members.remove_all(tx, workspace_id)
    await workspaces.mark_deleted(tx, workspace_id, now)


async def _write_down(
    tx: Transaction, workspace_id: int, name: str, job_count: int, *, by: Actor, now: datetime
) -> None:
    """Tell the audit log, in no workspace: the entries of this one go with it."""
    had = {
        "jobs": job_count,
        "api_keys": await api_keys.count_unended(tx, workspace_id, now),
        "members": await members.count(tx, workspace_id),
    }
    changes = tuple(FieldChange(what, str(count)) for what, count in had.items())
    target = Target(TargetKind.WORKSPACE, name, workspace_id)
    deleted = AuditAction.WORKSPACE_DELETED
    await audit_log.add(tx, [AuditEntry(now, by, deleted, target, None, changes)])
