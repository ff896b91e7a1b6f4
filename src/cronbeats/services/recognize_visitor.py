"""Recognize a visitor: from a session's token to who is there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from cronbeats.domain.account import User, explain_bad_email, fold_email
from cronbeats.domain.membership import Membership
from cronbeats.domain.session import Client, Session
from cronbeats.storage import sessions, users, visitors
from cronbeats.storage.database import Database


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody who is signed in, in which session, and the workspaces that they are in."""

    user: User
    session: Session
    memberships: tuple[Membership, ...]


async def recognize_visitor(
    db: Database, token: str | None, client: Client, now: datetime
) -> Visitor | None:
    """Return who holds the session with this token, None if it is none, is over or awaits a code.

    That, and where, the session was seen is written down, at most once a minute. Raises
    UnavailableError.
    """
    if not token:
        return None
    found = await visitors.look_up(db, token)
    if found is None or found.session.is_pending_code or found.session.is_over(now):
        return None
    if found.session.is_seen_news(now):
        async with db.write_lightly() as tx:
            await sessions.note_seen(tx, found.session.id, client, now)
    return Visitor(found.user, found.session, found.memberships)


async def recognize_named(
    db: Database, email: str, session: str | None, now: datetime
) -> User | None:
    """Return whom a trusted proxy names by an address, None if they have no account.

    `session` is the token that the browser shows besides: if it is somebody else's, that session
    ends, as another person sits there now. Raises UnavailableError.
    """
    email = fold_email(email)
    async with db.read() as tx:
        # What is no address is nobody's, and need not reach the database.
        user = None if explain_bad_email(email) else await users.find(tx, email)
        shown = None if session is None else await sessions.find(tx, session)
    if session and shown and not shown.is_over(now) and (not user or shown.user_id != user.id):
        async with db.write() as tx:
            await sessions.end(tx, session)
    return user
