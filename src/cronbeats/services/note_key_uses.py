"""Note key uses: when each API key was last used, so that people see which are still needed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from cronbeats.storage import api_keys
from cronbeats.storage.database import Database


async def note_key_uses(db: Database, uses: Mapping[int, datetime]) -> None:
    """Remember uses by the keys' ids, each key's at most once a minute. Raises UnavailableError."""
    async with db.write() as tx:
        await api_keys.note_uses(tx, uses)
