"""Moments, spans and schedules in words for people."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from cronsim import CronSim

from cronbeats.domain.schedule import Every, Schedule

_SECOND = timedelta(seconds=1)
_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400
_UNITS = (("day", _DAY), ("hour", _HOUR), ("minute", _MINUTE), ("second", 1))
_NO_LONGER_NOW = 10
_AT_FIRST = re.compile(r"At (\d\d:\d\d) (every day|on Monday through Friday)")
_OFTEN = {"every day": "every day", "on Monday through Friday": "every weekday"}


def in_words(span: timedelta) -> str:
    """Return a span of time with its two largest units, as in `2 h 14 m`."""
    seconds = max(0, span // _SECOND)
    parts: list[tuple[int, str]] = []
    for unit, size in _UNITS:
        count, seconds = divmod(seconds, size)
        if count or parts:
            parts.append((count, unit[0]))
    shown = [f"{count} {unit}" for count, unit in parts[:2] if count]
    return " ".join(shown) or "0 s"


def how_long_ago(moment: datetime, now: datetime) -> str:
    """Return when something was or will be, as in `3 min ago` or `in 2 h`; never too much of it."""
    distance = abs(now - moment) // _SECOND
    if distance < _NO_LONGER_NOW:
        return "just now"
    span = _roughly(distance)
    return f"in {span}" if moment > now else f"{span} ago"


_TO_MINUTES, _TO_SECONDS = len("2026-02-20 15:42"), len("2026-02-20 15:42:00")


def local(moment: datetime, timezone: str) -> str:
    """Return a moment in a time zone, to the second only where it has any."""
    there = moment.astimezone(ZoneInfo(timezone))
    # Several times as fast as strftime(), and a page has a hundred of them.
    told = there.isoformat(" ", "seconds" if there.second else "minutes")
    return f"{told[: _TO_SECONDS if there.second else _TO_MINUTES]} {there.tzname()}"


def schedule_in_words(schedule: Schedule) -> str:
    """Return when a run is expected, as in `every weekday at 02:30, Europe/Berlin`."""
    if isinstance(schedule, Every):
        return _interval_in_words(schedule.seconds)
    told = CronSim(schedule.expression, datetime(2000, 1, 1)).explain()  # noqa: DTZ001 - not used
    if match := _AT_FIRST.fullmatch(told):
        told = f"{_OFTEN[match[2]]} at {match[1]}"
    return f"{told[0].lower()}{told[1:]}, {schedule.timezone}"


def _roughly(seconds: int) -> str:
    if seconds < _MINUTE:
        return f"{seconds // 10 * 10} s"
    if seconds < _HOUR:
        return f"{seconds // _MINUTE} min"
    return f"{seconds // _HOUR} h" if seconds < 2 * _DAY else f"{seconds // _DAY} d"


def _interval_in_words(seconds: int) -> str:
    unit, size = next(each for each in _UNITS if seconds % each[1] == 0)
    return f"every {unit}" if seconds == size else f"every {seconds // size} {unit}s"
