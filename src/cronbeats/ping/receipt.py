"""What a ping is answered."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from typing import NamedTuple

import orjson

# Pings of one second are told the same, and most of the next runs come within an hour.
_SECONDS_REMEMBERED = 4096


class Answer(NamedTuple):
    """A status, a body of JSON, and for some how many seconds to wait before trying again."""

    status: int
    body: bytes
    retry_after_seconds: int | None = None


def accepted(
    *,
    key: str,
    action: str,
    received_at: datetime,
    processing_ms: float,
    next_expected_at: datetime | None,
) -> Answer:
    """Answer a ping whose signal is durable; key and action are of letters and digits."""
    # No text here has anything to escape, and to make JSON of a dictionary takes twice as long.
    expected = "null" if next_expected_at is None else f'"{_in_seconds(next_expected_at)}"'
    body = (
        f'{{"status":"success","message":"OK","action":"{action}","job_key":"{key}",'
        f'"timestamp":"{_in_seconds(received_at)}","processing_time_ms":{processing_ms:.2f},'
        f'"next_expected":{expected}}}'
    )
    return Answer(200, body.encode())


def _in_seconds(moment: datetime) -> str:
    return _second(int(moment.timestamp()))


@lru_cache(maxsize=_SECONDS_REMEMBERED)
def _second(seconds_since_1970: int) -> str:
    return f"{datetime.fromtimestamp(seconds_since_1970, UTC):%Y-%m-%d %H:%M:%S}"


def refused(status: int, message: str, retry_after_seconds: int | None = None) -> Answer:
    """Answer a ping that was not recorded."""
    body = orjson.dumps({"status": "error", "message": message})
    return Answer(status, body, retry_after_seconds)


NOT_FOUND = refused(404, "Job not found or disabled")


def impossible(rule: str) -> Answer:
    """Answer a ping whose argument cannot be."""
    return refused(400, f"Invalid request: {rule}")


def too_many(wait_seconds: float) -> Answer:
    """Answer a ping that comes too fast."""
    return refused(429, "Too many requests", max(1, -int(-wait_seconds // 1)))


@lru_cache
def unavailable(wait_seconds: int) -> Answer:
    """Answer a ping that could not be stored, or of which that is not certain."""
    return refused(503, "The signal could not be stored, please send it again", wait_seconds)


INTERNAL_ERROR = refused(500, "Internal error, please send the signal again", 1)
