"""Recognize a visitor: from a session's token to who is there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from cronbeats.domain.account import User
from cronbeats.domain.session import Client, Session
from cronbeats.storage import sessions, users
from cronbeats.storage.database import Database


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody who is signed in, and in which session."""

    user: User
    session: Session


async def recognize_visitor(
    db: Database, token: str | None, client: Client, now: datetime
) -> Visitor | None:
    """Return who holds the session with this token, None if it is none, is over or awaits a code.

    That, and where, the session was seen is written down, at most once a minute. Raises
    UnavailableError.
    """
    if not token:
        return None
    async with db.read() as tx:
        session = await sessions.find(tx, token)
        if session is None or session.is_pending_code or session.is_over(now):
            return None
        user = await users.get(tx, session.user_id)
    if user is None:
        return None
    if session.is_seen_news(now):
        async with db.write_lightly() as tx:
            await sessions.note_seen(tx, session.id, client, now)
    return Visitor(user, session)
