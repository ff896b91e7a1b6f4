"""Doubt: since when it is not certain that every ping which came is known."""

from __future__ import annotations

from datetime import datetime, timedelta

from cronbeats.clock import Clock
from cronbeats.domain.blind_window import BlindWindow, BlindWindows

# After the database was away, other processes commit what they still have, and note what they had
# to refuse, within this time: their loops pause 5 s at most. Clients try again meanwhile.
_PATIENCE = timedelta(seconds=6)
_EXTENT = timedelta(seconds=1)


class Doubt:
    """Knows of pings that were refused here, and of failures of the database that all share.

    `refused_since` is when the first ping came that could not be stored and is in no blind window
    yet, None if there is none.
    """

    def __init__(self, clock: Clock) -> None:
        self.refused_since: datetime | None = None
        self._clock = clock
        self._certain_until: datetime | None = None
        self._failed_from: datetime | None = None
        self._over_at: datetime | None = None
        self._base: BlindWindows | None = None
        self._blind: BlindWindow | None = None
        self._together = BlindWindows()

    def note_refusal(self, received_at: datetime) -> None:
        """Know of a ping that came at `received_at` and could not be stored."""
        if self.refused_since is None or received_at < self.refused_since:
            self.refused_since = received_at

    def note_failure(self) -> None:
        """Know that the database could not be used just now."""
        if self._failed_from is None:
            self._failed_from = self._certain_until or self._clock()
        self._over_at = None

    def take_refusals(self) -> datetime | None:
        """Return `refused_since`, of which somebody takes care now."""
        since, self.refused_since = self.refused_since, None
        return since

    def note_beat(self, at: datetime) -> None:
        """Know that the database could be used at `at`."""
        self._certain_until = at
        if self._failed_from is not None and self._over_at is None:
            self._over_at = at + _PATIENCE

    def certain_until(self, until: datetime) -> datetime:
        """Return up to when, `until` at most, all that came is known, or in a blind window."""
        if self.refused_since is not None:
            until = min(until, self.refused_since)
        if self._failed_from is None:
            return until
        is_over = self._over_at is not None and self._clock() >= self._over_at
        if is_over or self._clock() < self._failed_from:
            self._failed_from = self._over_at = None
            return until
        return min(until, self._failed_from)

    def with_refusals(self, windows: BlindWindows) -> BlindWindows:
        """Return blind windows and, if pings were refused, the time since then as one more."""
        since = self.refused_since
        if since is None:
            return windows
        now = self._clock()
        blind = self._blind
        is_same = blind is not None and blind.started_at == since and now <= blind.ended_at
        if not is_same or self._base is not windows:
            self._base, self._blind = windows, BlindWindow(since, max(since, now) + _EXTENT)
            self._together = windows.and_also(self._blind)
        return self._together
