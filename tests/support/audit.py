"""What the audit log of a test's workspace says."""

from cronbeats.domain.audit import AuditEntry
from cronbeats.domain.page import PageRequest
from cronbeats.services.browse_audit_log import browse_audit_log
from cronbeats.storage.audit_log import AuditQuery
from cronbeats.storage.database import Database


async def entries(db: Database, workspace_id: int = 1) -> list[AuditEntry]:
    """Return the newest entries of a workspace, oldest first."""
    page = await browse_audit_log(db, workspace_id, AuditQuery(), PageRequest(1, 1000))
    return [each.entry for each in reversed(page.items)]


async def told(db: Database, workspace_id: int = 1) -> list[str]:
    """Return who did what to what, oldest first, as in `ada@example.com job.paused Backup`."""
    return [
        f"{entry.actor.name} {entry.action} {entry.target.name}"
        for entry in await entries(db, workspace_id)
    ]
