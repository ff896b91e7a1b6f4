"""The history of jobs, of each sort of rows: whose is too long, and what of it goes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Delete,
    Dialect,
    Integer,
    Select,
    and_,
    case,
    delete,
    func,
    literal_column,
    or_,
    select,
    true,
    tuple_,
)

from cronbeats.storage.database import Transaction
from cronbeats.storage.dialect import Id, table_for, table_of
from cronbeats.storage.schema import alerts, incidents, jobs, runs, signals, transitions


@dataclass(frozen=True, slots=True)
class Sort:
    """One sort of rows that each job has, in the `order` in which they came.

    Those that are open or owed stay, however old they are: only what `may_go` goes. By their `age`
    rows of all jobs lie together on the disk, more or less. One counts as so many more small ones
    as it has `extra`, to delete it.
    """

    order: Column[int]
    may_go: ColumnElement[bool]
    age: ColumnElement[Any]
    extra: ColumnElement[int] = field(default_factory=lambda: literal_column("0", Integer()))


@dataclass(frozen=True, slots=True)
class TooLong:
    """A job with too many rows, and the newest of those that it has too many, by their order."""

    job_id: int
    last: int


@dataclass(frozen=True, slots=True)
class Row:
    """A row by its primary key, and how many small ones it counts as."""

    key: tuple[int, ...]
    weight: int


# A text as long as some pages has these pages for itself, and each of them is to be read and freed.
_PAGE_BYTES = 4096
# Of the longest outputs only a part was kept.
_MOST_BYTES = 256 * 1024
_OUTPUT_BYTES = case(
    (signals.c.output_size > _MOST_BYTES, _MOST_BYTES), else_=signals.c.output_size
)

SORTS = (
    Sort(signals.c.id, true(), signals.c.id, _OUTPUT_BYTES // _PAGE_BYTES),
    Sort(
        runs.c.number,
        or_(runs.c.ended_at.is_not(None), runs.c.started_at.is_(None)),
        func.coalesce(runs.c.ended_at, runs.c.slot_at),
    ),
    Sort(transitions.c.id, true(), transitions.c.id),
    Sort(incidents.c.number, incidents.c.ended_at.is_not(None), incidents.c.id),
    # With an alert goes each attempt to send it.
    Sort(alerts.c.id, alerts.c.settled_at.is_not(None), alerts.c.id, alerts.c.attempts),
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


async def find_oldest(
    tx: Transaction, sort: Sort, too_long: Sequence[TooLong], most: int
) -> list[Row]:
    """Return about `most` of the rows that jobs have too many, of each job the oldest.

    They are in the order in which they lie on the disk, so that those deleted together share pages.
    """
    each = max(1, most // len(too_long))
    rows = await tx.execute(_ends(tx, sort, too_long, each))
    ends = [TooLong(row.job_id, row.last) for row in rows]
    return [Row(tuple(key), 1 + extra) for *key, extra in await tx.execute(_beyond(tx, sort, ends))]


def delete_rows(dialect: Dialect, sort: Sort, rows: Sequence[Row]) -> Delete:
    """Return what deletes rows by their keys."""
    table = sort.order.table
    columns = {column.name: Id for column in table.primary_key}
    wanted = table_for(dialect, columns, [row.key for row in rows])
    return delete(table).where(_key(table).in_(select(wanted)))


def _ends(tx: Transaction, sort: Sort, too_long: Sequence[TooLong], each: int) -> Select[Any]:
    """Return the query for the jobs, and the `each`-th of their rows that may go, or the last."""
    rows, ends = sort.order.table, _packed(tx, too_long)
    going = select(sort.order).where(
        rows.c.job_id == ends.c.job_id, sort.order <= ends.c.last, sort.may_go
    )
    going = going.order_by(sort.order)
    nth = going.offset(each - 1).limit(1).scalar_subquery()
    return select(ends.c.job_id, func.coalesce(nth, ends.c.last).label("last"))


def _beyond(tx: Transaction, sort: Sort, too_long: Sequence[TooLong]) -> Select[Any]:
    rows, ends = sort.order.table, _packed(tx, too_long)
    is_beyond = and_(rows.c.job_id == ends.c.job_id, sort.order <= ends.c.last)
    going = select(*rows.primary_key, sort.extra).join(ends, is_beyond).where(sort.may_go)
    return going.order_by(sort.age, sort.order)


def _packed(tx: Transaction, too_long: Sequence[TooLong]) -> Any:
    values = [(each.job_id, each.last) for each in too_long]
    return table_of(tx, {"job_id": Id, "last": Id}, values)


def _key(table: Any) -> Any:
    key = tuple(table.primary_key)
    return key[0] if len(key) == 1 else tuple_(*key)
