"""Rate limits: how many requests a workspace may make in a minute, and in a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

_MINUTE = timedelta(minutes=1)
_DAY = timedelta(days=1)
# So far apart may clocks be that are as good as in step: two servers', or one before and after it
# was put right.
_SKEW = _MINUTE


class Window(StrEnum):
    """A stretch of time with a limit of its own: a minute or a day of UTC."""

    PER_MINUTE = "per_minute"
    PER_DAY = "per_day"


@dataclass(frozen=True, slots=True)
class RateLimits:
    """The most requests in a minute, and in a day."""

    per_minute: int
    per_day: int


@dataclass(frozen=True, slots=True)
class Usage:
    """How many requests were counted in the minute, and in the day, that began at a moment."""

    minute_start: datetime
    minute_count: int
    day_start: datetime
    day_count: int


@dataclass(frozen=True, slots=True)
class Quota:
    """One window: how many requests may be made in it, how many were, and when it ends."""

    window: Window
    limit: int
    used: int
    resets_at: datetime

    @property
    def remaining(self) -> int:
        """How many more requests may be made; a plan may have shrunk since they were."""
        return max(0, self.limit - self.used)


@dataclass(frozen=True, slots=True)
class Allowance:
    """What a workspace has left of its limits."""

    minute: Quota
    day: Quota

    @property
    def exceeded(self) -> Quota | None:
        """A window that has no room for another request, the minute before the day, or None."""
        return next((quota for quota in (self.minute, self.day) if not quota.remaining), None)


def usage_at(known: Usage | None, now: datetime) -> Usage:
    """Return what was used of the windows of `now`, by what is `known`.

    Clocks do not always go forward, and a clock that goes back must neither give a second budget
    nor shut a workspace out for long. If `known` is of the very next minute, that minute goes on:
    another server's clock is ahead by a little, or ours was. If it is of a later one, the clock was
    set back: its counts are taken over by the windows of `now`, which soon end.
    """
    minute, day = _start(now, _MINUTE), _start(now, _DAY)
    if known is None:
        return Usage(minute, 0, day, 0)
    if minute < known.minute_start <= minute + _SKEW:
        return known
    return Usage(
        minute,
        0 if minute > known.minute_start else known.minute_count,
        day,
        0 if day > known.day_start else known.day_count,
    )


def allowance_of(usage: Usage, limits: RateLimits) -> Allowance:
    """Return what `usage` leaves of `limits`."""
    return Allowance(
        Quota(
            Window.PER_MINUTE,
            limits.per_minute,
            usage.minute_count,
            usage.minute_start + _MINUTE,
        ),
        Quota(Window.PER_DAY, limits.per_day, usage.day_count, usage.day_start + _DAY),
    )


def _start(moment: datetime, length: timedelta) -> datetime:
    """Return when the window of this length began; those of UTC begin at its midnights."""
    midnight = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight + (moment - midnight) // length * length
