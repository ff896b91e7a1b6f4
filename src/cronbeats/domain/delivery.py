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
GIVE_UP_AFTER = timedelta(hours=24)
# What was owed while nobody was there to send it is tried for some hours all the same.
_FEWEST_ATTEMPTS = 20
# A wait for a whole integration is cut to this: somebody who asks for a week is asked again sooner.
LONGEST_THROTTLE = timedelta(hours=1)
# A broken integration may have been mended on the other side, where nobody tells us.
PROBE_BROKEN_AFTER = timedelta(hours=1)
_TOO_MANY_REQUESTS = 429


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
    A message `never_left` when no connection for it was made: the other side knows nothing of it.
    """

    error: str
    status_code: int | None = None
    retry_after_seconds: float | None = None
    is_throttled: bool = False
    never_left: bool = False
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


def complaint_of(delivery: Delivery) -> str | None:
    """Return why it did not get through, or what people should mend although it did, or None."""
    return delivery.warning if isinstance(delivery, Delivered) else delivery.error


@dataclass(frozen=True, slots=True)
class Verdict:
    """What follows from an attempt: it is settled with a `status` (sent or failed), or tried again.

    `may_have_arrived` tells of this attempt and all before. The whole integration is left alone
    until `resume_at`.
    """

    status: str | None
    again_at: datetime | None = None
    may_have_arrived: bool = True
    resume_at: datetime | None = None


def judge(
    delivery: Delivery,
    *,
    attempts: int,
    owed_since: datetime,
    now: datetime,
    jitter: float,
    arrived_before: bool,
) -> Verdict:
    """Return what follows from the latest of `attempts`.

    `arrived_before` tells that one of the others may have reached the other side.
    """
    match delivery:
        case Delivered():
            return Verdict("sent", resume_at=_throttled_until(delivery.throttled_seconds, now))
        case Refused():
            if not delivery.is_broken:
                return Verdict("failed")
            probe_at = now + PROBE_BROKEN_AFTER
            if now - owed_since >= GIVE_UP_AFTER:
                return Verdict("failed", resume_at=probe_at)
            return Verdict(None, probe_at, arrived_before, probe_at)
        case Unreachable():
            asked = delivery.retry_after_seconds
            again_at = next_attempt(attempts, owed_since, now, jitter, asked)
            resume_at = None
            if delivery.is_throttled:
                usual = now + _wait(attempts, jitter) if asked is None else None
                resume_at = usual or _throttled_until(asked, now)
            status = "failed" if again_at is None else None
            arrived = arrived_before or _may_have_arrived(delivery)
            return Verdict(status, again_at, arrived, resume_at)


def _may_have_arrived(delivery: Unreachable) -> bool:
    return not (delivery.never_left or delivery.status_code == _TOO_MANY_REQUESTS)


def _throttled_until(seconds: float | None, now: datetime) -> datetime | None:
    return None if seconds is None else now + _asked(seconds)


def _asked(seconds: float) -> timedelta:
    """Return the wait that the other side asked for, which may name any number, or none."""
    return timedelta(seconds=min(max(0.0, seconds), LONGEST_THROTTLE.total_seconds()))


def next_attempt(
    attempts: int,
    owed_since: datetime,
    now: datetime,
    jitter: float,
    retry_after_seconds: float | None = None,
) -> datetime | None:
    """Return when to try again after `attempts` failures, or None to give up (after 24 hours).

    Exponential back-off with `jitter` from 0 to 1, which takes up to half of a wait away so that
    many alerts do not knock together; not earlier than the other side asked, up to an hour.
    """
    if now - owed_since >= GIVE_UP_AFTER and attempts >= _FEWEST_ATTEMPTS:
        return None
    return now + max(_wait(attempts, jitter), _asked(retry_after_seconds or 0.0))


def _wait(attempts: int, jitter: float) -> timedelta:
    doubled = _FIRST_WAIT * (1 << min(max(attempts - 1, 0), _DOUBLINGS))
    return min(doubled, _LONGEST_WAIT) * (1 - jitter / 2)
