"""Lists of jobs: filtered, sorted and in pages, by the status that is shown."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Select,
    String,
    and_,
    case,
    func,
    literal,
    or_,
    select,
    text,
)

from cronbeats.domain.job import Job, Status
from cronbeats.domain.line import fold
from cronbeats.domain.page import PageRequest
from cronbeats.storage.database import Transaction
from cronbeats.storage.dialect import Id, Moment, has_element, table_of, with_elements
from cronbeats.storage.jobs import JOBS_AND_STATES, alive, fetch
from cronbeats.storage.pages import count_rows, page_query
from cronbeats.storage.schema import job_states, jobs


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


async def lagging(tx: Transaction, workspace_id: int, query: JobQuery, now: datetime) -> list[Job]:
    """Return the jobs whose stored state may not be the one to list them by at `now`.

    They are those that the clock has not looked at yet, and, if the list is sorted by the slot
    awaited, those that are down: nobody moves their slots on until they report.
    """
    behind: list[ColumnElement[bool]] = []
    if query.sort_by is SortKey.STATUS or _can_time_change(query.statuses):
        behind = [job_states.c.wake_at <= now]
    if query.sort_by is SortKey.NEXT_EXPECTED_AT:
        is_down = job_states.c.status == Status.DOWN
        behind = [job_states.c.wake_at <= now, and_(is_down, job_states.c.due_at <= now)]
    if not behind:
        return []
    return await fetch(tx, alive().where(jobs.c.workspace_id == workspace_id, or_(*behind)))


async def browse(
    tx: Transaction,
    workspace_id: int,
    query: JobQuery,
    request: PageRequest,
    judged: Collection[Job],
) -> tuple[list[Job], int]:
    """Return a page of the jobs that match, and how many do in all.

    `judged` are the lagging ones as they are at this moment: they are listed by that. Those on the
    page are returned as they are stored.
    """
    listed = list_query(tx, workspace_id, query, judged)
    total = await count_rows(tx, listed)
    return await fetch(tx, page_query(listed, request)), total


async def count_by_status(
    tx: Transaction, workspace_id: int, judged: Collection[Job]
) -> dict[Status, int]:
    """Return how many of a workspace's jobs have each status, those that were `judged` theirs."""
    source, status, _ = _with_judged(tx, judged)
    own = (jobs.c.workspace_id == workspace_id, jobs.c.deleted_at.is_(None))
    # By its place: a status may be told by values, which PostgreSQL would not know for the same.
    counted = select(status.label("status"), func.count()).select_from(source).where(*own)
    rows = await tx.execute(counted.group_by(text("1")))
    return {Status(name): count for name, count in rows}


async def tags_of(tx: Transaction, workspace_id: int, limit: int) -> list[str]:
    """Return the first `limit` tags that a workspace's jobs have, in the order of the alphabet."""
    source, tag = with_elements(tx, jobs, jobs.c.tags)
    own = (jobs.c.workspace_id == workspace_id, jobs.c.deleted_at.is_(None))
    query = select(tag).select_from(source).where(*own).distinct().order_by(tag).limit(limit)
    return list((await tx.scalars(query)).all())


def list_query(
    tx: Transaction, workspace_id: int, query: JobQuery, judged: Collection[Job]
) -> Select[Any]:
    """Return the query for all jobs that match, in their order."""
    source, status, due_at = _with_judged(tx, judged)
    own = alive(source).where(jobs.c.workspace_id == workspace_id)
    matching = own.where(*_conditions(tx, query, status))
    return matching.order_by(*_order(query, status, due_at), jobs.c.id)


_WORST_FIRST = (Status.DOWN, Status.LATE, Status.PENDING, Status.HEALTHY, Status.DISABLED)
_TIME_CHANGES = frozenset({Status.PENDING, Status.HEALTHY, Status.LATE, Status.DOWN})


def _can_time_change(statuses: Iterable[Status] | None) -> bool:
    """Whether time alone can bring a job among those statuses, or out of them."""
    return statuses is not None and 0 < len(_TIME_CHANGES & set(statuses)) < len(_TIME_CHANGES)


def _with_judged(
    tx: Transaction, judged: Collection[Job]
) -> tuple[FromClause, ColumnElement[Any], ColumnElement[Any]]:
    """Return the tables of a list, and its columns for the status and the slot awaited."""
    if not judged:
        return JOBS_AND_STATES, job_states.c.status, job_states.c.due_at
    rows = [(job.id, job.state.status, job.state.due_at) for job in judged]
    table = table_of(tx, {"id": Id, "status": String(20), "due_at": Moment()}, rows)
    is_judged = table.c.id.is_not(None)
    return (
        JOBS_AND_STATES.outerjoin(table, table.c.id == jobs.c.id),
        case((is_judged, table.c.status), else_=job_states.c.status),
        case((is_judged, table.c.due_at), else_=job_states.c.due_at),
    )


def _conditions(
    tx: Transaction, query: JobQuery, status: ColumnElement[Any]
) -> list[ColumnElement[bool]]:
    conditions = [has_element(tx, jobs.c.tags, tag) for tag in query.tags]
    if query.statuses is not None:
        conditions.append(status.in_(sorted(query.statuses)))
    if query.text is not None:
        sought = fold(query.text)
        conditions.append(
            or_(
                jobs.c.folded_name.contains(sought, autoescape=True),
                jobs.c.folded_description.contains(sought, autoescape=True),
            )
        )
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
