"""When something is to expire, as people write it."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta

from cronbeats.domain.errors import InvalidValueError

_SPAN = re.compile(r"([0-9]{1,5})([hdw])", re.ASCII)
_UNITS = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}
_RULE = (
    "Must be a span such as 12h, 90d or 52w, a day such as 2027-01-31, "
    "or a moment such as 2027-01-31T12:00:00Z."
)


def parse_expiry(text: str, now: datetime) -> datetime:
    """Return the moment that `text` means: a span counts from now, a day counts to its end in UTC.

    A moment without a zone is in UTC. Raises InvalidValueError.
    """
    try:
        if span := _SPAN.fullmatch(text):
            return now + int(span[1]) * _UNITS[span[2]]
        if len(text) == len("2027-01-31"):
            day = date.fromisoformat(text) + timedelta(days=1)
            return datetime.combine(day, time(), UTC)
        moment = datetime.fromisoformat(text)
        return moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError):
        raise InvalidValueError({"expires": [_RULE]}) from None
