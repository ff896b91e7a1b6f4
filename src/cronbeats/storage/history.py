"""The history of jobs, of each sort of rows: whose is too long, and what of it goes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import Column, exists, select

from cronbeats.storage import alerts, incidents, runs, schema, signals, transitions
from cronbeats.storage.database import Transaction


@dataclass(frozen=True, slots=True)
class Sort:
    """One sort of rows that each job has, in the `order` in which they came.

    `prune` deletes up to so many of a job's rows beyond its newest ones, and returns how many went.
    """

    order: Column[int]
    prune: Callable[[Transaction, int, int, int], Awaitable[int]]


SORTS = (
    Sort(schema.signals.c.id, signals.prune),
    Sort(schema.runs.c.number, runs.prune),
    Sort(schema.transitions.c.id, transitions.prune),
    Sort(schema.incidents.c.number, incidents.prune),
    Sort(schema.alerts.c.id, alerts.prune),
)


async def find_too_long(
    tx: Transaction, sort: Sort, job_ids: Sequence[int], keep: int
) -> list[int]:
    """Return those of these jobs, whose ids are in order, that have more than `keep` rows."""
    jobs, rows = schema.jobs, sort.order.table
    beyond = select(1).where(rows.c.job_id == jobs.c.id).order_by(sort.order.desc())
    query = select(jobs.c.id).where(jobs.c.id.in_(job_ids), exists(beyond.offset(keep).limit(1)))
    return list((await tx.scalars(query.order_by(jobs.c.id))).all())
