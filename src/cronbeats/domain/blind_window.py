"""Blind windows: times in which CronBeats itself could not accept pings."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import accumulate

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
    """All times in which we could not hear, in order; those that overlap are taken for one."""

    def __init__(self, windows: Iterable[BlindWindow] = ()) -> None:
        self._windows = _joined(windows)
        self._starts = [window.started_at for window in self._windows]
        self._ends = [window.ended_at for window in self._windows]
        lengths = (window.ended_at - window.started_at for window in self._windows)
        self._blind_so_far = list(accumulate(lengths, initial=timedelta(0)))

    def __bool__(self) -> bool:
        return bool(self._windows)

    def and_also(self, window: BlindWindow) -> BlindWindows:
        """Return these windows and one more."""
        return BlindWindows([*self._windows, window])

    def first_touching(self, start: datetime, end: datetime) -> BlindWindow | None:
        """Return the first window of which some part lies between `start` and `end`, or None."""
        position = bisect_right(self._ends, start)
        if position == len(self._windows):
            return None
        window = self._windows[position]
        return window if window.started_at < end else None

    def last_touching(self, start: datetime, end: datetime) -> BlindWindow | None:
        """Return the last window of which some part lies between `start` and `end`, or None."""
        position = bisect_left(self._starts, end) - 1
        if position < 0:
            return None
        window = self._windows[position]
        return window if window.ended_at > start else None

    def touching(self, start: datetime, end: datetime) -> list[BlindWindow]:
        """Return the windows of which some part lies between `start` and `end`, in order."""
        first = bisect_right(self._ends, start)
        return self._windows[first : max(first, bisect_left(self._starts, end))]

    def around(self, moment: datetime) -> BlindWindow | None:
        """Return the window that `moment` lies within, its bounds not included, or None."""
        return self.last_touching(moment, moment)

    def ended_after(self, moment: datetime) -> list[BlindWindow]:
        """Return the windows that reach beyond `moment`, the newest first."""
        return self._windows[bisect_right(self._ends, moment) :][::-1]

    def heard_between(self, start: datetime, end: datetime) -> timedelta:
        """Return for how much of the time from `start` to `end` we could hear."""
        if end <= start:
            return timedelta(0)
        return (end - start) - (self._blind_until(end) - self._blind_until(start))

    def _blind_until(self, moment: datetime) -> timedelta:
        """Return how much of all time up to `moment` we were blind."""
        begun = bisect_left(self._starts, moment)
        if begun == 0:
            return timedelta(0)
        still_to_come = max(self._ends[begun - 1] - moment, timedelta(0))
        return self._blind_so_far[begun] - still_to_come


def _joined(windows: Iterable[BlindWindow]) -> list[BlindWindow]:
    joined: list[BlindWindow] = []
    for window in sorted(windows, key=lambda each: each.started_at):
        if joined and window.started_at < joined[-1].ended_at:
            ended_at = max(joined[-1].ended_at, window.ended_at)
            joined[-1] = replace(joined[-1], ended_at=ended_at)
        else:
            joined.append(window)
    return joined


ALWAYS_HEARD = BlindWindows()
"""There was no blind window."""
