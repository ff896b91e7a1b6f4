"""What answers are made of: their envelope, and how a field of theirs is described.

Answers are plain dictionaries whose keys and types mypy checks. What describes a field here stands
in the OpenAPI document word for word; the tests compare every answer with it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Final, Generic, TypeVar

import orjson
from fastapi import Response
from pydantic import Field, WithJsonSchema
from typing_extensions import TypedDict

from cronbeats.edge.problems import moment

Data = TypeVar("Data")
_AS_TOLD = orjson.OPT_UTC_Z | orjson.OPT_OMIT_MICROSECONDS

PARTS: Final = object()
"""Stands for the example of a field that has parts: it is made from theirs."""


def shown(description: str, example: Any, **bounds: Any) -> Any:
    """Describe a field of an answer, its unit included.

    `bounds` are words of JSON Schema, as in minimum=0. They are told and tested, but not enforced
    at run time: whatever is stored must be readable.
    """
    examples = None if example is PARTS else [example]
    return Field(description=description, examples=examples, json_schema_extra=bounds or None)


Moment = Annotated[str, WithJsonSchema({"type": "string", "format": "date-time"})]
"""A moment in UTC with whole seconds, as in 2026-02-20T15:42:00Z."""


class Answer(TypedDict, Generic[Data]):
    """The envelope of every good answer."""

    success: Annotated[bool, shown("Whether it worked; always true here", True, const=True)]
    data: Annotated[Data, shown("What was asked for", PARTS)]


def success(data: Data) -> Answer[Data]:
    """Return the envelope of a good answer."""
    return {"success": True, "data": data}


def told(answer: Answer[Data]) -> Response:
    """Return a long answer as it is sent; the framework would go through all of it once more.

    Moments that are left in it are written as `moment` does.
    """
    return Response(orjson.dumps(answer, option=_AS_TOLD), media_type="application/json")


def shown_moment(value: datetime | None) -> str | None:
    """Return a moment as the API writes it, or null."""
    return None if value is None else moment(value)
