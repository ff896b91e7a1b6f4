"""Schedules: which moments a run is expected at ("slots")."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cronsim import CronSim, CronSimError

from cronbeats.domain.cron_slots import is_wildcard, neighbours, offset_of, zone_of
from cronbeats.domain.errors import InvalidValueError

_LONGEST_EARLY = timedelta(seconds=60)
_CRON_FIELDS = 5
_DAY = timedelta(days=1)
_MOMENT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Every:
    """A run every so many `seconds`, counted from the run before."""

    seconds: int

    def slot_after(self, moment: datetime) -> datetime:
        """Return the first slot after a run, or a slot, at `moment`."""
        return moment + timedelta(seconds=self.seconds)

    def slot_after_run(self, matched_at: datetime) -> datetime:
        """Return the slot that follows a run matched at `matched_at`."""
        return self.slot_after(matched_at)

    def count_slots(self, first: datetime, until: datetime) -> tuple[int, datetime]:
        """Return how many slots there are from `first` up to `until`, and the one after them."""
        if first > until:
            return 0, first
        interval = timedelta(seconds=self.seconds)
        count = (until - first) // interval + 1
        return count, first + count * interval

    def gap(self, moment: datetime) -> timedelta:  # noqa: ARG002 - every moment is alike here
        """Return how far apart the slots around `moment` are."""
        return timedelta(seconds=self.seconds)

    def early(self, moment: datetime) -> timedelta:
        """Return how long before its slot a run may come and still be that slot's run."""
        return min(self.gap(moment) / 4, _LONGEST_EARLY)


@dataclass(frozen=True, slots=True)
class Cron:
    """A run at the wall-clock moments of a 5-field cron `expression` in an IANA `timezone`.

    Daylight saving follows Debian's cron, as cronsim implements it: a job at a fixed time within
    the skipped hour runs right after it, one within the repeated hour runs once.
    """

    expression: str
    timezone: str

    def slot_after(self, moment: datetime) -> datetime:
        """Return the first cron moment later than `moment`, in UTC."""
        return neighbours(self.expression, self.timezone).slot_after(moment)

    def slot_after_run(self, matched_at: datetime) -> datetime:
        """Return the slot that follows a run matched at `matched_at`.

        A run a little before a slot is that slot's run, so the search starts `early` later.
        """
        return self.slot_after(matched_at + self.early(matched_at))

    def count_slots(self, first: datetime, until: datetime) -> tuple[int, datetime]:
        """Return how many slots there are from `first` up to `until`, and the one after them.

        Whole days are counted at once, so a year costs no more than its days.
        """
        zone, count, slot = zone_of(self.timezone), 0, first
        a_day = _slots_a_day(self.expression)
        while slot <= until:
            start, end = _day_around(slot, zone)
            is_whole = end <= until and _is_plain(start, end, zone) and self._is_first(slot, start)
            count += a_day if is_whole else 1
            slot = self.slot_after(end - _MOMENT if is_whole else slot)
        return count, slot

    @property
    def is_wildcard(self) -> bool:
        """Whether a run is expected whenever the wall shows its time, be it twice or never."""
        return is_wildcard(self.expression)

    def _is_first(self, slot: datetime, start: datetime) -> bool:
        return slot == self.slot_after(start - _MOMENT)

    def gap(self, moment: datetime) -> timedelta:
        """Return how far apart the slots around `moment` are, the next one of a slot itself."""
        return neighbours(self.expression, self.timezone).gap(moment)

    def early(self, moment: datetime) -> timedelta:
        """Return a quarter of the gap between the slots around `moment`, 60 s at most."""
        return min(self.gap(moment) / 4, _LONGEST_EARLY)


Schedule = Every | Cron


def choose_schedule(
    interval_seconds: int | None, expression: str | None, timezone: str
) -> Schedule:
    """Return the schedule that a person asked for.

    Raises InvalidValueError, by the API's field names, unless there is exactly one of interval and
    cron expression, and both it and the time zone make sense.
    """
    has_cron = expression is not None
    errors = explain_bad_choice(has_interval=interval_seconds is not None, has_cron=has_cron)
    if bad_zone := explain_bad_timezone(timezone):
        errors["timezone"] = [bad_zone]
    if expression is not None and (bad_cron := explain_bad_cron(expression)):
        errors.setdefault("cron_expression", []).append(bad_cron)
    if errors:
        raise InvalidValueError(errors)
    if expression is not None:
        return Cron(" ".join(expression.split()), timezone)
    return Every(interval_seconds or 0)


def explain_bad_choice(*, has_interval: bool, has_cron: bool) -> dict[str, list[str]]:
    """Return by field why a schedule cannot be of these parts; empty if there is exactly one."""
    if has_interval and has_cron:
        return {"cron_expression": ["Give either this or expected_interval_seconds, not both."]}
    if not has_interval and not has_cron:
        return {"expected_interval_seconds": ["Required, unless cron_expression is given."]}
    return {}


def explain_bad_timezone(name: str) -> str | None:
    """Return why `name` is no time zone of the IANA database, or None when it is one."""
    try:
        zone_of(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return f"{name!r} is not a time zone. Use an IANA name such as Europe/Berlin or UTC."
    return None


def explain_bad_cron(expression: str) -> str | None:
    """Return why `expression` cannot be a schedule, or None when it can."""
    if len(expression.split()) != _CRON_FIELDS:
        return "A cron expression has 5 fields: minute, hour, day of month, month, day of week."
    try:
        next(CronSim(expression, datetime(2000, 1, 1, tzinfo=UTC)))
    except CronSimError as error:
        return f"Not a cron expression: {str(error).lower()}."
    except StopIteration:
        return "This cron expression never fires."
    return None


@lru_cache(maxsize=1024)
def _slots_a_day(expression: str) -> int:
    """Return how many slots a day has that has any, and no change of its time zone."""
    fields = CronSim(expression, datetime(2000, 1, 1, tzinfo=UTC))
    return len(fields.hours) * len(fields.minutes)


def _day_around(moment: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Return the first moment of the local day of `moment`, and of the day after."""
    midnight = moment.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    following = (midnight + _DAY).replace(fold=0)
    return midnight.replace(fold=0).astimezone(UTC), following.astimezone(UTC)


def _is_plain(start: datetime, end: datetime, zone: ZoneInfo) -> bool:
    """Whether no clock was changed within a day, nor at its very beginning."""
    around = (start - _MOMENT, start, end)
    return end - start == _DAY and len({offset_of(each, zone) for each in around}) == 1
