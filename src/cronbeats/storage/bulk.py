"""The ledger writes many rows by one statement: one parameter, which the database unpacks itself.

A driver that is given many rows runs the statement once for each, and SQLite's hands Python over to
another thread and back each time: what else the process has to do waits for that, or it for them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Dialect, Subquery, Table, case, insert, literal_column, null, select, update

from cronbeats.storage.database import Transaction
from cronbeats.storage.dialect import PACKED_ROWS, insert_for, pack_rows, table_of_packed
from cronbeats.storage.schema import job_states

_NUMBERED = ("job_id", "number")
_FORGOTTEN_BY_ROUTINE = (
    "last_duration_ms",
    "unended_since",
    "unheard_since",
    "unheard_ends_since",
)

Row = Mapping[str, Any]


async def insert_rows(tx: Transaction, table: Table, rows: Sequence[Row]) -> None:
    """Insert rows in their order; all have the same columns."""
    await _execute(tx, insertion(tx.dialect, table, tuple(rows[0])), rows)


async def upsert_rows(tx: Transaction, table: Table, rows: Sequence[Row]) -> None:
    """Insert rows, or overwrite those that have the same primary key; all have the same columns."""
    key = tuple(column.name for column in table.primary_key)
    await _execute(tx, replacement(tx.dialect, table, tuple(rows[0]), key), rows)


async def upsert_numbered(
    tx: Transaction, table: Table, rows: Sequence[Row]
) -> dict[tuple[int, int], int]:
    """Do so with rows that are known by their job's id and their number within the job.

    Returns their ids by both.
    """
    statement = replacement(tx.dialect, table, tuple(rows[0]), _NUMBERED)
    named = (table.c[name] for name in _NUMBERED)
    found = await _execute(tx, statement.returning(*named, table.c.id), rows)
    return {(row.job_id, row.number): row.id for row in found}


async def save_states(tx: Transaction, rows: Sequence[Row], *, by_clock: bool) -> None:
    """Update rows of job_states; all have the same columns.

    The clock looks again when it planned to, unless that would be too late: looking too early costs
    one look, moving the plan with every ping would cost a write to its index each time. Only the
    clock itself (`by_clock`) makes another plan.
    """
    await _execute(tx, state_update(tx.dialect, tuple(rows[0]), by_clock=by_clock), rows)


async def _execute(tx: Transaction, statement: Any, rows: Sequence[Row]) -> Any:
    packed = pack_rows(tx.dialect, [list(row.values()) for row in rows])
    return await tx.execute(statement, {PACKED_ROWS: packed})


@lru_cache
def insertion(
    dialect: Dialect, table: Table, names: tuple[str, ...], packed: str = PACKED_ROWS
) -> Any:
    """Return the statement that inserts packed rows, its parameter `packed`, in their order."""
    rows = table_of_packed(dialect, {name: table.c[name].type for name in names}, packed)
    return insert(table).from_select(names, select(rows))


@lru_cache
def replacement(
    dialect: Dialect, table: Table, names: tuple[str, ...], key: tuple[str, ...]
) -> Any:
    """Return the statement that inserts packed rows, or overwrites those of the same key."""
    rows = table_of_packed(dialect, {name: table.c[name].type for name in names})
    # SQLite would take ON CONFLICT for a part of a SELECT that ends with its FROM.
    chosen = select(rows).where(rows.c[key[0]].is_not(None))
    statement = insert_for(dialect, table).from_select(names, chosen)
    overwritten = {name: statement.excluded[name] for name in names if name not in key}
    return statement.on_conflict_do_update(index_elements=key, set_=overwritten)


@lru_cache
def state_update(dialect: Dialect, names: tuple[str, ...], *, by_clock: bool) -> Any:
    """Return the statement that updates rows of job_states by packed ones (see `save_states`)."""
    rows = table_of_packed(dialect, {name: job_states.c[name].type for name in names})
    values: dict[str, Any] = {name: rows.c[name] for name in names if name != "job_id"}
    if not by_clock:
        values["wake_at"] = _wake_in_time(rows)
    return update(job_states).where(job_states.c.job_id == rows.c.job_id).values(values)


@lru_cache
def steady_update(dialect: Dialect, names: tuple[str, ...], packed: str = PACKED_ROWS) -> Any:
    """Return the statement that updates rows of job_states by what routine successes changed.

    Without the clock's plan: SQLite would write its index anew even where that stays as it is.
    """
    rows = table_of_packed(dialect, {name: job_states.c[name].type for name in names}, packed)
    values: dict[str, Any] = {name: rows.c[name] for name in names if name != "job_id"}
    values |= dict.fromkeys(("last_counted_at", "last_signal_at"), rows.c.last_success_at)
    values |= dict.fromkeys(("bad_streak", "missed_streak"), literal_column("0"))
    values |= dict.fromkeys(_FORGOTTEN_BY_ROUTINE, null())
    return update(job_states).where(job_states.c.job_id == rows.c.job_id).values(values)


@lru_cache
def plan_update(dialect: Dialect) -> Any:
    """Return the statement by which the clock looks at jobs sooner: packed ids and moments."""
    named = ("job_id", "wake_at")
    rows = table_of_packed(dialect, {name: job_states.c[name].type for name in named})
    where = job_states.c.job_id == rows.c.job_id
    return update(job_states).where(where).values(wake_at=rows.c.wake_at)


def _wake_in_time(rows: Subquery) -> Any:
    planned, deadline = job_states.c.wake_at, rows.c.wake_at
    return case((planned < deadline, planned), else_=deadline)
