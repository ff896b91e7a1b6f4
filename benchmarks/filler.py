"""Fills a database with very many rows: the database itself makes them, by few statements."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Integer, String, Table, insert, literal, select, text

from cronbeats.storage import schema
from cronbeats.storage.database import Database
from cronbeats.storage.dialect import table_of

_ROWS_AT_ONCE = 100_000

Values = Mapping[str, Any]
"""What the columns of a row hold: values, or expressions."""


async def copy_job(db: Database, job_id: int, keys: Sequence[str]) -> None:
    """Make a job for each key, like another one and in its state; all others are older.

    The new ids count up in the keys' order.
    """
    for start in range(0, len(keys), _ROWS_AT_ONCE):
        await _copy_job(db, job_id, keys[start : start + _ROWS_AT_ONCE])


async def add_signals(
    db: Database,
    job_ids: tuple[int, int],
    count: int,
    received_at: datetime,
    *,
    in_a_row: int = 1,
) -> None:
    """Give the jobs from one id to another so many pings in all; they take turns.

    At each turn a job gets so many `in_a_row`: the more, the sooner it is done, as the rows of a
    job then lie together.
    """
    first, last = job_ids

    def signal(number: ColumnElement[int]) -> Values:
        turn = number // in_a_row if in_a_row > 1 else number
        return {
            "job_id": first + turn % (last - first + 1),
            "kind": "ping",
            "received_at": received_at,
            "source_ip": "192.0.2.1",
            "user_agent": "curl/8.5.0",
            "output_size": 0,
        }

    await fill(db, schema.signals, count, signal)


async def fill(
    db: Database, table: Table, count: int, row: Callable[[ColumnElement[int]], Values]
) -> None:
    """Insert so many rows; `row` says what each has, by an expression for its number from 0."""
    for start in range(0, count, _ROWS_AT_ONCE):
        numbers = select(literal(start, Integer).label("number")).cte("numbers", recursive=True)
        onward = select(numbers.c.number + 1)
        end = min(start + _ROWS_AT_ONCE, count) - 1
        numbers = numbers.union_all(onward.where(numbers.c.number < end))
        values = row(numbers.c.number)
        cells = (
            value if isinstance(value, ColumnElement) else literal(value, table.c[name].type)
            for name, value in values.items()
        )
        rows = select(*(cell.label(name) for name, cell in zip(values, cells, strict=True)))
        async with db.write_unhurried() as tx:
            await tx.execute(insert(table).from_select(list(values), rows.select_from(numbers)))


async def analyze(db: Database) -> None:
    """Let the database count its rows, as it does by itself by and by."""
    async with db.write_unhurried() as tx:
        await tx.execute(text("ANALYZE"))


async def _copy_job(db: Database, job_id: int, keys: Sequence[str]) -> None:
    jobs, states = schema.jobs, schema.job_states
    async with db.write_unhurried() as tx:
        named = table_of(tx, {"number": Integer(), "key": String()}, list(enumerate(keys)))
        same = [column for column in jobs.c if column.name not in {"id", "job_key"}]
        copies = select(named.c.key, *same).join(named, jobs.c.id == job_id)
        names = ["job_key", *(column.name for column in same)]
        await tx.execute(insert(jobs).from_select(names, copies.order_by(named.c.number)))
        keys_of_new = select(named.c.key)
        same = [column for column in states.c if column.name != "job_id"]
        new = select(jobs.c.id, *same).join(states, states.c.job_id == job_id)
        new = new.where(jobs.c.job_key.in_(keys_of_new))
        names = ["job_id", *(column.name for column in same)]
        await tx.execute(insert(states).from_select(names, new.order_by(jobs.c.id)))
