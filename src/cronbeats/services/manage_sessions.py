"""Manage sessions: where a person is signed in, and an end to it."""

from __future__ import annotations

from datetime import datetime

from cronbeats.domain.errors import NotFoundError
from cronbeats.domain.session import Session
from cronbeats.storage import sessions
from cronbeats.storage.database import Database


async def browse_sessions(db: Database, user_id: int, now: datetime) -> list[Session]:
    """Return the sessions in which a person is signed in, the one seen last first."""
    async with db.read() as tx:
        return await sessions.browse(tx, user_id, now)


async def end_session(db: Database, user_id: int, session_id: int) -> None:
    """End one session of a person at once. Raises NotFoundError if it is none of theirs."""
    async with db.write() as tx:
        if not await sessions.end_one(tx, user_id, session_id):
            raise NotFoundError("This session has ended already")


async def end_other_sessions(db: Database, user_id: int, but: int | None) -> int:
    """End all sessions of a person but one, if any; return how many there were."""
    async with db.write() as tx:
        return await sessions.end_all(tx, user_id, but)
