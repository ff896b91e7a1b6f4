"""Authenticate: from an API key to who is knocking."""

from __future__ import annotations

from datetime import datetime

from cronbeats.domain.access import Identity, has_api
from cronbeats.domain.api_key import KeyStatus
from cronbeats.domain.errors import InvalidKeyError, PlanRequiredError
from cronbeats.domain.keys import hash_api_key
from cronbeats.storage import api_keys
from cronbeats.storage.database import Database


async def authenticate(db: Database, api_key: str | None, now: datetime) -> Identity:
    """Return whose key this is.

    Raises InvalidKeyError if none was sent or it is not live, and PlanRequiredError if its
    workspace's plan has no API.
    """
    found = None
    if api_key:
        async with db.read() as tx:
            found = await api_keys.find(tx, hash_api_key(api_key))
    if found is None or found[0].status(now) is not KeyStatus.LIVE:
        raise InvalidKeyError("Invalid or expired API key")
    key, plan = found
    if not has_api(plan):
        raise PlanRequiredError("Management API access requires the Business plan")
    return Identity(key.id, key.workspace_id, key.role, plan)
