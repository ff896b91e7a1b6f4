"""Who visits: whose session a cookie opens, or whom a trusted proxy names."""

from __future__ import annotations

from datetime import datetime

from cronbeats.domain.session import Client
from cronbeats.services.find_workspaces import workspaces_of
from cronbeats.services.recognize_visitor import recognize_named, recognize_visitor
from cronbeats.storage.database import Database
from cronbeats.web.visit import Recognize, RecognizeNamed, Visitor


def namer(db: Database) -> RecognizeNamed:
    """Return what finds people by the addresses that a trusted proxy names."""

    async def recognize(email: str, session: str | None, now: datetime) -> Visitor | None:
        user = await recognize_named(db, email, session, now)
        if user is None:
            return None
        return Visitor(user, None, await workspaces_of(db, user.id))

    return recognize


def recognizer(db: Database) -> Recognize:
    """Return what recognizes people by the sessions in a database."""

    async def recognize(token: str, client: Client, now: datetime) -> Visitor | None:
        known = await recognize_visitor(db, token, client, now)
        if known is None:
            return None
        return Visitor(known.user, known.session.id, known.memberships)

    return recognize
