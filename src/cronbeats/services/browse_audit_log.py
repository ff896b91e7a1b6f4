"""Browse the audit log: who did what in a workspace."""

from __future__ import annotations

from cronbeats.domain.page import Page, PageRequest
from cronbeats.storage import audit_log
from cronbeats.storage.audit_log import AuditQuery, StoredEntry
from cronbeats.storage.database import Database


async def browse_audit_log(
    db: Database, workspace_id: int, wanted: AuditQuery, request: PageRequest
) -> Page[StoredEntry]:
    """Return a page of a workspace's entries that match, newest first."""
    async with db.read() as tx:
        found, total = await audit_log.browse(tx, workspace_id, wanted, request)
    return Page(found, request, total)
