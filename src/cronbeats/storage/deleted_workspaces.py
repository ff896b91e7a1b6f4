"""Workspaces that were deleted: what they had is cleared away, whatever table it is in.

The order and the conditions come from the foreign keys of the schema, so a new table needs nothing
to be said here.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, ForeignKey, Table, delete, select, tuple_

from cronbeats.storage.database import Transaction
from cronbeats.storage.schema import job_states, jobs, metadata, workspaces

# Pings of deleted jobs lock these rows, many at once: whoever has another order may deadlock.
_LOCKED_IN_ORDER = (job_states, jobs)
# Rows of jobs are looked for among so few at a time, not among all jobs each time.
_JOBS_AT_ONCE = 20


async def find(tx: Transaction, deleted_before: datetime) -> list[int]:
    """Return the ids of workspaces that were deleted before a moment, the first one first."""
    gone = select(workspaces.c.id).where(workspaces.c.deleted_at < deleted_before)
    return list((await tx.scalars(gone.order_by(workspaces.c.deleted_at))).all())


async def clear(tx: Transaction, workspace_id: int, limit: int) -> int:
    """Delete up to `limit` rows of a deleted workspace, and itself when there are none left.

    Returns how many went, not counting itself: none if somebody else is at it.
    """
    own = select(workspaces.c.id).where(
        workspaces.c.id == workspace_id, workspaces.c.deleted_at.is_not(None)
    )
    if await tx.scalar(own.with_for_update(skip_locked=True)) is None:
        return 0
    for table, belongs in _belongings(workspace_id):
        count = await _delete_some(tx, table, belongs, limit)
        if count:
            return count
    await tx.execute(delete(workspaces).where(workspaces.c.id == workspace_id))
    return 0


def _belongings(workspace_id: int) -> list[tuple[Table, ColumnElement[bool]]]:
    """Return each table with rows of a workspace, and which they are; what refers to others first.

    Of jobs, and of what belongs to them, these are the rows of a few jobs.
    """
    own_jobs = select(jobs.c.id).where(jobs.c.workspace_id == workspace_id)
    some_jobs = own_jobs.order_by(jobs.c.id).limit(_JOBS_AT_ONCE)
    found = {workspaces: workspaces.c.id == workspace_id, jobs: jobs.c.id.in_(some_jobs)}
    for table in metadata.sorted_tables:
        ways = [key for key in table.foreign_keys if key.column.table in found]
        if ways and table not in found:
            way = min(ways, key=_rank)
            owners = select(way.column).where(found[way.column.table])
            found[table] = way.parent.in_(owners)
    del found[workspaces]
    return [(table, found[table]) for table in reversed(metadata.sorted_tables) if table in found]


def _rank(way: ForeignKey) -> int:
    """Prefer the way through a row's job, if each has one, then the one to the workspace itself."""
    if way.column.table is jobs and not way.parent.nullable:
        return 0
    return 1 if way.column.table is workspaces else 2


async def _delete_some(
    tx: Transaction, table: Table, belongs: ColumnElement[bool], limit: int
) -> int:
    key = tuple(table.primary_key)
    some = select(*key).where(belongs).limit(limit)
    if table in _LOCKED_IN_ORDER:
        some = some.order_by(*key).with_for_update()
    return (await tx.execute(delete(table).where(tuple_(*key).in_(some)))).rowcount
