"""The lookout: knows when the service was blind, before anybody is judged."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import structlog

from cronbeats.clock import Clock
from cronbeats.domain.blind_window import LONGEST_GAP, BlindWindows
from cronbeats.domain.words import in_words
from cronbeats.services.stay_aware import stay_aware
from cronbeats.storage.database import Database

BEAT_SECONDS = 5.0
# Half of the longest gap, so that clocks which differ a little cannot hide one.
_LONGEST_TRUST = LONGEST_GAP / 2
_NO_TIME = timedelta(0)

_log = structlog.get_logger()


class Lookout:
    """Beats every few seconds, and at once when somebody asks after a silence of ours."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock
        self._seen_at: datetime | None = None
        self._windows = BlindWindows()
        self._beating = asyncio.Lock()

    async def step(self) -> float:
        """Beat once; return the seconds until the next beat."""
        async with self._beating:
            await self._beat()
        return BEAT_SECONDS

    async def windows(self) -> BlindWindows:
        """Return every blind window up to this moment. Raises UnavailableError."""
        if not self._is_trustworthy():
            async with self._beating:
                if not self._is_trustworthy():
                    await self._beat()
        return self._windows

    def _is_trustworthy(self) -> bool:
        """Whether no gap can have gone by since we last beat."""
        if self._seen_at is None:
            return False
        return _NO_TIME <= self._clock() - self._seen_at <= _LONGEST_TRUST

    async def _beat(self) -> None:
        aware = await stay_aware(self._db, self._clock)
        self._seen_at, self._windows = aware.at, aware.windows
        if aware.found is not None:
            _log.warning(
                "blind_window",
                reason=str(aware.found.reason),
                started_at=aware.found.started_at.isoformat(),
                ended_at=aware.found.ended_at.isoformat(),
                lasted=in_words(aware.found.ended_at - aware.found.started_at),
            )
