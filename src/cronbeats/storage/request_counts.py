"""How many requests each workspace made of the Management API: one row each, that of now."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from sqlalchemy import Boolean, Dialect, bindparam, select, text, update

from cronbeats.domain.rate_limit import RateLimits, Usage
from cronbeats.storage.database import Database, Transaction
from cronbeats.storage.dialect import Moment
from cronbeats.storage.questions import Question, change
from cronbeats.storage.schema import request_counts

USAGE = (
    request_counts.c.minute_start,
    request_counts.c.minute_count,
    request_counts.c.day_start,
    request_counts.c.day_count,
)
# One fixed text, as every request of the API needs it: to put it together would take longer than
# to run it.
_COUNT = (
    text("""
        INSERT INTO request_counts AS known
            (workspace_id, minute_start, minute_count, day_start, day_count)
        VALUES (:workspace_id, :minute_start, 1, :day_start, 1)
        ON CONFLICT (workspace_id) DO UPDATE SET
            minute_start = :minute_start,
            minute_count = CASE WHEN :is_new_minute THEN 1 ELSE known.minute_count + 1 END,
            day_start = :day_start,
            day_count = CASE WHEN :is_new_day THEN 1 ELSE known.day_count + 1 END
        WHERE known.minute_start = :seen_minute_start
            AND known.day_start = :seen_day_start
            AND (:is_new_minute OR known.minute_count < :per_minute)
            AND (:is_new_day OR known.day_count < :per_day)
        RETURNING minute_start, minute_count, day_start, day_count
    """)
    .bindparams(
        bindparam("minute_start", type_=Moment),
        bindparam("day_start", type_=Moment),
        bindparam("seen_minute_start", type_=Moment),
        bindparam("seen_day_start", type_=Moment),
        bindparam("is_new_minute", type_=Boolean),
        bindparam("is_new_day", type_=Boolean),
    )
    .columns(*USAGE)
)


async def get(tx: Transaction, workspace_id: int) -> Usage | None:
    """Return what was counted last for a workspace, None if nothing ever was."""
    own = request_counts.c.workspace_id == workspace_id
    return usage_from_row((await tx.execute(select(*USAGE).where(own))).first())


async def count(
    db: Database, workspace_id: int, seen: Usage | None, current: Usage, limits: RateLimits
) -> Usage | None:
    """Count one more request in the windows of `current`, and return the usage with it.

    `current` is what `seen`, the row as it was read, means now. If the row has other windows by
    now, or no room in one of them, nothing is counted and None is returned. Raises
    UnavailableError.
    """
    values = {
        "workspace_id": workspace_id,
        "minute_start": current.minute_start,
        "day_start": current.day_start,
        "seen_minute_start": None if seen is None else seen.minute_start,
        "seen_day_start": None if seen is None else seen.day_start,
        "is_new_minute": current.minute_count == 0,
        "is_new_day": current.day_count == 0,
        "per_minute": limits.per_minute,
        "per_day": limits.per_day,
    }
    rows = await db.run_lightly(lambda dialect: _count(dialect).ask(**values))
    return usage_from_row(rows[0]) if rows else None


async def set_back(tx: Transaction, workspace_id: int, seen: Usage, current: Usage) -> None:
    """Let the counts be those of earlier windows, unless others moved them since they were seen."""
    own = update(request_counts).where(
        request_counts.c.workspace_id == workspace_id,
        request_counts.c.minute_start == seen.minute_start,
        request_counts.c.day_start == seen.day_start,
    )
    windows = {"minute_start": current.minute_start, "day_start": current.day_start}
    await tx.execute(own.values(windows))


def usage_from_row(row: Any) -> Usage | None:
    """Return the usage that a row holds, None if there is no row, or an empty one."""
    if row is None or row.minute_start is None:
        return None
    return Usage(row.minute_start, row.minute_count, row.day_start, row.day_count)


@lru_cache
def _count(dialect: Dialect) -> Question:
    return change(dialect, _COUNT)
