"""Manage many jobs: pause, resume or delete them in one transaction, the good ones at least."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from cronbeats.domain.audit import Actor, AuditAction, about_job
from cronbeats.domain.blind_window import BlindWindows
from cronbeats.domain.errors import NotFoundError
from cronbeats.domain.job import Job
from cronbeats.domain.revision import WHATEVER, Precondition
from cronbeats.domain.state_machine import on_pause, on_resume
from cronbeats.domain.transition import Change
from cronbeats.storage import audit_log, jobs, ledger
from cronbeats.storage.database import Database

NOT_FOUND = "Job not found"
ALREADY_DISABLED = "Job is already disabled"
ALREADY_ENABLED = "Job is already enabled"


@dataclass(frozen=True, slots=True)
class BulkResult:
    """What became of each job that was named: how many went well, and why the others did not.

    `failed` holds ids and reasons in the order of the request.
    """

    succeeded: int
    failed: tuple[tuple[int, str], ...]


async def pause_jobs(
    db: Database,
    workspace_id: int,
    job_ids: Sequence[int],
    now: datetime,
    *,
    by: Actor,
    blind: BlindWindows,
) -> BulkResult:
    """Stop watching jobs."""
    return await _change_all(
        db,
        workspace_id,
        job_ids,
        now,
        law=lambda job: on_pause(job, now, blind) if job.is_enabled else ALREADY_DISABLED,
        done=AuditAction.JOB_PAUSED,
        by=by,
    )


async def resume_jobs(
    db: Database, workspace_id: int, job_ids: Sequence[int], now: datetime, *, by: Actor
) -> BulkResult:
    """Watch jobs again."""
    return await _change_all(
        db,
        workspace_id,
        job_ids,
        now,
        law=lambda job: ALREADY_ENABLED if job.is_enabled else on_resume(job, now),
        done=AuditAction.JOB_RESUMED,
        by=by,
    )


async def delete_jobs(
    db: Database,
    workspace_id: int,
    job_ids: Sequence[int],
    now: datetime,
    *,
    by: Actor,
    blind: BlindWindows,
) -> BulkResult:
    """Take jobs out of every list; their keys answer 404, their history stays."""
    return await _change_all(
        db,
        workspace_id,
        job_ids,
        now,
        law=lambda job: on_pause(job, now, blind),
        done=AuditAction.JOB_DELETED,
        by=by,
    )


async def delete_job(
    db: Database,
    workspace_id: int,
    job_id: int,
    now: datetime,
    *,
    by: Actor,
    blind: BlindWindows,
    only_if: Precondition = WHATEVER,
) -> None:
    """Take one job out of every list. Raises NotFoundError, PreconditionFailedError."""

    def law(job: Job) -> Change:
        only_if.check(job)
        return on_pause(job, now, blind)

    deleted = AuditAction.JOB_DELETED
    result = await _change_all(db, workspace_id, [job_id], now, law=law, done=deleted, by=by)
    if result.failed:
        raise NotFoundError(NOT_FOUND)


async def _change_all(
    db: Database,
    workspace_id: int,
    job_ids: Sequence[int],
    now: datetime,
    *,
    law: Callable[[Job], Change | str],
    done: AuditAction,
    by: Actor,
) -> BulkResult:
    """Apply `law` to each job, which gives a change or the reason why there is none.

    The audit log tells that this was `done` to each that was changed.
    """
    ends = done is AuditAction.JOB_DELETED
    changes: list[Change] = []
    failed: list[tuple[int, str]] = []
    async with db.write() as tx:
        known = {job.id: job for job in await jobs.lock_many(tx, workspace_id, job_ids)}
        for job_id in job_ids:
            outcome = law(known[job_id]) if job_id in known else NOT_FOUND
            if isinstance(outcome, str):
                failed.append((job_id, outcome))
                continue
            changes.append(outcome)
            # The same id once more finds the job as it is now.
            if ends:
                del known[job_id]
            else:
                known[job_id] = outcome.job
        await ledger.record(tx, [ledger.Entry(change) for change in changes], now)
        if ends:
            await jobs.mark_deleted(tx, [change.job.id for change in changes], now)
        await audit_log.add(tx, [about_job(change.job, done, by, now) for change in changes])
    return BulkResult(len(changes), tuple(failed))
