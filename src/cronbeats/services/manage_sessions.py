"""Manage sessions: where a person is signed in, and an end to it."""

from __future__ import annotations

from datetime import datetime

from cronbeats.domain.audit import (
    Actor,
    AuditAction,
    AuditEntry,
    FieldChange,
    Target,
    TargetKind,
)
from cronbeats.domain.errors import NotFoundError
from cronbeats.domain.session import Session
from cronbeats.storage import audit_log, sessions
from cronbeats.storage.database import Database, Transaction


async def browse_sessions(db: Database, user_id: int, now: datetime) -> list[Session]:
    """Return the sessions in which a person is signed in, the one seen last first."""
    async with db.read() as tx:
        return await sessions.browse(tx, user_id, now)


async def end_session(db: Database, session_id: int, *, by: Actor, now: datetime) -> None:
    """End one session of a person at once. Raises NotFoundError if it is none of theirs."""
    async with db.write() as tx:
        if not await sessions.end_one(tx, by.user_id or 0, session_id):
            raise NotFoundError("This session has ended already")
        await _write_down(tx, 1, by, now)


async def end_other_sessions(db: Database, but: int | None, *, by: Actor, now: datetime) -> int:
    """End all sessions of a person but one, if any; return how many there were."""
    async with db.write() as tx:
        count = await sessions.end_all(tx, by.user_id or 0, but)
        if count:
            await _write_down(tx, count, by, now)
    return count


async def _write_down(tx: Transaction, count: int, by: Actor, now: datetime) -> None:
    change = FieldChange("sessions", str(count))
    target = Target(TargetKind.USER, by.name, by.id)
    ended = AuditAction.USER_SESSION_ENDED
    await audit_log.add(tx, [AuditEntry(now, by, ended, target, None, (change,))])
