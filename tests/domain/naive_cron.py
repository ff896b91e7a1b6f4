"""Cron, written dully and apart from the code under test.

Every matching minute of the wall clock is looked up in the zone: a skipped one runs right after the
gap, a repeated one runs once. With a `*` as minute or hour there is nothing to make up for: it runs
whenever the wall clock matches.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import product
from zoneinfo import ZoneInfo

_A_MINUTE = timedelta(minutes=1)
_A_DAY = timedelta(days=1)


def naive_slots(expression: str, zone: str, first: datetime, until: datetime) -> list[datetime]:
    """Return all slots from `first` up to `until`, both included."""
    slots = set[datetime]()
    day = first.astimezone(ZoneInfo(zone)).date() - 2 * _A_DAY
    while day <= until.astimezone(ZoneInfo(zone)).date() + _A_DAY:
        slots.update(_slots_of_day(expression, ZoneInfo(zone), day))
        day += _A_DAY
    return sorted(slot for slot in slots if first <= slot <= until)


def _slots_of_day(expression: str, zone: ZoneInfo, day: date) -> Iterator[datetime]:
    minute, hour, *days = expression.split()
    if not _is_day(day, *days):
        return
    for its_hour, its_minute in product(_values(hour, 0, 23), _values(minute, 0, 59)):
        wall = datetime.combine(day, time(its_hour, its_minute))
        real = _moments(wall, zone)
        if minute.startswith("*") or hour.startswith("*"):
            yield from real
        else:
            while not real:
                wall += _A_MINUTE
                real = _moments(wall, zone)
            yield real[0]


def _moments(wall: datetime, zone: ZoneInfo) -> list[datetime]:
    """Return when the clock on the wall shows `wall`: once, twice, or never."""
    both = {wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)}
    return sorted(each for each in both if each.astimezone(zone).replace(tzinfo=None) == wall)


def _is_day(day: date, of_month: str, month: str, of_week: str) -> bool:
    if day.month not in _values(month, 1, 12):
        return False
    matches = (
        day.day in _values(of_month, 1, 31),
        day.isoweekday() % 7 in {each % 7 for each in _values(of_week, 0, 7)},
    )
    return all(matches) if "*" in (of_month[0], of_week[0]) else any(matches)


def _values(field: str, low: int, high: int) -> set[int]:
    values = set[int]()
    for term in field.split(","):
        span, _, step = term.partition("/")
        start, _, end = span.partition("-")
        if span == "*":
            start, end = str(low), str(high)
        values.update(range(int(start), int(end or start) + 1, int(step or 1)))
    return values
