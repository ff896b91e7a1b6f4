"""Mute jobs: let no alert tell of them for a while, or end that; they are judged all the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from cronbeats.domain.audit import (
    Actor,
    AuditAction,
    AuditEntry,
    about_job,
    changes_between,
)
from cronbeats.domain.blind_window import BlindWindows
from cronbeats.domain.errors import NotFoundError
from cronbeats.domain.job import Job, as_of
from cronbeats.domain.state_machine import on_time
from cronbeats.storage import audit_log, jobs, ledger
from cronbeats.storage.database import Database


async def mute_jobs(
    db: Database,
    workspace_id: int,
    job_ids: Sequence[int],
    seconds: int,
    now: datetime,
    *,
    by: Actor,
    blind: BlindWindows,
) -> list[Job]:
    """Mute those of these jobs that the workspace has for `seconds` from `now` on.

    Returns them as they now are. A job that is muted already gets the new end. What was owed
    before leaves all the same.
    """
    until = now + timedelta(seconds=seconds)
    return await _set_end(db, workspace_id, job_ids, until, now, by=by, blind=blind)


async def unmute_jobs(
    db: Database,
    workspace_id: int,
    job_ids: Sequence[int],
    now: datetime,
    *,
    by: Actor,
    blind: BlindWindows,
) -> list[Job]:
    """End the mute of those of these jobs that the workspace has; a job not muted stays so.

    Returns them as they now are. Of a job that went down meanwhile and still is, people are told
    now.
    """
    return await _set_end(db, workspace_id, job_ids, None, now, by=by, blind=blind)


def the_one(muted: Sequence[Job]) -> Job:
    """Return the only job that was meant. Raises NotFoundError if the workspace has none such."""
    if not muted:
        raise NotFoundError("Job not found")
    return muted[0]


async def _set_end(
    db: Database,
    workspace_id: int,
    job_ids: Sequence[int],
    until: datetime | None,
    now: datetime,
    *,
    by: Actor,
    blind: BlindWindows,
) -> list[Job]:
    async with db.write() as tx:
        found = await jobs.lock_many(tx, workspace_id, job_ids)
        changes = [on_time(job, now, blind) for job in found]
        entries = [ledger.Entry(change, by_clock=True) for change in changes]
        await ledger.record(tx, entries, now)
        muted = [replace(change.job, muted_until=until) for change in changes]
        await ledger.mute(tx, muted, now)
        await audit_log.add(tx, _entries(found, until, by, now))
    return muted


def _entries(
    found: Sequence[Job], until: datetime | None, by: Actor, now: datetime
) -> list[AuditEntry]:
    """Return what the audit log is told; the end of a mute that was none or over is no news."""
    action = AuditAction.JOB_UNMUTED if until is None else AuditAction.JOB_MUTED
    entries = []
    for job in found:
        before = {"muted_until": as_of(job, now).muted_until}
        if changes := changes_between(before, {"muted_until": until}):
            entries.append(about_job(job, action, by, now, changes))
    return entries
