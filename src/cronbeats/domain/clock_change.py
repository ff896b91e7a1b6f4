"""Changes of the clocks of a time zone, and what they do to a schedule."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from cronbeats.domain.schedule import Cron, Every, Schedule

_YEAR = timedelta(days=366)
_WEEK = timedelta(days=7)
_MOMENT = timedelta(microseconds=1)
_DAY_SECONDS = 86_400
_NOON = datetime(2000, 1, 1, 12, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class ClockChange:
    """Clocks are set forward or back at a moment: the offsets from UTC before and after it."""

    at: datetime
    before: timedelta
    after: timedelta

    @property
    def shift(self) -> timedelta:
        """How far the clocks go forward; less than nothing if they go back."""
        return self.after - self.before

    @property
    def gone(self) -> tuple[datetime, datetime]:
        """The times on the wall that are skipped, or come twice: from, and up to; as if in UTC."""
        first, second = sorted((self.at + self.before, self.at + self.after))
        return first, second


def clock_changes(timezone: str, now: datetime) -> Iterator[ClockChange]:
    """Give the changes of a zone's clocks within a year from `now`."""
    zone, start = ZoneInfo(timezone), now
    while start < now + _YEAR:
        end = start + _WEEK
        before, after = _offset(start, zone), _offset(end, zone)
        if before != after:
            yield ClockChange(_bisect(start, end, zone), before, after)
        start = end


def clock_notes(schedule: Schedule, timezone: str, now: datetime) -> list[str]:
    """Tell what changes of the clocks within a year do to a schedule, if it is anything odd."""
    changes = clock_changes(timezone, now)
    if isinstance(schedule, Every):
        if schedule.seconds % _DAY_SECONDS:
            return []
        return [f"{_begin(each)}: {_moved_by_the_wall(each)}." for each in changes][:1]
    told = ((each, _tell(schedule, each)) for each in changes)
    return [f"{_begin(change)}: {words}." for change, words in told if words]


def _begin(change: ClockChange) -> str:
    day = change.at + change.before
    way = "forward" if change.shift > timedelta(0) else "back"
    return (
        f"On {day:%a %Y-%m-%d} clocks go {way} from {day:%H:%M} to {change.at + change.after:%H:%M}"
    )


def _moved_by_the_wall(change: ClockChange) -> str:
    return f"a run that came at 12:00 is expected at {_NOON + change.shift:%H:%M} from then on"


def _tell(cron: Cron, change: ClockChange) -> str:
    """Return what a change does to a schedule, empty if nothing odd."""
    on_the_wall = Cron(cron.expression, "UTC")
    start, end = change.gone
    wished = on_the_wall.slot_after(start - _MOMENT)
    if wished >= end:
        return ""
    if change.shift > timedelta(0):
        return _tell_skipped(cron, change, wished, on_the_wall.gap(wished - _MOMENT))
    return _tell_repeated(cron, change, wished, on_the_wall.gap(wished))


def _tell_skipped(cron: Cron, change: ClockChange, wished: datetime, usual: timedelta) -> str:
    if cron.is_wildcard:
        is_longer = cron.gap(change.at - _MOMENT) > usual
        return f"there is no {wished:%H:%M}, so no run is expected then" if is_longer else ""
    slot = cron.slot_after(change.at - _MOMENT) + change.after
    return f"there is no {wished:%H:%M}, so the run is expected at {slot:%H:%M}"


def _tell_repeated(cron: Cron, change: ClockChange, wished: datetime, usual: timedelta) -> str:
    first = cron.slot_after(change.at + change.shift - _MOMENT)
    if cron.is_wildcard:
        is_shorter = cron.slot_after(first) - first < usual
        return f"{wished:%H:%M} comes twice, and a run is expected each time" if is_shorter else ""
    there = first.astimezone(ZoneInfo(cron.timezone))
    return f"{wished:%H:%M} comes twice, and the run is expected once, at {there:%H:%M %Z}"


def _bisect(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """Return the first moment with the offset of `after`; clocks are changed at whole seconds."""
    offset, start = _offset(before, zone), before.replace(microsecond=0)
    low, high = 0, int((after - start).total_seconds())
    while high - low > 1:
        middle = (low + high) // 2
        if _offset(start + timedelta(seconds=middle), zone) == offset:
            low = middle
        else:
            high = middle
    return start + timedelta(seconds=high)


def _offset(moment: datetime, zone: ZoneInfo) -> timedelta:
    return moment.astimezone(zone).utcoffset() or timedelta(0)
