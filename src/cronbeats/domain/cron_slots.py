"""The slots of cron expressions, as cronsim finds them, and the last of them remembered.

To find one costs as much as all else that a ping does. Many jobs have the same expression, and a
job's next ping asks for what follows the slots that its last one asked for.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from cronsim import CronSim

_DAY = timedelta(days=1)
_MOMENT = timedelta(microseconds=1)
_MOST_REMEMBERED = 20_000


class Neighbours:
    """The two slots of an expression, next to each other, that were asked about last.

    What it answers does not depend on what it remembers.
    """

    def __init__(self, expression: str, timezone: str) -> None:
        self._expression = expression
        self._timezone = timezone
        # One value, as several threads may ask: from the first up to the second there is no slot.
        self._both: tuple[datetime, datetime] | None = None

    def slot_after(self, moment: datetime) -> datetime:
        """Return the first slot later than `moment`, in UTC."""
        known = self._around(moment)
        return self._find(moment, backwards=False) if known is None else known[1]

    def gap(self, moment: datetime) -> timedelta:
        """Return how far apart the slots around `moment` are, the next one of a slot itself."""
        known = self._around(moment)
        if known is None:
            following = self._find(moment, backwards=False)
            try:
                known = self._find(following, backwards=True), following
            except StopIteration:
                # Nothing came before the first slot of all: `moment` is none, so any gap will do.
                return _DAY
            self._both = known
        before, following = known
        return following - before

    def _around(self, moment: datetime) -> tuple[datetime, datetime] | None:
        """Return the slots around `moment`, if they are those remembered or the next ones."""
        # Read once: between two looks at it another thread may ask about other moments.
        both = self._both
        if both is None:
            return None
        before, following = both
        if before <= moment < following:
            return both
        if moment < before:
            return None
        later = self._find(following, backwards=False)
        if later <= moment:
            return None
        self._both = both = following, later
        return both

    def _find(self, moment: datetime, *, backwards: bool) -> datetime:
        return _cron_moment(self._expression, self._timezone, moment, backwards=backwards)


@lru_cache(_MOST_REMEMBERED)
def neighbours(expression: str, timezone: str) -> Neighbours:
    """Return what remembers the slots of an expression in a time zone."""
    return Neighbours(expression, timezone)


def _cron_moment(expression: str, timezone: str, moment: datetime, *, backwards: bool) -> datetime:
    """Return the cron moment next to `moment`.

    Around the repeated and the skipped hour cronsim reckons by the clock on the wall, and its first
    answers may lie on the wrong side of `moment`.
    """
    zone = zone_of(timezone)
    if is_wildcard(expression):
        return _wildcard_moment(expression, zone, moment, backwards=backwards)
    found = (
        each.astimezone(UTC)
        for each in CronSim(expression, moment.astimezone(zone), reverse=backwards)
    )
    return next(each for each in found if (each < moment if backwards else each > moment))


def is_wildcard(expression: str) -> bool:
    """Tell whether a run is expected whenever the wall shows its time, be it twice or never."""
    minute, hour, *_ = expression.split()
    return minute.startswith("*") or hour.startswith("*")


def _wildcard_moment(
    expression: str, zone: ZoneInfo, moment: datetime, *, backwards: bool
) -> datetime:
    """Return the moment of a wildcard expression next to `moment`.

    From one change of the clocks to the next cronsim is asked about the clock on the wall; it loses
    its way where clocks change by half an hour.
    """
    while True:
        beside = moment - _MOMENT if backwards else moment + _MOMENT
        offset = offset_of(beside, zone)
        found = next(CronSim(expression, moment + offset, reverse=backwards)) - offset
        if offset_of(found, zone) == offset:
            return found
        moment = _last_alike(zone, beside, found)


def _last_alike(zone: ZoneInfo, alike: datetime, other: datetime) -> datetime:
    """Return the moment nearest to `other` that has the offset of `alike`."""
    offset = offset_of(alike, zone)
    while abs(other - alike) > _MOMENT:
        middle = alike + (other - alike) / 2
        if offset_of(middle, zone) == offset:
            alike = middle
        else:
            other = middle
    return alike


def offset_of(moment: datetime, zone: ZoneInfo) -> timedelta:
    """Return how far the wall clocks of a zone are ahead of UTC at a moment."""
    return moment.astimezone(zone).utcoffset() or timedelta(0)


@lru_cache(maxsize=1024)
def zone_of(name: str) -> ZoneInfo:
    """Return a time zone of the IANA database; raises what ZoneInfo does."""
    return ZoneInfo(name)
