"""Authenticate: from an API key to who is knocking."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from cronbeats.domain.access import Identity
from cronbeats.domain.api_key import KeyStatus
from cronbeats.domain.errors import InvalidKeyError
from cronbeats.domain.keys import hash_api_key
from cronbeats.domain.rate_limit import Usage
from cronbeats.storage import api_keys
from cronbeats.storage.database import Database


@dataclass(frozen=True, slots=True)
class Caller:
    """Who is knocking, and what the workspace's request count was, None if it had none yet."""

    identity: Identity
    usage: Usage | None


async def authenticate(
    db: Database, api_key: str | None, now: datetime, *, address: str | None = None
) -> Caller:
    """Return whose key this is, whether or not the workspace's plan has the API.

    `address` is where it is used from. Raises InvalidKeyError if none was sent or it is not live.
    """
    if api_key:
        found = await api_keys.look_up(db, hash_api_key(api_key))
        if found is not None and found.key.status(now) is KeyStatus.LIVE:
            key, actor = found.key, found.key.as_actor(address)
            who = Identity(key.id, key.workspace_id, key.role, found.plan, actor)
            return Caller(who, found.usage)
    raise InvalidKeyError
