"""Doubt: since when it is not certain that every ping which came is known."""

from __future__ import annotations

from datetime import datetime, timedelta

from cronbeats.clock import Clock
from cronbeats.domain.blind_window import BlindWindow, BlindWindows

# After the database was away, other processes commit what they still have, and note what they had
# to refuse, within this time: their loops pause 5 s at most. Clients try again meanwhile.
_PATIENCE = timedelta(seconds=6)
_EXTENT = timedelta(seconds=1)
# Who refuses some pings all the time, though the database can be used, must not excuse all the
# others for ever; after so long without a refusal, the next one is excused again.
_LONGEST_EXCUSE = timedelta(minutes=10)
_PAUSE = timedelta(minutes=1)


class Doubt:
    """Knows of pings that were refused here, and of failures of the database that all share.

    `refused_since` is when the first ping came that could not be stored and is in no blind window
    yet, None if there is none.
    """

    def __init__(self, clock: Clock) -> None:
        self.refused_since: datetime | None = None
        self._clock = clock
        self._refusing_from = self._refused_at = self._newest = clock()
        self._certain_until: datetime | None = None
        self._failed_from: datetime | None = None
        self._over_at: datetime | None = None
        self._base: BlindWindows | None = None
        self._blind: BlindWindow | None = None
        self._together = BlindWindows()

    def note_refusal(self, received_at: datetime) -> None:
        """Know of a ping that came at `received_at` and could not be stored."""
        if received_at - self._refused_at >= _PAUSE or received_at < self._refusing_from:
            self._refusing_from = received_at
        self._refused_at = received_at
        if received_at - self._refusing_from > _LONGEST_EXCUSE and self._failed_from is None:
            return
        if self.refused_since is None:
            self.refused_since = self._newest = received_at
        self.refused_since = min(self.refused_since, received_at)
        self._newest = max(self._newest, received_at)

    def note_failure(self) -> None:
        """Know that the database could not be used just now."""
        if self._failed_from is None:
            self._failed_from = self._certain_until or self._clock()
        self._over_at = None

    def settle_refusals(self, since: datetime, until: datetime) -> None:
        """Know that a blind window from `since` to `until` is kept, and what came in it is told."""
        if self.refused_since is not None and self.refused_since >= since:
            self.refused_since = None if self._newest <= until else until

    def note_beat(self, at: datetime) -> None:
        """Know that the database could be used at `at`."""
        self._certain_until = at
        if self._failed_from is not None and self._over_at is None:
            self._over_at = at + _PATIENCE

    def certain_until(self, until: datetime) -> datetime:
        """Return up to when, `until` at most, all that came is known, or in a blind window."""
        since = self._since()
        return until if since is None else min(until, since)

    def with_doubt(self, windows: BlindWindows) -> BlindWindows:
        """Return blind windows and, if there is doubt, the time since it began as one more.

        So nobody who is heard of now is blamed for what others may have to tell of.
        """
        since = self._since()
        if since is None:
            return windows
        now = self._clock()
        blind = self._blind
        is_same = blind is not None and blind.started_at == since and now <= blind.ended_at
        if not is_same or self._base is not windows:
            self._base, self._blind = windows, BlindWindow(since, max(since, now) + _EXTENT)
            self._together = windows.and_also(self._blind)
        return self._together

    def _since(self) -> datetime | None:
        if self._failed_from is not None:
            is_over = self._over_at is not None and self._clock() >= self._over_at
            if is_over or self._clock() < self._failed_from:
                self._failed_from = self._over_at = None
        moments = [each for each in (self.refused_since, self._failed_from) if each is not None]
        return min(moments, default=None)
