"""Schedules: which moments a run is expected at ("slots")."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cronsim import CronSim, CronSimError

_LONGEST_EARLY = timedelta(seconds=60)
_CRON_FIELDS = 5


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

    def early(self, moment: datetime) -> timedelta:  # noqa: ARG002 - every moment is alike here
        """Return how long before its slot a run may come and still be that slot's run."""
        return min(timedelta(seconds=self.seconds) / 4, _LONGEST_EARLY)


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
        return _cron_moment(self.expression, self.timezone, moment, backwards=False)

    def slot_after_run(self, matched_at: datetime) -> datetime:
        """Return the slot that follows a run matched at `matched_at`.

        A run a little before a slot is that slot's run, so the search starts `early` later.
        """
        return self.slot_after(matched_at + self.early(matched_at))

    def early(self, moment: datetime) -> timedelta:
        """Return a quarter of the gap between the slots around `moment`, 60 s at most."""
        following = self.slot_after(moment)
        try:
            before = _cron_moment(self.expression, self.timezone, following, backwards=True)
        except StopIteration:
            return _LONGEST_EARLY
        return min((following - before) / 4, _LONGEST_EARLY)


Schedule = Every | Cron


def explain_bad_timezone(name: str) -> str | None:
    """Return why `name` is no time zone of the IANA database, or None when it is one."""
    try:
        _zone(name)
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


@lru_cache(maxsize=4096)
def _cron_moment(expression: str, timezone: str, moment: datetime, *, backwards: bool) -> datetime:
    """Return the cron moment next to `moment`.

    Around the repeated and the skipped hour cronsim reckons by the clock on the wall, and its first
    answers may lie on the wrong side of `moment`.
    """
    local = moment.astimezone(_zone(timezone))
    found = (each.astimezone(UTC) for each in CronSim(expression, local, reverse=backwards))
    return next(each for each in found if (each < moment if backwards else each > moment))


@lru_cache(maxsize=1024)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)
