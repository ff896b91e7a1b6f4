"""Moments as people write them on a command line: spans from now, days, or exact ones."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta

from cronbeats.domain.errors import InvalidValueError

_SPAN = re.compile(r"([0-9]{1,5})([hdw])", re.ASCII)
_UNITS = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}
_RULE = (
    "Must be a span such as 12h, 90d or 52w, a day such as 2027-01-31, "
    "or a moment such as 2027-01-31T12:00:00Z."
)


def parse_expiry(text: str, now: datetime) -> datetime:
    """Return when something ends: a span counts from now on, a day counts to its end in UTC.

    A moment without a zone is in UTC. Raises InvalidValueError for `expires`.
    """
    return _parse("expires", text, lambda span: now + span, days=1)


def parse_since(text: str, now: datetime) -> datetime:
    """Return when something begins: a span counts back from now, a day from its beginning in UTC.

    A moment without a zone is in UTC. Raises InvalidValueError for `since`.
    """
    return _parse("since", text, lambda span: now - span)


def _parse(
    field: str, text: str, from_now: Callable[[timedelta], datetime], *, days: int = 0
) -> datetime:
    try:
        if span := _SPAN.fullmatch(text):
            return from_now(int(span[1]) * _UNITS[span[2]])
        if len(text) == len("2027-01-31"):
            day = date.fromisoformat(text) + timedelta(days=days)
            return datetime.combine(day, time(), UTC)
        moment = datetime.fromisoformat(text)
        return moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError):
        raise InvalidValueError({field: [_RULE]}) from None
