"""What the other side answered, and what that means for a delivery."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus

from cronbeats.domain.delivery import Delivered, Delivery, Refused, Unreachable
from cronbeats.senders._text import cut, one_line

_LONGEST_SAID = 200
_LONGEST_ANSWER = 500
_MULTIPLE_CHOICES, _BAD_REQUEST, _SERVER_ERROR = 300, 400, 500
# The other side is busy, or was too slow to listen: the same request may do next time.
_TRY_AGAIN = frozenset(
    {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS}
)
# Where a service's address holds a secret, these say that the secret is worth nothing any more.
BROKEN_STATUSES = frozenset(
    {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND, HTTPStatus.GONE}
)
_SECONDS = re.compile(r"[0-9]{1,9}(\.[0-9]+)?")
_LONGEST_WAIT_SECONDS = 10**9


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer of the other side; `text` is the start of its body, free of secrets."""

    status_code: int
    duration_ms: int
    text: str = ""
    retry_after_seconds: float | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def start(self) -> str | None:
        """What people may want to read of the body: its start, on one line; None if it is empty."""
        return cut(one_line(self.text), _LONGEST_ANSWER) or None if self.text else None


def delivery_of(
    answer: Answer,
    who: str,
    *,
    said: str | None = None,
    retry_after_seconds: float | None = None,
    is_broken: bool = False,
) -> Delivery:
    """Return how a delivery ended, by the status code (RFC 9110).

    `who` answered is named in the error. `said` is the reason it gave, and `retry_after_seconds`
    the wait it asked for, where it has ways of its own to tell them. `is_broken` tells what a
    refusal means for the integration.
    """
    status, took, start = answer.status_code, answer.duration_ms, answer.start
    if status < _MULTIPLE_CHOICES:
        return Delivered(status, took, _throttled_seconds(answer.headers), answer=start)
    if status < _BAD_REQUEST:
        error = f"{who} answered with a redirect ({_name(status)}): not followed."
        return Refused(error, status, duration_ms=took, answer=start)
    error = describe(answer, who, said)
    if status >= _SERVER_ERROR or status in _TRY_AGAIN:
        wait = answer.retry_after_seconds if retry_after_seconds is None else retry_after_seconds
        is_throttled = status == HTTPStatus.TOO_MANY_REQUESTS or wait is not None
        return Unreachable(error, status, wait, is_throttled, duration_ms=took, answer=start)
    return Refused(error, status, is_broken, duration_ms=took, answer=start)


def describe(answer: Answer, who: str, said: str | None = None) -> str:
    """Return the answer in one line for people, as in `Slack answered 404 Not Found: no_team`."""
    reason = one_line(answer.text if said is None else said)
    # A page made for a browser tells nothing in one line.
    if not reason or reason.startswith("<"):
        return f"{who} answered {_name(answer.status_code)}."
    return f"{who} answered {_name(answer.status_code)}: {cut(reason, _LONGEST_SAID)}"


def json_object(answer: Answer) -> dict[str, object]:
    """Return the answer's JSON object; empty if it is none, or was cut."""
    try:
        value = json.loads(answer.text)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def seconds_in(value: object) -> float | None:
    """Return a wait in seconds as JSON tells it, or None if it is not one."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if 0 <= value < _LONGEST_WAIT_SECONDS else None


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Return the seconds that a Retry-After header asks for (RFC 9110, 10.2.3), or None.

    A date is taken relative to the same answer's Date, so that the two clocks need not agree.
    """
    asked = headers.get("Retry-After", "").strip()
    if _SECONDS.fullmatch(asked):
        return float(asked)
    if not asked:
        return None
    until, now = _date(asked), _date(headers.get("Date", ""))
    if until is None or now is None:
        return None
    return max(0.0, (until - now).total_seconds())


def _throttled_seconds(headers: Mapping[str, str]) -> float | None:
    """Return how long there is no message left, as Discord tells it with a message it took."""
    if headers.get("X-RateLimit-Remaining", "").strip() != "0":
        return None
    reset_after = headers.get("X-RateLimit-Reset-After", "").strip()
    return float(reset_after) if _SECONDS.fullmatch(reset_after) else None


def _date(text: str) -> datetime | None:
    try:
        date = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    return date if date.tzinfo is not None else date.replace(tzinfo=UTC)


def _name(status_code: int) -> str:
    try:
        return f"{status_code} {HTTPStatus(status_code).phrase}"
    except ValueError:
        return str(status_code)
