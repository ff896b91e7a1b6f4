"""The lookout: knows when the service was blind, before anybody is judged."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import structlog

from cronbeats.clock import Clock
from cronbeats.domain.blind_window import LONGEST_GAP, BlindWindow, BlindWindows
from cronbeats.domain.words import in_words
from cronbeats.services.stay_aware import Awareness, ReadServerTime, stay_aware
from cronbeats.storage.database import Database

BEAT_SECONDS = 5.0
# Half of the longest gap, so that clocks which differ a little cannot hide one.
_LONGEST_TRUST = LONGEST_GAP / 2
_NO_TIME = timedelta(0)

_log = structlog.get_logger()


class Lookout:
    """Beats every few seconds, and at once when somebody asks after a silence of ours."""

    def __init__(
        self, db: Database, clock: Clock, read_server_time: ReadServerTime | None = None
    ) -> None:
        self._db = db
        self._clock = clock
        self._read_server_time = read_server_time
        self._aware: Awareness | None = None
        self._beating = asyncio.Lock()
        self._is_clock_off = False

    def clock_warning(self) -> str | None:
        """Say what is wrong with this machine's clock and what to do, None if nothing is."""
        if self._aware is None or not self._is_clock_off:
            return None
        ahead = self._aware.ahead
        differs = f"{in_words(abs(ahead))} {'ahead of' if ahead > _NO_TIME else 'behind'}"
        return (
            f"the clock of this machine is {differs} that of the database's server: set both by "
            "NTP, or jobs are judged too early or too late and alerts may come twice"
        )

    async def step(self) -> float:
        """Beat once; return the seconds until the next beat."""
        async with self._beating:
            await self._beat()
        return BEAT_SECONDS

    async def windows(self) -> BlindWindows:
        """Return every blind window up to this moment. Raises UnavailableError."""
        aware = self._trusted()
        if aware is None:
            async with self._beating:
                aware = self._trusted() or await self._beat()
        return aware.windows

    def _trusted(self) -> Awareness | None:
        """Return what we know, if no gap can have gone by since we last beat."""
        if self._aware is None:
            return None
        is_fresh = _NO_TIME <= self._clock() - self._aware.at <= _LONGEST_TRUST
        return self._aware if is_fresh else None

    async def _beat(self) -> Awareness:
        aware = await stay_aware(self._db, self._clock, self._read_server_time, self._aware)
        self._aware = aware
        if aware.found is not None:
            _tell(aware.found)
        self._mind_the_clock(aware.ahead)
        return aware

    def _mind_the_clock(self, ahead: timedelta) -> None:
        """Note, and log once, that the clock is off, or that it is no longer."""
        was_off, self._is_clock_off = self._is_clock_off, abs(ahead) > LONGEST_GAP
        if self._is_clock_off and not was_off:
            _log.warning("clock_is_off", reason=self.clock_warning())
        elif was_off and not self._is_clock_off:
            _log.info("clock_is_right_again")


def _tell(found: BlindWindow) -> None:
    _log.warning(
        "blind_window",
        reason=str(found.reason),
        started_at=found.started_at.isoformat(),
        ended_at=found.ended_at.isoformat(),
        lasted=in_words(found.ended_at - found.started_at),
    )
