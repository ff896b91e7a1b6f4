"""Browse the audit log: who did what in a workspace, or on the whole server."""

from __future__ import annotations

from datetime import datetime

from cronbeats.domain.audit import Actor, person
from cronbeats.domain.page import Page, PageRequest
from cronbeats.storage import api_keys, audit_log, members
from cronbeats.storage.audit_log import AuditQuery, StoredEntry
from cronbeats.storage.database import Database


async def browse_audit_log(
    db: Database, workspace_id: int, wanted: AuditQuery, request: PageRequest
) -> Page[StoredEntry]:
    """Return a page of a workspace's entries that match, newest first."""
    async with db.read() as tx:
        found, total = await audit_log.browse(tx, workspace_id, wanted, request)
    return Page(found, request, total)


async def browse_everywhere(
    db: Database, limit: int, *, since: datetime | None, workspace_id: int | None, is_of_none: bool
) -> list[StoredEntry]:
    """Return the newest entries, for the operator: of all workspaces and of none.

    Or only those of one workspace; or, if `is_of_none`, only what belongs to no workspace: what
    people did with their accounts, and which workspaces were deleted.
    """
    async with db.read() as tx:
        return await audit_log.newest(
            tx, limit, since=since, workspace_id=workspace_id, is_of_none=is_of_none
        )


async def browse_actors(db: Database, workspace_id: int) -> list[Actor]:
    """Return who can do something in a workspace now, or could: its members, then its API keys."""
    async with db.read() as tx:
        people = await members.browse(tx, workspace_id)
        keys = await api_keys.browse(tx, workspace_id)
    return [
        *(person(each.user_id, each.email) for each in people),
        *(each.as_actor(None) for each in keys),
    ]
