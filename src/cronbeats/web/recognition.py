"""Whose session a cookie opens."""

from __future__ import annotations

from datetime import datetime

from cronbeats.domain.session import Client
from cronbeats.services.find_workspaces import workspaces_of
from cronbeats.services.recognize_visitor import recognize_visitor
from cronbeats.storage.database import Database
from cronbeats.web.visit import Recognize, Visitor


def recognizer(db: Database) -> Recognize:
    """Return what recognizes people by the sessions in a database."""

    async def recognize(token: str, client: Client, now: datetime) -> Visitor | None:
        known = await recognize_visitor(db, token, client, now)
        if known is None:
            return None
        memberships = await workspaces_of(db, known.user.id)
        return Visitor(known.user, known.session.id, memberships)

    return recognize
