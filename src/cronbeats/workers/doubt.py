"""Doubt: since when it is not certain that every ping which came is known."""

from __future__ import annotations

from datetime import datetime, timedelta

from cronbeats.clock import Clock
from cronbeats.domain.blind_window import LONGEST_GAP, BlindWindow, BlindWindows

# After the database was away, other processes commit what they still have, and note what they had
# to refuse, within this time: their loops pause 5 s at most. Clients try again meanwhile.
_PATIENCE = timedelta(seconds=6)
_EXTENT = timedelta(seconds=1)
# Whoever sends more pings than can be stored, job or stranger, must not hide dead jobs for ever:
# refusals excuse nobody any more when so much of the last hour could not be heard.
_HOUR = timedelta(hours=1)
_MOST_OF_AN_HOUR = timedelta(minutes=30)


class Doubt:
    """Knows of pings that were refused here, and of failures of the database that all share.

    `refused_since` is when the first ping came that could not be stored and is in no blind window
    yet, None if there is none.
    """

    def __init__(self, clock: Clock) -> None:
        self.refused_since: datetime | None = None
        self._clock = clock
        self._newest = clock()
        self._excuses = True
        self._since_outage = self._newest
        self._certain_until: datetime | None = None
        self._failed_from: datetime | None = None
        self._over_at: datetime | None = None
        self._base: BlindWindows | None = None
        self._blind: BlindWindow | None = None
        self._together = BlindWindows()

    def note_refusal(self, received_at: datetime) -> None:
        """Know of a ping that came at `received_at` and could not be stored."""
        if not self._excuses and self._failed_from is None:
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
            # What lies ahead of the clock was told before it was set back.
            is_all_told = self._newest <= until or self._newest > self._clock()
            self.refused_since = None if is_all_told else until

    def note_beat(self, at: datetime, windows: BlindWindows) -> None:
        """Know that the database could be used at `at`, and what blind windows it has."""
        before, self._certain_until = self._certain_until, at
        if self._failed_from is not None or before is None or at - before > LONGEST_GAP:
            self._since_outage = at
        since = max(self._since_outage, at - _HOUR)
        blind = at - since - windows.heard_between(since, at)
        self._excuses = blind < _MOST_OF_AN_HOUR
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
