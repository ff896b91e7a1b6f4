"""Pages of jobs: read, judged and counted as they are at one moment, in one script."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Dialect, Integer, bindparam, func

from cronbeats.domain.blind_window import BlindWindows
from cronbeats.domain.job import Job, Outcome, Reason, Run, Status, down_after
from cronbeats.domain.listed_job import ListedJob, listed
from cronbeats.domain.page import PageRequest
from cronbeats.domain.state_machine import as_seen, on_time
from cronbeats.storage import integrations, job_lists, runs
from cronbeats.storage.database import Database
from cronbeats.storage.dialect import PACKED_ROWS, pack_rows, table_of_packed
from cronbeats.storage.drivers import Script
from cronbeats.storage.job_lists import JobQuery, Lag
from cronbeats.storage.jobs import alive, job_from_row
from cronbeats.storage.questions import Question, question
from cronbeats.storage.schema import jobs


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which page of which jobs of a workspace is wanted, judged for the moment `now`."""

    workspace_id: int
    query: JobQuery
    request: PageRequest
    now: datetime
    blind: BlindWindows


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a page tells besides: of all jobs of the workspace, and of the last runs of its own.

    `outcomes` are those of each job on the page, oldest first.
    """

    counts: Mapping[Status, int]
    tags: Sequence[str]
    outcomes: Mapping[int, Sequence[Outcome]]
    is_anybody_told: bool


async def browse(db: Database, wanted: Wanted) -> tuple[list[ListedJob], int]:
    """Return a page of the jobs that match, and how many do in all. Raises UnavailableError.

    They are chosen, sorted and shown by how they stand at the moment, whatever is stored.
    """

    def look(dialect: Dialect) -> Script[tuple[list[ListedJob], int]]:
        judged = yield from _judged(dialect, wanted, job_lists.lag_of(wanted.query))
        return (yield from _page(dialect, wanted, judged))

    return await db.look(look)


async def look_over(
    db: Database, wanted: Wanted, *, runs_each: int, most_tags: int
) -> tuple[list[ListedJob], int, Surroundings]:
    """Return the same, and what surrounds it. Raises UnavailableError."""

    def look(dialect: Dialect) -> Script[tuple[list[ListedJob], int, Surroundings]]:
        use = _questions(dialect)
        # The counts need it, whatever the list is sorted by.
        lag = job_lists.lag_of(wanted.query) or Lag.UNLOOKED_AT
        judged = yield from _judged(dialect, wanted, lag)
        own = {"own": wanted.workspace_id}
        counting = _counts(dialect, has_judged=bool(judged))
        counts = yield from counting.ask(**own, **job_lists.packed_judged(dialect, judged))
        found, total = yield from _page(dialect, wanted, judged)
        outcomes = yield from _last_outcomes(dialect, [job.id for job in found], runs_each)
        tags = yield from use.tags.ask(**own, most=most_tags)
        told = yield from use.is_any_told.ask(**own)
        around = Surroundings(
            {Status(row.status): row.number for row in counts},
            [row.tag for row in tags],
            outcomes,
            bool(told),
        )
        return found, total, around

    return await db.look(look)


def _judged(dialect: Dialect, wanted: Wanted, lag: Lag | None) -> Script[Sequence[Job]]:
    if lag is None:
        return ()
    asked = _lagging(dialect, lag)
    behind = yield from _find(dialect, asked, own=wanted.workspace_id, now=wanted.now)
    return [on_time(job, wanted.now, wanted.blind).job for job in behind]


def _page(
    dialect: Dialect, wanted: Wanted, judged: Collection[Job]
) -> Script[tuple[list[ListedJob], int]]:
    query, request = wanted.query, wanted.request
    shape = job_lists.shape_of(query), bool(judged)
    values = job_lists.values_of(wanted.workspace_id, query, wanted.now)
    values |= job_lists.packed_judged(dialect, judged)
    # One more than is shown tells whether there are any others to count.
    most, before = request.per_page + 1, request.offset
    rows = yield from _listed(dialect, *shape).ask(**values, most=most, before=before)
    total = before + len(rows)
    if len(rows) == most or (before and not rows):
        [[total]] = yield from _counted(dialect, *shape).ask(**values)
    shown = rows[: request.per_page]
    moved = [[row.id] for row in shown if row.has_moved]
    seen: dict[int, ListedJob] = {}
    if moved:
        asked, packed = _questions(dialect).by_ids, pack_rows(dialect, moved)
        for job in (yield from _find(dialect, asked, **{PACKED_ROWS: packed})):
            seen[job.id] = listed(as_seen(job, wanted.now, wanted.blind))
    return [seen.get(row.id) or _listed_job(row, wanted.now) for row in shown], total


def _find(dialect: Dialect, asked: Question, **values: Any) -> Script[list[Job]]:
    """Return whole jobs, with their open runs."""
    rows = yield from asked.ask(**values)
    busy = [[row.id] for row in rows if row.open_runs]
    by_job: dict[int, list[Run]] = defaultdict(list)
    if busy:
        packed = {PACKED_ROWS: pack_rows(dialect, busy)}
        for row in (yield from _questions(dialect).open_runs.ask(**packed)):
            by_job[row.job_id].append(runs.run_from_row(row))
    return [job_from_row(row, tuple(by_job.get(row.id, ()))) for row in rows]


def _last_outcomes(
    dialect: Dialect, job_ids: Sequence[int], each: int
) -> Script[dict[int, list[Outcome]]]:
    found: dict[int, list[Outcome]] = defaultdict(list)
    packed = {PACKED_ROWS: pack_rows(dialect, [[job_id] for job_id in job_ids])}
    for job_id, outcome in (yield from _outcomes(dialect, each).ask(**packed)):
        found[job_id].append(_OUTCOMES[outcome])
    return found


# Looked up sooner than made.
_STATUSES = {str(each): each for each in Status}
_REASONS: dict[str | None, Reason | None] = {None: None, **{str(each): each for each in Reason}}
_OUTCOMES = {str(each): each for each in Outcome}


def _listed_job(row: Any, now: datetime) -> ListedJob:
    is_muted = row.muted_until is not None and row.muted_until > now
    return ListedJob(
        row.id,
        row.job_key,
        row.name,
        row.description,
        row.expected_interval_seconds if row.cron_expression is None else None,
        row.cron_expression,
        row.timezone,
        row.grace_seconds,
        down_after(row.grace_seconds, row.down_after_seconds),
        row.max_runtime_seconds,
        row.failure_tolerance,
        row.recovery_threshold,
        row.tags,
        row.muted_until if is_muted else None,
        row.created_at,
        row.updated_at,
        _STATUSES[row.status],
        row.since,
        _REASONS[row.reason],
        row.due_at,
        row.last_signal_at,
        row.last_success_at,
        row.last_failure_at,
        row.last_duration_ms,
        None,
    )


@dataclass(frozen=True, slots=True)
class _Questions:
    by_ids: Question
    open_runs: Question
    tags: Question
    is_any_told: Question


@lru_cache
def _questions(dialect: Dialect) -> _Questions:
    wanted = table_of_packed(dialect, {"id": jobs.c.id.type})
    most = bindparam("most", type_=Integer)
    return _Questions(
        by_ids=question(dialect, alive().join(wanted, wanted.c.id == jobs.c.id)),
        open_runs=question(dialect, runs.open_of(dialect)),
        tags=question(dialect, job_lists.tags_query(dialect).limit(most)),
        is_any_told=question(dialect, integrations.told_query(bindparam("own"))),
    )


@lru_cache
def _lagging(dialect: Dialect, lag: Lag) -> Question:
    return question(dialect, job_lists.lagging_query(lag))


@lru_cache
def _counts(dialect: Dialect, *, has_judged: bool) -> Question:
    return question(dialect, job_lists.counts_query(dialect, has_judged=has_judged))


@lru_cache
def _outcomes(dialect: Dialect, each: int) -> Question:
    return question(dialect, runs.last_outcomes_query(dialect, each))


@lru_cache
def _listed(dialect: Dialect, shape: JobQuery, has_judged: bool) -> Question:
    found = job_lists.list_query(dialect, shape, has_judged=has_judged)
    most, before = (bindparam(name, type_=Integer) for name in ("most", "before"))
    return question(dialect, found.limit(most).offset(before))


@lru_cache
def _counted(dialect: Dialect, shape: JobQuery, has_judged: bool) -> Question:
    found = job_lists.list_query(dialect, shape, has_judged=has_judged).order_by(None)
    every = found.with_only_columns(func.count().label("number"), maintain_column_froms=True)
    return question(dialect, every)
