"""Attempts: one try to deliver an alert, as it is kept for people to look up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from cronbeats.domain.delivery import Delivered, Delivery, Refused, complaint_of

_MILLISECOND = timedelta(milliseconds=1)


class Outcome(StrEnum):
    """How an attempt ended."""

    DELIVERED = "delivered"
    UNREACHABLE = "unreachable"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try to deliver an alert.

    `error` says why it did not get through, or what people should mend although it did; `answer` is
    the start of what the other side said, free of secrets.
    """

    started_at: datetime
    duration_ms: int
    outcome: Outcome
    status_code: int | None = None
    error: str | None = None
    answer: str | None = None


def attempt_of(delivery: Delivery, started_at: datetime, ended_at: datetime) -> Attempt:
    """Return the attempt that ended with `delivery`.

    The sender's own stopwatch tells how long it took, if it has one.
    """
    took = delivery.duration_ms
    if took is None:
        took = max(0, (ended_at - started_at) // _MILLISECOND)
    return Attempt(
        started_at,
        took,
        _outcome(delivery),
        delivery.status_code,
        complaint_of(delivery),
        delivery.answer,
    )


def _outcome(delivery: Delivery) -> Outcome:
    if isinstance(delivery, Delivered):
        return Outcome.DELIVERED
    return Outcome.REFUSED if isinstance(delivery, Refused) else Outcome.UNREACHABLE
