"""Which jobs to list, as it is asked for in the query of a request."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from cronbeats.api.job_shapes import ONE_LINE_PATTERN, Tag, one_line
from cronbeats.api.paging import PageQuery
from cronbeats.domain.job import Status
from cronbeats.storage.job_lists import JobQuery, SortKey

_MOST_TAGS = 20

Part = Annotated[
    str,
    StringConstraints(min_length=1, max_length=255),
    AfterValidator(one_line),
    Field(json_schema_extra={"pattern": ONE_LINE_PATTERN}),
]


AskedTags = Annotated[
    list[Tag],
    Field(
        max_length=_MOST_TAGS,
        description="Jobs with this tag, 1 to 50 characters, in exactly this case; given up to 20 "
        "times, jobs with all of them",
        examples=[["production"]],
    ),
]


class StatusFilter(StrEnum):
    """Which jobs to list."""

    ALL = "all"
    ENABLED = "enabled"
    DISABLED = "disabled"
    PENDING = "pending"
    HEALTHY = "healthy"
    LATE = "late"
    DOWN = "down"


class Sort(StrEnum):
    """What to sort jobs by; with a minus sign the other way round."""

    NAME = "name"
    NAME_DESCENDING = "-name"
    CREATED_AT = "created_at"
    CREATED_AT_DESCENDING = "-created_at"
    STATUS = "status"
    STATUS_DESCENDING = "-status"
    LAST_SIGNAL_AT = "last_signal_at"
    LAST_SIGNAL_AT_DESCENDING = "-last_signal_at"
    NEXT_EXPECTED_AT = "next_expected_at"
    NEXT_EXPECTED_AT_DESCENDING = "-next_expected_at"


class JobsQuery(PageQuery):
    """Which jobs to list, in which order, and which page of them."""

    status: StatusFilter = Field(
        StatusFilter.ALL,
        description="Only jobs with this status, as it is shown at this moment",
        examples=["healthy"],
    )
    tag: AskedTags = Field(default_factory=list)
    q: Part | None = Field(
        None,
        description="Jobs with this text, 1 to 255 characters in whatever case, within their name "
        "or description",
        examples=["backup"],
    )
    sort: Sort | None = Field(
        None,
        description="The order; with - in front the other way round. status puts the worst first: "
        "down, late, pending, healthy, disabled. Equal jobs are listed oldest first, and those "
        "without the moment last. Left out: oldest first",
        examples=["status"],
    )

    def jobs(self) -> JobQuery:
        """Return what is asked for as a value."""
        key = None if self.sort is None else SortKey(self.sort.removeprefix("-"))
        return JobQuery(
            _STATUSES[self.status],
            tuple(dict.fromkeys(self.tag)),
            self.q,
            key,
            is_descending=self.sort is not None and self.sort.startswith("-"),
        )


_STATUSES: dict[StatusFilter, frozenset[Status] | None] = {
    each: frozenset({Status(each)})
    for each in set(StatusFilter) - {StatusFilter.ALL, StatusFilter.ENABLED}
}
_STATUSES |= {
    StatusFilter.ALL: None,
    StatusFilter.ENABLED: frozenset(Status) - {Status.DISABLED},
}
