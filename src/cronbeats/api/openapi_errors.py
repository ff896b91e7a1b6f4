"""Every error of the Management API, for the OpenAPI document: when, with which words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Annotated, Any, Final, NotRequired

import orjson
from pydantic import TypeAdapter
from typing_extensions import TypedDict

from cronbeats.api.answer import PARTS, Moment, shown
from cronbeats.api.attempt_shown import AttemptShown
from cronbeats.api.openapi_headers import add_headers
from cronbeats.domain.access import Action
from cronbeats.domain.rate_limit import Window
from cronbeats.edge.problems import LARGEST_BODY, Problem

Json = dict[str, Any]

_EXAMPLE_ID = "0f4c8f6d2b7e4a5c9d1e3f5a7b9c1d3e"
_NOW = datetime(2026, 2, 20, 15, 42, tzinfo=UTC)


class MetaShown(TypedDict):
    """What there is to know about the answer itself."""

    timestamp: Annotated[Moment, shown("When it was told, in UTC", "2026-02-20T15:42:00Z")]


class Error(TypedDict):
    """What went wrong."""

    success: Annotated[bool, shown("Whether it worked; always false here", False, const=False)]
    error: Annotated[str, shown("Names the error, for programs", "not_found")]
    message: Annotated[str, shown("Says it to people", "Job not found")]
    meta: Annotated[MetaShown, shown("About the answer itself", PARTS)]
    attempt: NotRequired[
        Annotated[
            AttemptShown,
            shown("With delivery_failed alone: what came of the test message", PARTS),
        ]
    ]


class ValidationError(Error):
    """Which values break which rules."""

    errors: Annotated[
        dict[str, list[str]],
        shown("The reasons, by field; each is a sentence", {"name": ["Required."]}),
    ]


class AmbiguousName(Error):
    """Several jobs bear the name by which one was meant."""

    job_ids: Annotated[list[int], shown("The ids of all jobs of this name", [1, 2])]


class InternalError(Error):
    """Something went wrong on the server's side."""

    request_id: Annotated[str, shown("Finds it in the server's log", _EXAMPLE_ID)]


class ExceededLimitShown(TypedDict):
    """Which rate limit was exceeded."""

    type: Annotated[Window, shown("The window that is full, of a minute or a day", "per_minute")]
    limit: Annotated[int, shown("The requests that the plan allows in it", 60, minimum=0)]
    reset_at: Annotated[
        str,
        shown(
            "When the window ends, in UTC",
            "2026-02-20 15:43:00",
            pattern=r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$",
        ),
    ]


class RateLimitError(TypedDict):
    """The workspace made more requests than its plan allows; this one did not count."""

    success: Annotated[bool, shown("Whether it worked; always false here", False, const=False)]
    error: Annotated[ExceededLimitShown, shown("Which limit it was", PARTS)]
    message: Annotated[str, shown("Says it to people", "Rate limit exceeded")]
    meta: Annotated[MetaShown, shown("About the answer itself", PARTS)]


@dataclass(frozen=True, slots=True)
class ErrorCase:
    """One error: its status, when it is answered, and the words of an example.

    `error` is what stands in the place of the error's name, if not that.
    """

    status: int
    when: str
    message: str
    errors: Mapping[str, Sequence[str]] | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)
    shape: str = "Error"
    error: Mapping[str, Any] | None = None


CASES: Final[dict[str, ErrorCase]] = {
    "bad_request": ErrorCase(
        400, "The body cannot be read as a JSON object", "The body must be a JSON object"
    ),
    "not_configured": ErrorCase(
        400,
        "The integration lacks a value that it needs",
        "The webhook integration is not configured yet",
    ),
    "delivery_failed": ErrorCase(
        400,
        "The other side did not take the test message",
        "The test message was not delivered: The webhook answered 503",
        extra={
            "attempt": {
                "started_at": "2026-02-20T15:42:00Z",
                "duration_ms": 142,
                "outcome": "unreachable",
                "status_code": 503,
                "error": "The webhook answered 503",
                "answer": "busy",
            }
        },
    ),
    "invalid_api_key": ErrorCase(
        401,
        "No API key was sent, or it is unknown, revoked or expired",
        "Invalid or expired API key",
    ),
    "business_plan_required": ErrorCase(
        403,
        "The workspace's plan has no API",
        "Management API access requires the Business plan",
    ),
    "insufficient_permissions": ErrorCase(
        403, "The key's role may not do this", "A key with the role viewer may not do this"
    ),
    "not_found": ErrorCase(404, "There is no such thing in the key's workspace", "Job not found"),
    "conflict": ErrorCase(
        409,
        "Something else is under way; try again when it is over",
        "A drill is under way already: try again when it is over",
    ),
    "ambiguous_name": ErrorCase(
        409,
        "Several jobs bear the name; job_ids are theirs",
        "Several jobs bear this name. Use their ids, or give all but one another name",
        extra={"job_ids": [1, 2]},
        shape="AmbiguousName",
    ),
    "precondition_failed": ErrorCase(
        412,
        "The job has none of the ETags of If-Match: it was changed meanwhile",
        "The job was changed since it was read: read it again",
    ),
    "payload_too_large": ErrorCase(
        413,
        f"The body has more than {LARGEST_BODY:,} bytes",
        f"The body has more than {LARGEST_BODY:,} bytes",
    ),
    "unsupported_media_type": ErrorCase(
        415,
        "The body is not sent as JSON",
        "Send JSON, with the header Content-Type: application/json",
    ),
    "validation_error": ErrorCase(
        422,
        "A value breaks a rule; nothing was changed",
        "The request has values that break a rule",
        errors={"name": ["Required."]},
        shape="ValidationError",
    ),
    "idempotency_key_reused": ErrorCase(
        422,
        "Another request had this Idempotency-Key within the last 24 hours",
        "This Idempotency-Key belongs to another request; give each its own",
        errors={"Idempotency-Key": ["Another request had this key within the last 24 hours."]},
        shape="ValidationError",
    ),
    "rate_limit_exceeded": ErrorCase(
        429,
        "The workspace has used up its requests of this minute or day; wait for Retry-After",
        "Rate limit exceeded",
        shape="RateLimitError",
        error={"type": "per_minute", "limit": 60, "reset_at": "2026-02-20 15:43:00"},
    ),
    "internal_error": ErrorCase(
        500,
        "Something went wrong on the server's side",
        "Something went wrong on our side; the log tells more under this request id",
        extra={"request_id": _EXAMPLE_ID},
        shape="InternalError",
    ),
    "unavailable": ErrorCase(
        503,
        "The database cannot be used right now, or the server has too much to do; nothing was "
        "changed; wait for Retry-After",
        "The database cannot be used right now, please try again",
    ),
}

ALWAYS = (
    "invalid_api_key",
    "business_plan_required",
    "payload_too_large",
    "unsupported_media_type",
    # A query field that there is not.
    "validation_error",
    "rate_limit_exceeded",
    "internal_error",
    "unavailable",
)
"""What any call may answer."""

ERROR_SCHEMAS: Final[Json] = {}
"""The shapes of errors, by the names under which they are in the document."""

_SHAPES = (Error, ValidationError, AmbiguousName, RateLimitError, InternalError)
for _shape in _SHAPES:
    _schema = TypeAdapter(_shape).json_schema(ref_template="#/components/schemas/{model}")
    ERROR_SCHEMAS.update(_schema.pop("$defs", {}))
    ERROR_SCHEMAS[_shape.__name__] = _schema


def raises(*codes: str) -> Json:
    """Say as a route's `openapi_extra` which errors it answers beyond those that need no saying."""
    return {"x-errors": list(codes)}


def error_codes(operation: Json, action: Action, more: Iterable[str]) -> list[str]:
    """Return every error that an operation may answer."""
    places = {parameter["in"] for parameter in operation.get("parameters", ())}
    found = {*ALWAYS, *more}
    if action is not Action.READ:
        found.add("insufficient_permissions")
    if "path" in places:
        found.add("not_found")
    if "requestBody" in operation:
        found.add("bad_request")
    return [code for code in CASES if code in found]


def error_responses(codes: Iterable[str]) -> dict[str, tuple[str, Json]]:
    """Return by status what is answered with these errors, and a name for it."""
    by_status: dict[int, list[str]] = defaultdict(list)
    for code in codes:
        by_status[CASES[code].status].append(code)
    return {
        str(status): (".".join(codes), _response(status, codes))
        for status, codes in sorted(by_status.items())
    }


def _response(status: int, codes: list[str]) -> Json:
    cases = {code: CASES[code] for code in codes}
    [shape] = {case.shape for case in cases.values()}
    examples = {
        code: {"summary": case.when, "value": _example(code, case)} for code, case in cases.items()
    }
    schema: Json = {"$ref": f"#/components/schemas/{shape}"}
    if all(case.error is None for case in cases.values()):
        schema["properties"] = {"error": {"enum": codes}}
    response = {
        "description": "; or: ".join(case.when for case in cases.values()) + ".",
        "content": {"application/json": {"schema": schema, "examples": examples}},
    }
    add_headers({str(status): response})
    return response


def _example(code: str, case: ErrorCase) -> Json:
    problem = Problem(case.status, case.error or code, case.message, case.errors, case.extra)
    example: Json = orjson.loads(problem.body(_NOW))
    return example
