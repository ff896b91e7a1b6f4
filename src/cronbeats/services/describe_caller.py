"""Describe a caller: whose key it is, and how much there is in its workspace."""

from __future__ import annotations

from dataclasses import dataclass

from cronbeats.domain.access import Identity
from cronbeats.domain.api_key import ApiKey
from cronbeats.domain.errors import InvalidKeyError
from cronbeats.storage import api_keys, jobs, workspaces
from cronbeats.storage.database import Database


@dataclass(frozen=True, slots=True)
class CallerDescription:
    """Who is knocking, in more words than an identity has."""

    workspace_name: str
    key: ApiKey
    job_count: int


async def describe_caller(db: Database, who: Identity) -> CallerDescription:
    """Return what there is to know of a caller.

    Raises InvalidKeyError if the key has gone since it was looked at.
    """
    async with db.read() as tx:
        key = await api_keys.get(tx, who.key_id)
        if key is None:
            raise InvalidKeyError
        name = await workspaces.get_name(tx, who.workspace_id)
        return CallerDescription(name, key, await jobs.count(tx, who.workspace_id))
