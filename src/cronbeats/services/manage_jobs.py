"""Manage jobs: make, declare, change, pause and resume them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from cronbeats.domain.audit import Actor, AuditAction, about_job, changes_between
from cronbeats.domain.blind_window import BlindWindows
from cronbeats.domain.errors import AmbiguousNameError, NotFoundError, UnavailableError
from cronbeats.domain.job import Job, as_of, new_state
from cronbeats.domain.job_wish import JobWish, wish_of
from cronbeats.domain.kept_answer import KeptAnswer, OnceOnly
from cronbeats.domain.revision import WHATEVER, Precondition
from cronbeats.domain.state_machine import on_edit, on_pause, on_resume
from cronbeats.domain.transition import Change
from cronbeats.storage import audit_log, jobs, kept_answers, ledger, workspaces
from cronbeats.storage.database import Database, Transaction

_MOST_TRIES = 10


@dataclass(frozen=True, slots=True)
class Declared:
    """The job that was declared, and whether it was made just now."""

    job: Job
    is_new: bool


async def create_job(
    db: Database, workspace_id: int, wish: JobWish, now: datetime, *, by: Actor
) -> Job:
    """Make a job, pending until its first success.

    Raises InvalidValueError if the schedule or the time zone makes no sense.
    """
    async with db.write() as tx:
        return await _make(tx, workspace_id, wish, now, by)


async def create_job_once(
    db: Database, workspace_id: int, wish: JobWish, now: datetime, *, by: Actor, once: OnceOnly
) -> KeptAnswer:
    """Make a job and keep what `once` tells of it, or return what was told the first time.

    The answer is kept in the transaction that makes the job. Raises KeyReusedError if the key
    belongs to another request, and what create_job raises.
    """
    async with db.write() as tx:
        kept = await kept_answers.claim(tx, workspace_id, once, now)
        if kept is not None:
            return kept
        answer = once.tell(await _make(tx, workspace_id, wish, now, by))
        await kept_answers.keep(tx, workspace_id, once, answer)
    return answer


async def declare_job(
    db: Database,
    workspace_id: int,
    wish: JobWish,
    now: datetime,
    *,
    by: Actor,
    blind: BlindWindows,
    only_if: Precondition = WHATEVER,
) -> Declared:
    """Make the workspace's job of a name be as wished, and make it if there is none.

    Two that declare the same name at once make one job. Raises AmbiguousNameError if several jobs
    bear the name, PreconditionFailedError, and InvalidValueError if the schedule or the time zone
    makes no sense.
    """
    for _ in range(_MOST_TRIES):
        async with db.write() as tx:
            found = await _lock_by_name(tx, workspace_id, wish.name)
            if found is None:
                continue
            if len(found) > 1:
                raise AmbiguousNameError([job.id for job in found])
            job = found[0] if found else None
            only_if.check(job)
            if job is None:
                return Declared(await _make(tx, workspace_id, wish, now, by), is_new=True)
            return Declared(await _edit(tx, job, wish, now, blind=blind, by=by), is_new=False)
    raise UnavailableError("jobs of this name come and go all the time")


async def update_job(
    db: Database,
    workspace_id: int,
    job_id: int,
    changes: Mapping[str, Any],
    now: datetime,
    *,
    by: Actor,
    blind: BlindWindows,
    only_if: Precondition = WHATEVER,
) -> Job:
    """Change some of a job's configuration, by the names of JobWish; the rest stays.

    Naming an interval or a cron expression takes the place of the other. Raises NotFoundError,
    PreconditionFailedError, and InvalidValueError if the schedule or the time zone makes no sense.
    """
    async with db.write() as tx:
        job = await _lock(tx, workspace_id, job_id, only_if)
        return await _edit(tx, job, wish_of(job).changed(changes), now, blind=blind, by=by)


async def pause_job(
    db: Database,
    workspace_id: int,
    job_id: int,
    now: datetime,
    *,
    by: Actor,
    blind: BlindWindows,
    only_if: Precondition = WHATEVER,
) -> Job:
    """Stop watching a job, if it is watched. Raises NotFoundError, PreconditionFailedError."""
    async with db.write() as tx:
        job = await _lock(tx, workspace_id, job_id, only_if)
        if job.is_enabled:
            await audit_log.add(tx, [about_job(job, AuditAction.JOB_PAUSED, by, now)])
        return await _record(tx, on_pause(job, now, blind), now)


async def resume_job(
    db: Database,
    workspace_id: int,
    job_id: int,
    now: datetime,
    *,
    by: Actor,
    only_if: Precondition = WHATEVER,
) -> Job:
    """Watch a job again, if it is not. Raises NotFoundError, PreconditionFailedError."""
    async with db.write() as tx:
        job = await _lock(tx, workspace_id, job_id, only_if)
        if not job.is_enabled:
            await audit_log.add(tx, [about_job(job, AuditAction.JOB_RESUMED, by, now)])
        return await _record(tx, on_resume(job, now), now)


async def _lock_by_name(tx: Transaction, workspace_id: int, name: str) -> list[Job] | None:
    """Return the jobs of a name, locked; while there is none, nobody else makes one.

    None says that one was made meanwhile, so that this transaction must end without it.
    """
    # The job before its workspace, in the order of whoever plans a reminder after a ping.
    found = await jobs.lock_by_name(tx, workspace_id, name)
    if not found:
        await workspaces.lock(tx, workspace_id)
        if await jobs.has_name(tx, workspace_id, name):
            return None
    return found


async def _lock(tx: Transaction, workspace_id: int, job_id: int, only_if: Precondition) -> Job:
    job = await jobs.lock_one(tx, workspace_id, job_id)
    if job is None:
        raise NotFoundError("Job not found")
    only_if.check(job)
    return job


async def _make(tx: Transaction, workspace_id: int, wish: JobWish, now: datetime, by: Actor) -> Job:
    await workspaces.hold(tx, workspace_id)
    new = jobs.NewJob(
        workspace_id=workspace_id,
        key=await jobs.unused_key(tx),
        name=wish.name,
        rules=wish.rules(),
        description=wish.description,
        timezone=wish.timezone,
        tags=wish.tags,
    )
    job = await jobs.add(tx, new, new_state(now))
    await ledger.open_account(tx, job)
    await audit_log.add(tx, [about_job(job, AuditAction.JOB_CREATED, by, now)])
    return job


async def _edit(
    tx: Transaction, job: Job, wish: JobWish, now: datetime, *, blind: BlindWindows, by: Actor
) -> Job:
    change = on_edit(job, wish.applied_to(job, now), now, blind)
    await jobs.save_configuration(tx, change.job)
    if edits := changes_between(asdict(wish_of(job)), asdict(wish_of(change.job))):
        await audit_log.add(tx, [about_job(job, AuditAction.JOB_UPDATED, by, now, edits)])
    return await _record(tx, change, now)


async def _record(tx: Transaction, change: Change, now: datetime) -> Job:
    await ledger.record(tx, [ledger.Entry(change)], now)
    return as_of(change.job, now)
