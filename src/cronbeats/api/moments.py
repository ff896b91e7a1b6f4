"""Moments as they are asked for: exact, and with their zone."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from cronbeats.api.paging import PageQuery
from cronbeats.api.shapes import Mistakes, mistake

_RULE = (
    "Must be a moment in ISO 8601 with its zone, as in 2026-02-20T15:42:00Z or "
    "2026-02-20T16:42:00%2B01:00 (a + is sent as %2B)."
)
_ISO_8601 = re.compile(
    r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d([.,]\d{1,6})?)?(Z|[+-]\d\d(:?\d\d)?)", re.ASCII
)


def read_moment(text: Any) -> datetime:
    """Return the moment that a query names, in UTC; raises for validators if it names none."""
    if not isinstance(text, str) or not _ISO_8601.fullmatch(text):
        raise mistake(_RULE)
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        raise mistake(_RULE) from None


AskedMoment = Annotated[
    datetime,
    BeforeValidator(read_moment),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
"""A moment in a query, exact to the microsecond."""


class PeriodQuery(PageQuery):
    """Which page of what happened, and from when to when."""

    since: AskedMoment | None = Field(
        None,
        description="Only what came at this moment or later; ISO 8601, in UTC or with another "
        "zone, exact to the microsecond",
        examples=["2026-02-20T00:00:00Z"],
    )
    until: AskedMoment | None = Field(
        None,
        description="Only what came before this moment; ISO 8601, in UTC or with another zone, "
        "exact to the microsecond",
        examples=["2026-02-21T00:00:00Z"],
    )

    @classmethod
    def explain_bad(cls, values: Mapping[str, Any]) -> Mistakes:
        """Return what is wrong between `since` and `until`, if each is right by itself."""
        if "since" not in values or "until" not in values:
            return {}
        try:
            is_backwards = read_moment(values["until"]) < read_moment(values["since"])
        except PydanticCustomError:
            return {}
        return {"until": ["Must not be before since."]} if is_backwards else {}
