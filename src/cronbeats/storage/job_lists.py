"""Lists of jobs: filtered, sorted and in pages, by the status that is shown."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum, StrEnum
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Dialect,
    FromClause,
    Select,
    String,
    and_,
    bindparam,
    case,
    func,
    literal,
    literal_column,
    or_,
    select,
    text,
)

from cronbeats.domain.job import Job, Status
from cronbeats.domain.line import fold
from cronbeats.storage.dialect import (
    PACKED_ROWS,
    Id,
    Moment,
    has_element,
    pack_rows,
    table_of_packed,
    with_elements,
)
from cronbeats.storage.jobs import JOBS_AND_STATES, RULES, alive
from cronbeats.storage.schema import job_states, jobs

LISTED = (
    jobs.c.id,
    jobs.c.job_key,
    jobs.c.name,
    jobs.c.description,
    *RULES,
    jobs.c.tags,
    job_states.c.muted_until,
    jobs.c.created_at,
    jobs.c.updated_at,
    job_states.c.status,
    job_states.c.since,
    job_states.c.reason,
    job_states.c.due_at,
    job_states.c.last_signal_at,
    job_states.c.last_success_at,
    job_states.c.last_failure_at,
    job_states.c.last_duration_ms,
)
"""What is shown of each job of a list."""


class SortKey(StrEnum):
    """What a list of jobs can be sorted by; STATUS puts the worst first."""

    NAME = "name"
    CREATED_AT = "created_at"
    STATUS = "status"
    LAST_SIGNAL_AT = "last_signal_at"
    NEXT_EXPECTED_AT = "next_expected_at"


@dataclass(frozen=True, slots=True)
class JobQuery:
    """Which jobs of a workspace are listed, and in which order.

    `statuses` None means all; `tags` are those a job must have all of; `text` is part of its name
    or its description, whatever the case. Equal ones, and all without `sort_by`, are listed oldest
    first, those without a moment last.
    """

    statuses: frozenset[Status] | None = None
    tags: tuple[str, ...] = ()
    text: str | None = None
    sort_by: SortKey | None = None
    is_descending: bool = False


class Lag(Enum):
    """Which jobs may be listed by a state that is not the stored one.

    They are those that the clock has not looked at yet, and, in a list sorted by the slot awaited,
    those that are down: nobody moves their slots on until they report.
    """

    UNLOOKED_AT = "unlooked_at"
    UNLOOKED_AT_OR_DOWN = "unlooked_at_or_down"


def lag_of(query: JobQuery) -> Lag | None:
    """Return which jobs matter so for a list, None if none do."""
    if query.sort_by is SortKey.NEXT_EXPECTED_AT:
        return Lag.UNLOOKED_AT_OR_DOWN
    if query.sort_by is SortKey.STATUS or _can_time_change(query.statuses):
        return Lag.UNLOOKED_AT
    return None


def lagging_query(lag: Lag) -> Select[Any]:
    """Return the query for those jobs of a workspace, `own`, that lag so at the moment `now`."""
    return alive().where(jobs.c.workspace_id == bindparam("own"), or_(*_behind(lag)))


def list_query(dialect: Dialect, query: JobQuery, *, has_judged: bool = False) -> Select[Any]:
    """Return the query for all jobs that match, in their order, and whether each `has_moved`.

    That is one of which `now`, or a run under way, may tell more than its row does.

    `values_of` tells the values of its parameters; only their number and sort counts here. With
    `has_judged` there are jobs that are listed by another state than the stored one.
    """
    source, status, due_at = _with_judged(dialect, has_judged=has_judged)
    has_moved = or_(job_states.c.open_runs > 0, *_behind(Lag.UNLOOKED_AT_OR_DOWN))
    shown = select(*LISTED, has_moved.label("has_moved"))
    matching = _own(shown, source).where(*_conditions(dialect, query, status))
    return matching.order_by(*_order(query, status, due_at), jobs.c.id)


def values_of(workspace_id: int, query: JobQuery, now: datetime) -> dict[str, Any]:
    """Return the values of a list's parameters, but those of judged jobs."""
    values: dict[str, Any] = {"own": workspace_id, "now": now}
    values |= {f"tag_{place}": tag for place, tag in enumerate(query.tags)}
    if query.text is not None:
        values["sought"] = _SPECIAL.sub(r"/\g<0>", fold(query.text))
    return values


def shape_of(query: JobQuery) -> JobQuery:
    """Return a query that has the same text, whatever is asked for in it."""
    tags = ("",) * len(query.tags)
    return replace(query, tags=tags, text=None if query.text is None else "")


def counts_query(dialect: Dialect, *, has_judged: bool) -> Select[Any]:
    """Return the query for the number of jobs by status, the judged ones by theirs."""
    source, status, _ = _with_judged(dialect, has_judged=has_judged)
    counted = select(status.label("status"), func.count().label("number"))
    # By its place: a status may be told by values, which PostgreSQL would not know for the same.
    return _own(counted, source).group_by(text("1"))


def tags_query(dialect: Dialect) -> Select[Any]:
    """Return the query for the tags of a workspace's jobs, in the order of the alphabet."""
    source, tag = with_elements(dialect, jobs, jobs.c.tags)
    return _own(select(tag.label("tag")), source).distinct().order_by(tag)


def packed_judged(dialect: Dialect, judged: Collection[Job]) -> dict[str, str]:
    """Return the value of the parameter that tells of judged jobs, nothing if there are none."""
    rows = [(job.id, job.state.status, job.state.due_at) for job in judged]
    return {PACKED_ROWS: pack_rows(dialect, rows)} if rows else {}


def _behind(lag: Lag) -> list[ColumnElement[bool]]:
    now = bindparam("now", type_=Moment)
    behind = [job_states.c.wake_at <= now]
    if lag is Lag.UNLOOKED_AT_OR_DOWN:
        behind.append(and_(job_states.c.status == Status.DOWN, job_states.c.due_at <= now))
    return behind


def _own(selected: Select[Any], source: FromClause) -> Select[Any]:
    own = (jobs.c.workspace_id == bindparam("own"), jobs.c.deleted_at.is_(None))
    return selected.select_from(source).where(*own)


# What in a text that is sought for has a meaning of its own.
_SPECIAL = re.compile("[/%_]")
_WORST_FIRST = (Status.DOWN, Status.LATE, Status.PENDING, Status.HEALTHY, Status.DISABLED)
_TIME_CHANGES = frozenset({Status.PENDING, Status.HEALTHY, Status.LATE, Status.DOWN})


def _can_time_change(statuses: Iterable[Status] | None) -> bool:
    """Whether time alone can bring a job among those statuses, or out of them."""
    return statuses is not None and 0 < len(_TIME_CHANGES & set(statuses)) < len(_TIME_CHANGES)


def _with_judged(
    dialect: Dialect, *, has_judged: bool
) -> tuple[FromClause, ColumnElement[Any], ColumnElement[Any]]:
    """Return the tables of a list, and its columns for the status and the slot awaited."""
    if not has_judged:
        return JOBS_AND_STATES, job_states.c.status, job_states.c.due_at
    table = table_of_packed(dialect, {"id": Id, "status": String(20), "due_at": Moment()})
    is_judged = table.c.id.is_not(None)
    return (
        JOBS_AND_STATES.outerjoin(table, table.c.id == jobs.c.id),
        case((is_judged, table.c.status), else_=job_states.c.status),
        case((is_judged, table.c.due_at), else_=job_states.c.due_at),
    )


def _conditions(
    dialect: Dialect, query: JobQuery, status: ColumnElement[Any]
) -> list[ColumnElement[bool]]:
    named = [bindparam(f"tag_{place}", type_=String) for place in range(len(query.tags))]
    conditions = [has_element(dialect, jobs.c.tags, tag) for tag in named]
    if query.statuses is not None:
        # Our own words: a part of the text, which so has the same parameters for any of them.
        words: list[ColumnElement[str]] = [
            literal_column(f"'{each}'") for each in sorted(query.statuses)
        ]
        conditions.append(status.in_(words))
    if query.text is not None:
        sought = bindparam("sought", type_=String)
        folded = (jobs.c.folded_name, jobs.c.folded_description)
        conditions.append(or_(*(each.contains(sought, escape="/") for each in folded)))
    return conditions


def _order(
    query: JobQuery, status: ColumnElement[Any], due_at: ColumnElement[Any]
) -> list[ColumnElement[Any]]:
    if query.sort_by is None:
        return []
    ranks = {each: literal(rank) for rank, each in enumerate(_WORST_FIRST)}
    keys: dict[SortKey, ColumnElement[Any]] = {
        SortKey.NAME: jobs.c.folded_name,
        SortKey.CREATED_AT: jobs.c.created_at,
        SortKey.STATUS: case(ranks, value=status),
        SortKey.LAST_SIGNAL_AT: job_states.c.last_signal_at,
        SortKey.NEXT_EXPECTED_AT: due_at,
    }
    key = keys[query.sort_by]
    ordered = key.desc() if query.is_descending else key.asc()
    has_none = query.sort_by in {SortKey.LAST_SIGNAL_AT, SortKey.NEXT_EXPECTED_AT}
    return [ordered.nulls_last() if has_none else ordered]
