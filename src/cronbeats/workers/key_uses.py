"""The uses of API keys: noted at the door, written down a moment later, so that nobody waits."""

from __future__ import annotations

from datetime import datetime

import structlog

from cronbeats.domain.api_key import USE_IS_NEWS_AFTER
from cronbeats.domain.errors import UnavailableError
from cronbeats.services.note_key_uses import note_key_uses
from cronbeats.storage.database import Database

NOTE_EVERY_SECONDS = 1.0

_log = structlog.get_logger()


class KeyUses:
    """Gathers when keys are used; one step writes what is news, of each key once a minute."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._noted: dict[int, datetime] = {}
        self._unwritten: dict[int, datetime] = {}

    def note(self, key_id: int, now: datetime) -> None:
        """Say that a key was used."""
        before = self._noted.get(key_id)
        if before is None or now - before >= USE_IS_NEWS_AFTER:
            self._noted[key_id] = self._unwritten[key_id] = now

    async def step(self) -> float:
        """Write what was noted; return the seconds until the next time. Raises UnavailableError."""
        if self._unwritten:
            written = dict(self._unwritten)
            await note_key_uses(self._db, written)
            self._unwritten = {
                key_id: at for key_id, at in self._unwritten.items() if written.get(key_id) != at
            }
        return NOTE_EVERY_SECONDS

    async def finish(self) -> None:
        """Write what is left, if that can be done."""
        try:
            await self.step()
        except UnavailableError as error:
            _log.warning("key_uses_not_written", error=str(error))
