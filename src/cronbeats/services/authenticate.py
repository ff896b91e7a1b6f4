"""Authenticate: from an API key to who is knocking."""

from __future__ import annotations

from datetime import datetime

from cronbeats.domain.access import Identity, has_api
from cronbeats.domain.errors import InvalidKeyError, PlanRequiredError
from cronbeats.domain.keys import hash_api_key
from cronbeats.storage import workspaces
from cronbeats.storage.database import Database


async def authenticate(db: Database, api_key: str | None, now: datetime) -> Identity:
    """Return whose key this is.

    Raises InvalidKeyError if none was sent or it is unknown, revoked or expired, and
    PlanRequiredError if its workspace's plan has no API.
    """
    identity = None
    if api_key:
        async with db.read() as tx:
            identity = await workspaces.find_key(tx, hash_api_key(api_key), now)
    if identity is None:
        raise InvalidKeyError("Invalid or expired API key")
    if not has_api(identity.plan):
        raise PlanRequiredError("Management API access requires the Business plan")
    return identity
