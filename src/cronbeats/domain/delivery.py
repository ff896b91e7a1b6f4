"""Deliveries: how an attempt to tell somebody ended, and when to try again.

Two are equal if the same follows from them, however long they took and whatever else was said.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

# The first wait and the longest; each wait doubles the one before.
_FIRST_WAIT = timedelta(seconds=2)
_LONGEST_WAIT = timedelta(minutes=15)
_DOUBLINGS = 10
_GIVE_UP_AFTER = timedelta(hours=24)
# What was owed while nobody was there to send it is tried for some hours all the same.
_FEWEST_ATTEMPTS = 20


@dataclass(frozen=True, slots=True)
class Delivered:
    """The other side took the message.

    `status_code` is HTTP's or SMTP's, if it told one. `throttled_seconds` is how long the whole
    integration is to be left alone before its next message, if the other side said so. `warning`
    tells people what they should mend nevertheless. `answer` is the start of what it said.
    """

    status_code: int | None
    duration_ms: int
    throttled_seconds: float | None = None
    warning: str | None = None
    answer: str | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Unreachable:
    """It did not get through this time; trying again may help.

    `retry_after_seconds` is what the other side asked for, if it did. When the integration
    `is_throttled`, that wait (or the usual one, if none was named) holds for all its messages.
    """

    error: str
    status_code: int | None = None
    retry_after_seconds: float | None = None
    is_throttled: bool = False
    duration_ms: int | None = field(default=None, compare=False)
    answer: str | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Refused:
    """The other side will not take it, however often it is tried.

    When the integration `is_broken`, it will take no other message either until somebody sets the
    integration up anew: the hook is gone, the token is not valid, the channel is archived.
    Otherwise it was this one message that did not please.
    """

    error: str
    status_code: int | None = None
    is_broken: bool = False
    duration_ms: int | None = field(default=None, compare=False)
    answer: str | None = field(default=None, compare=False)


Delivery = Delivered | Unreachable | Refused


def next_attempt(
    attempts: int,
    owed_since: datetime,
    now: datetime,
    jitter: float,
    retry_after_seconds: float | None = None,
) -> datetime | None:
    """Return when to try again after `attempts` failures, or None to give up (after 24 hours).

    Exponential back-off with `jitter` from 0 to 1, which takes up to half of a wait away so that
    many alerts do not knock together; never earlier than the other side asked.
    """
    if now - owed_since >= _GIVE_UP_AFTER and attempts >= _FEWEST_ATTEMPTS:
        return None
    doubled = _FIRST_WAIT * (1 << min(max(attempts - 1, 0), _DOUBLINGS))
    wait = min(doubled, _LONGEST_WAIT) * (1 - jitter / 2)
    # The other side may name any number, so it is cut before it becomes a span of time.
    asked = min(max(0.0, retry_after_seconds or 0.0), _GIVE_UP_AFTER.total_seconds())
    return now + max(wait, timedelta(seconds=asked))
