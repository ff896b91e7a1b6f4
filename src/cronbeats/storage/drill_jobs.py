"""Drill jobs: of each workspace one job that nobody sees, for tests and drills to be about."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import insert, select, update

from cronbeats.domain.job import Job, Rules, new_state
from cronbeats.domain.schedule import Every
from cronbeats.storage import jobs, ledger, workspaces
from cronbeats.storage.database import Transaction
from cronbeats.storage.schema import drill_jobs

NAME = "Fire drill"
_LONGEST_INTERVAL_SECONDS = 31_536_000


async def lock(tx: Transaction, workspace_id: int, now: datetime) -> Job:
    """Return a workspace's drill job, locked for a change; it is made when it is first needed.

    It is a deleted job from its beginning: in no list, heard by no ping, judged by no clock.
    """
    await workspaces.lock(tx, workspace_id)
    job_id = await get_id(tx, workspace_id)
    if job_id is None:
        job_id = await _make(tx, workspace_id, now)
    return await jobs.lock_any(tx, job_id)


async def get_id(tx: Transaction, workspace_id: int) -> int | None:
    """Return the id of a workspace's drill job, None if none was needed yet."""
    own = drill_jobs.c.workspace_id == workspace_id
    return await tx.scalar(select(drill_jobs.c.job_id).where(own))


async def running_until(tx: Transaction, workspace_id: int) -> datetime | None:
    """Return until when a drill is under way at the latest, None if none is."""
    own = drill_jobs.c.workspace_id == workspace_id
    return await tx.scalar(select(drill_jobs.c.drill_until).where(own))


async def note_running(tx: Transaction, workspace_id: int, until: datetime | None) -> None:
    """Note until when a drill is under way at the latest, or that it is over."""
    own = drill_jobs.c.workspace_id == workspace_id
    await tx.execute(update(drill_jobs).where(own).values(drill_until=until))


async def _make(tx: Transaction, workspace_id: int, now: datetime) -> int:
    rules = Rules(Every(_LONGEST_INTERVAL_SECONDS), grace_seconds=0)
    new = jobs.NewJob(workspace_id, await jobs.unused_key(tx), NAME, rules)
    job = await jobs.add(tx, new, new_state(now))
    await ledger.open_account(tx, job)
    await jobs.mark_deleted(tx, [job.id], now)
    await tx.execute(insert(drill_jobs).values(workspace_id=workspace_id, job_id=job.id))
    return job.id
