"""Blind windows: times in which CronBeats itself could not accept pings."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

LONGEST_GAP = timedelta(seconds=30)
"""The longest silence of ours that is no blind window."""


class Blindness(StrEnum):
    """Why we could not hear, or could not tell the time."""

    SILENCE = "silence"
    CLOCK_SET_BACK = "clock_set_back"
    CLOCK_RAN_AHEAD = "clock_ran_ahead"


@dataclass(frozen=True, slots=True)
class BlindWindow:
    """From the last moment at which we were known to hear to the first at which we heard again.

    If the clock was set back, it is the time that came twice; if it had run ahead before, the time
    that never was. Only silence keeps us from judging.
    """

    started_at: datetime
    ended_at: datetime
    reason: Blindness = Blindness.SILENCE


class BlindWindows:
    """All times in which we could not hear, in order, none of which overlap."""

    def __init__(self, windows: Iterable[BlindWindow] = ()) -> None:
        self._windows = sorted(windows, key=lambda window: window.started_at)
        self._ends = [window.ended_at for window in self._windows]

    def __bool__(self) -> bool:
        return bool(self._windows)

    def first_touching(self, start: datetime, end: datetime) -> BlindWindow | None:
        """Return the first window of which some part lies between `start` and `end`, or None."""
        position = bisect_right(self._ends, start)
        if position == len(self._windows):
            return None
        window = self._windows[position]
        return window if window.started_at < end else None

    def last_touching(self, start: datetime, end: datetime) -> BlindWindow | None:
        """Return the last window of which some part lies between `start` and `end`, or None."""
        found = None
        window = self.first_touching(start, end)
        while window is not None:
            found = window
            window = self.first_touching(window.ended_at, end)
        return found


ALWAYS_HEARD = BlindWindows()
"""There was no blind window."""
