"""Runs, as they are read; the ledger writes them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Dialect, FromClause, Select, select, true

from cronbeats.domain.job import Outcome, Run
from cronbeats.domain.page import PageRequest
from cronbeats.storage.database import Transaction
from cronbeats.storage.dialect import ReadMoment, as_it_is, can_limit_each, table_of_packed
from cronbeats.storage.pages import fetch_page
from cronbeats.storage.schema import job_states, runs


async def open_by_job(tx: Transaction, job_ids: Sequence[int]) -> dict[int, tuple[Run, ...]]:
    """Return the runs of these jobs whose end was not reported, oldest first."""
    rows = await tx.execute(
        select(runs)
        .where(
            runs.c.job_id.in_(job_ids), runs.c.started_at.is_not(None), runs.c.ended_at.is_(None)
        )
        .order_by(runs.c.job_id, runs.c.number)
    )
    found: dict[int, list[Run]] = defaultdict(list)
    for row in rows:
        found[row.job_id].append(run_from_row(row))
    return {job_id: tuple(its) for job_id, its in found.items()}


def open_of(dialect: Dialect) -> Select[Any]:
    """Return the query for the runs of some jobs whose end was not reported, oldest first."""
    wanted = table_of_packed(dialect, {"job_id": runs.c.job_id.type})
    is_open = (runs.c.started_at.is_not(None), runs.c.ended_at.is_(None))
    found = select(runs).select_from(wanted.join(runs, runs.c.job_id == wanted.c.job_id))
    return found.where(*is_open).order_by(runs.c.job_id, runs.c.number)


def last_outcomes_query(dialect: Dialect, each: int) -> Select[Any]:
    """Return the query for how the last `each` runs and lost slots of some jobs ended.

    They come by job, oldest first. Numbers count up within a job, so its last runs are known by
    them. PostgreSQL would take them for a third of all and read whole tables, unless it is told how
    many there are.
    """
    wanted = table_of_packed(dialect, {"job_id": runs.c.job_id.type})
    of_job = runs.c.job_id == job_states.c.job_id
    last: FromClause = runs
    if can_limit_each(dialect):
        newest = select(runs).where(of_job).order_by(runs.c.number.desc()).limit(each)
        last, of_job = newest.lateral("last"), true()
    states = wanted.join(job_states, job_states.c.job_id == wanted.c.job_id)
    return (
        select(job_states.c.job_id, last.c.outcome)
        .select_from(states.join(last, of_job))
        .where(last.c.number > job_states.c.run_count - each)
        .order_by(job_states.c.job_id, last.c.number)
    )


async def browse(tx: Transaction, job_id: int, request: PageRequest) -> tuple[list[Run], int]:
    """Return a page of a job's runs and lost slots, newest first, and the number of all."""
    own = select(runs).where(runs.c.job_id == job_id)
    rows, total = await fetch_page(tx, own.order_by(runs.c.number.desc()), request)
    return [run_from_row(row) for row in rows], total


def run_from_row(row: Any, read: ReadMoment = as_it_is) -> Run:
    """Return the run that a row holds; its moments are yet to be read by `read`."""
    return Run(
        number=row.number,
        outcome=Outcome(row.outcome),
        slot_at=read(row.slot_at),
        started_at=read(row.started_at),
        ended_at=read(row.ended_at),
        run_id=row.run_id,
        deadline_at=read(row.deadline_at),
        exit_code=row.exit_code,
        progress=row.progress,
        message=row.message,
    )
