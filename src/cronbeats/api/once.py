"""Requests that may be made again without doing anything again: the header Idempotency-Key."""

from __future__ import annotations

import hashlib
import json
from typing import Annotated, Any

from fastapi import Header, Response

from cronbeats.api.shapes import Body
from cronbeats.domain.kept_answer import KeptAnswer

_PRINTABLE = "^[ -~]+$"

IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=255,
        pattern=_PRINTABLE,
        description="A name of your own for this request, printable ASCII, a UUID for one. Within "
        "24 hours the same request with the same key gets the same answer and makes nothing new",
        examples=["3c2f1b0a-8f6d-4e7c-9b5a-2d1e0f9c8b7a"],
    ),
]


def fingerprint_of(operation: str, body: Body) -> str:
    """Return what tells a request from all others: a SHA-256 of its meaning, in hex.

    Neither white space nor the order of fields makes a difference.
    """
    asked: list[Any] = [operation, body.model_dump(mode="json", exclude_unset=True)]
    return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()


def response_of(answer: KeptAnswer) -> Response:
    """Return the HTTP answer that was kept, or is to be."""
    replayed = {"Idempotency-Replayed": "true"} if answer.is_replayed else {}
    return Response(
        answer.body,
        status_code=answer.status,
        headers={**answer.headers, **replayed},
        media_type="application/json",
    )
