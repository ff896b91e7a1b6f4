"""What a ping is answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import orjson

# As in 2026-01-01 12:00:00.
_LENGTH_TO_SECONDS = 19


@dataclass(frozen=True, slots=True)
class Answer:
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
    """Answer a ping whose signal is durable."""
    body = orjson.dumps(
        {
            "status": "success",
            "message": "OK",
            "action": action,
            "job_key": key,
            "timestamp": _in_seconds(received_at),
            "processing_time_ms": round(processing_ms, 2),
            "next_expected": next_expected_at and _in_seconds(next_expected_at),
        }
    )
    return Answer(200, body)


def _in_seconds(moment: datetime) -> str:
    # A tenth of what strftime costs.
    return moment.isoformat(" ")[:_LENGTH_TO_SECONDS]


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


def unavailable(wait_seconds: int) -> Answer:
    """Answer a ping that could not be stored, or of which that is not certain."""
    return refused(503, "The signal could not be stored, please send it again", wait_seconds)


INTERNAL_ERROR = refused(500, "Internal error, please send the signal again", 1)
