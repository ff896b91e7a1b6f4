"""The history of jobs, of each sort of rows: whose is too long, and what of it goes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Column, ColumnElement, and_, delete, or_, select, true, tuple_

from cronbeats.storage.database import Transaction
from cronbeats.storage.dialect import Id, table_of
from cronbeats.storage.schema import alerts, incidents, jobs, runs, signals, transitions


@dataclass(frozen=True, slots=True)
class Sort:
    """One sort of rows that each job has, in the `order` in which they came.

    Those that are open or owed stay, however old they are: only what `may_go` goes.
    """

    order: Column[int]
    may_go: ColumnElement[bool]


@dataclass(frozen=True, slots=True)
class TooLong:
    """A job with too many rows, and the newest of those that it has too many, by their order."""

    job_id: int
    last: int


SORTS = (
    Sort(signals.c.id, true()),
    Sort(runs.c.number, or_(runs.c.ended_at.is_not(None), runs.c.started_at.is_(None))),
    Sort(transitions.c.id, true()),
    Sort(incidents.c.number, incidents.c.ended_at.is_not(None)),
    Sort(alerts.c.id, alerts.c.settled_at.is_not(None)),
)


async def find_too_long(
    tx: Transaction, sort: Sort, job_ids: Sequence[int], keep: int
) -> list[TooLong]:
    """Return those of these jobs that have more than `keep` rows."""
    own = select(sort.order).where(sort.order.table.c.job_id == jobs.c.id)
    beyond = own.order_by(sort.order.desc()).offset(keep).limit(1).scalar_subquery()
    query = select(jobs.c.id, beyond.label("last")).where(jobs.c.id.in_(job_ids))
    rows = await tx.execute(query.order_by(jobs.c.id))
    return [TooLong(row.id, row.last) for row in rows if row.last is not None]


async def prune(tx: Transaction, sort: Sort, too_long: Sequence[TooLong], limit: int) -> int:
    """Delete up to `limit` rows that jobs have too many, the oldest first; return how many went."""
    rows = sort.order.table
    ends = table_of(tx, {"job_id": Id, "last": Id}, [(each.job_id, each.last) for each in too_long])
    is_beyond = and_(rows.c.job_id == ends.c.job_id, sort.order <= ends.c.last)
    key = tuple(rows.primary_key)
    going = select(*key).join(ends, is_beyond).where(sort.may_go).limit(limit)
    return (await tx.execute(delete(rows).where(tuple_(*key).in_(going)))).rowcount
