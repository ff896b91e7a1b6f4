"""From an error to what an HTTP client is told: a status, a code, words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson

from cronbeats.domain.attempt import Attempt
from cronbeats.domain.errors import (
    AmbiguousNameError,
    ConflictError,
    CronBeatsError,
    DeliveryFailedError,
    InvalidKeyError,
    InvalidValueError,
    KeyReusedError,
    NotAllowedError,
    NotConfiguredError,
    NotFoundError,
    OverloadedError,
    PlanRequiredError,
    PreconditionFailedError,
    UnavailableError,
    WorkspaceGoneError,
)

_CODES: dict[type[CronBeatsError], tuple[int, str]] = {
    NotConfiguredError: (400, "not_configured"),
    DeliveryFailedError: (400, "delivery_failed"),
    InvalidKeyError: (401, "invalid_api_key"),
    PlanRequiredError: (403, "business_plan_required"),
    NotAllowedError: (403, "insufficient_permissions"),
    NotFoundError: (404, "not_found"),
    ConflictError: (409, "conflict"),
    AmbiguousNameError: (409, "ambiguous_name"),
    PreconditionFailedError: (412, "precondition_failed"),
    KeyReusedError: (422, "idempotency_key_reused"),
    InvalidValueError: (422, "validation_error"),
    UnavailableError: (503, "unavailable"),
}
_WITH_SECONDS = len("2026-02-20T15:42:00")
LARGEST_BODY = 1_000_000


@dataclass(frozen=True, slots=True)
class Problem:
    """What went wrong; `errors` maps fields to reasons, `extra` is more for the body.

    The code is a word, but for the published document's own 429, which tells more there.
    """

    status: int
    code: str | Mapping[str, Any]
    message: str
    errors: Mapping[str, Sequence[str]] | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)
    retry_after_seconds: int | None = None

    @property
    def headers(self) -> dict[str, str]:
        """The headers that tell a client when to try again, if that helps."""
        seconds = self.retry_after_seconds
        return {} if seconds is None else {"Retry-After": str(seconds)}

    def body(self, now: datetime) -> bytes:
        """Return the error envelope as JSON."""
        envelope: dict[str, Any] = {
            "success": False,
            "error": self.code,
            "message": self.message,
            **({"errors": dict(self.errors)} if self.errors is not None else {}),
            **self.extra,
            "meta": {"timestamp": moment(now)},
        }
        return orjson.dumps(envelope)


TOO_LARGE = Problem(413, "payload_too_large", f"The body has more than {LARGEST_BODY:,} bytes")


def problem_of(error: CronBeatsError) -> Problem:
    """Return what to tell about an error of ours."""
    if isinstance(error, WorkspaceGoneError):
        # It went while the request was under way: the next one will hear that its key is none.
        error = InvalidKeyError()
    status, code = next(
        (known for kind, known in _CODES.items() if isinstance(error, kind)),
        (500, "internal_error"),
    )
    if isinstance(error, KeyReusedError):
        message = "This Idempotency-Key belongs to another request; give each its own"
        return Problem(status, code, message, error.errors)
    if isinstance(error, AmbiguousNameError):
        return Problem(status, code, str(error), extra={"job_ids": list(error.job_ids)})
    if isinstance(error, InvalidValueError):
        return Problem(status, code, "The request has values that break a rule", error.errors)
    if isinstance(error, OverloadedError):
        message = "The server has too much to do right now, please try again"
        return Problem(status, code, message, retry_after_seconds=error.retry_after_seconds)
    if isinstance(error, UnavailableError):
        message = "The database cannot be used right now, please try again"
        return Problem(status, code, message, retry_after_seconds=1)
    if isinstance(error, DeliveryFailedError) and error.attempt is not None:
        return Problem(status, code, str(error), extra={"attempt": attempt_json(error.attempt)})
    return Problem(status, code, str(error))


def internal_error(request_id: str) -> Problem:
    """Return what to tell about an error that nobody foresaw: how to find it in the log."""
    message = "Something went wrong on our side; the log tells more under this request id"
    return Problem(500, "internal_error", message, extra={"request_id": request_id})


def attempt_json(attempt: Attempt) -> dict[str, Any]:
    """Return an attempt to deliver an alert as the API shows it."""
    return {
        "started_at": moment(attempt.started_at),
        "duration_ms": attempt.duration_ms,
        "outcome": attempt.outcome,
        "status_code": attempt.status_code,
        "error": attempt.error,
        "answer": attempt.answer,
    }


def moment(value: datetime) -> str:
    """Return a moment as the API writes it, as in 2026-02-20T15:42:00Z."""
    # Several times as fast as strftime(), and a list has hundreds of them.
    return f"{value.isoformat()[:_WITH_SECONDS]}Z"
