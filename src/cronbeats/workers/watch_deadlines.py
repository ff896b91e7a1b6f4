"""Watches the clock for the jobs: judges those whose deadline has come."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

import structlog

from cronbeats.clock import Clock
from cronbeats.domain.errors import UnavailableError
from cronbeats.instruments import Instruments
from cronbeats.services.check_deadlines import check_deadlines, next_deadline
from cronbeats.storage.database import Database
from cronbeats.workers.lookout import Lookout

# A ping that another process has accepted may take this long to be committed. Judging a little
# behind the clock keeps us from blaming a job whose signal is on its way.
_SETTLING_TIME = timedelta(milliseconds=250)

_TELL_AGAIN_AFTER = timedelta(minutes=5)

_log = structlog.get_logger()


class DeadlineWatcher:
    """One step looks at the jobs whose time has come, and says when to look again."""

    def __init__(
        self,
        db: Database,
        clock: Clock,
        lookout: Lookout,
        oldest_unsettled: Callable[[], datetime | None],
        alerts_are_owed: Callable[[], None],
        *,
        instruments: Instruments | None = None,
    ) -> None:
        self._db = db
        self._clock = clock
        self._lookout = lookout
        self._oldest_unsettled = oldest_unsettled
        self._alerts_are_owed = alerts_are_owed
        self._lag = (instruments or Instruments()).look_lag_seconds
        self._told_at: dict[int, datetime] = {}

    async def step(self) -> float:
        """Judge what is due; return the seconds until the next look. Raises UnavailableError."""
        try:
            return await self._step()
        except UnavailableError:
            self._lookout.doubt()
            raise

    async def _step(self) -> float:
        until = self._judged_until()
        upcoming = await next_deadline(self._db)
        if upcoming is None:
            return float("inf")
        if upcoming > until:
            return self._wait_for(upcoming)
        until = await self._lookout.heard_until(until)
        if upcoming > until:
            return _SETTLING_TIME.total_seconds()
        self._lag.observe((self._clock() - upcoming).total_seconds())
        look = await check_deadlines(self._db, until, await self._lookout.windows())
        self._tell(look.failed)
        if look.owed_alerts:
            self._alerts_are_owed()
        # What could not be judged, or is in another process's hands, is looked at again soon.
        return 0 if look.looked_at else _SETTLING_TIME.total_seconds()

    def _tell(self, failed: Iterable[tuple[int, Exception]]) -> None:
        """Log why jobs could not be judged; they are tried several times a second, told seldom."""
        now = self._clock()
        self._told_at = {
            job_id: told_at
            for job_id, told_at in self._told_at.items()
            if timedelta(0) <= now - told_at < _TELL_AGAIN_AFTER
        }
        for job_id, error in failed:
            if job_id not in self._told_at:
                self._told_at[job_id] = now
                _log.error("job_not_judged", job_id=job_id, exc_info=error)

    def _wait_for(self, upcoming: datetime) -> float:
        wait = (upcoming + _SETTLING_TIME - self._clock()).total_seconds()
        # A signal that is still on its way holds us back although the time has come.
        return max(wait, _SETTLING_TIME.total_seconds() / 5)

    def _judged_until(self) -> datetime:
        """Return the moment up to which every signal is known."""
        until = self._clock() - _SETTLING_TIME
        oldest = self._oldest_unsettled()
        return until if oldest is None else min(until, oldest)
