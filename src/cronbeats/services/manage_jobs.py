"""Manage jobs: make, change, pause and resume them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from cronbeats.domain.blind_window import BlindWindows
from cronbeats.domain.errors import NotFoundError
from cronbeats.domain.job import Job, Rules, as_of, cron_of, interval_of, new_state
from cronbeats.domain.keys import new_job_key
from cronbeats.domain.schedule import choose_schedule
from cronbeats.domain.state_machine import on_edit, on_pause, on_resume
from cronbeats.domain.transition import Change
from cronbeats.storage import jobs, ledger
from cronbeats.storage.database import Database, Transaction


@dataclass(frozen=True, slots=True)
class JobWish:
    """What a person asks a new job to be; exactly one of interval and cron must be given."""

    name: str
    expected_interval_seconds: int | None = None
    cron_expression: str | None = None
    timezone: str = "UTC"
    grace_seconds: int = 300
    down_after_seconds: int | None = None
    max_runtime_seconds: int | None = None
    failure_tolerance: int = 0
    recovery_threshold: int = 1
    description: str | None = None
    tags: tuple[str, ...] = ()


async def create_job(db: Database, workspace_id: int, wish: JobWish, now: datetime) -> Job:
    """Make a job, pending until its first success.

    Raises InvalidValueError if the schedule or the time zone makes no sense.
    """
    rules = _rules(wish)
    async with db.write() as tx:
        new = jobs.NewJob(
            workspace_id=workspace_id,
            key=await _unused_key(tx),
            name=wish.name,
            rules=rules,
            description=wish.description,
            timezone=wish.timezone,
            tags=wish.tags,
        )
        job = await jobs.add(tx, new, new_state(now))
        await ledger.open_account(tx, job)
    return job


async def update_job(
    db: Database,
    workspace_id: int,
    job_id: int,
    changes: Mapping[str, Any],
    now: datetime,
    *,
    blind: BlindWindows,
) -> Job:
    """Change some of a job's configuration, by the names of JobWish; the rest stays.

    Naming an interval or a cron expression takes the place of the other. Raises NotFoundError, and
    InvalidValueError if the schedule or the time zone makes no sense.
    """
    async with db.write() as tx:
        job = await jobs.lock_one(tx, workspace_id, job_id)
        if job is None:
            raise NotFoundError("Job not found")
        wish = replace(_wish_of(job), **_with_one_schedule(changes))
        change = on_edit(job, _edited(job, wish, now), now, blind)
        await jobs.save_configuration(tx, change.job)
        await ledger.record(tx, [ledger.Entry(change)], now)
    return as_of(change.job, now)


async def pause_job(
    db: Database, workspace_id: int, job_id: int, now: datetime, blind: BlindWindows
) -> Job:
    """Stop watching a job, if it is watched. Raises NotFoundError."""
    return await _change(db, workspace_id, job_id, lambda job: on_pause(job, now, blind), now)


async def resume_job(db: Database, workspace_id: int, job_id: int, now: datetime) -> Job:
    """Watch a job again, if it is not. Raises NotFoundError."""
    return await _change(db, workspace_id, job_id, lambda job: on_resume(job, now), now)


async def _change(
    db: Database,
    workspace_id: int,
    job_id: int,
    law: Callable[[Job], Change],
    now: datetime,
) -> Job:
    async with db.write() as tx:
        job = await jobs.lock_one(tx, workspace_id, job_id)
        if job is None:
            raise NotFoundError("Job not found")
        change = law(job)
        await ledger.record(tx, [ledger.Entry(change)], now)
    return as_of(change.job, now)


async def _unused_key(tx: Transaction) -> str:
    while True:
        key = new_job_key()
        if not await jobs.has_key(tx, key):
            return key


def _rules(wish: JobWish) -> Rules:
    return Rules(
        choose_schedule(wish.expected_interval_seconds, wish.cron_expression, wish.timezone),
        wish.grace_seconds,
        wish.down_after_seconds,
        wish.max_runtime_seconds,
        wish.failure_tolerance,
        wish.recovery_threshold,
    )


def _wish_of(job: Job) -> JobWish:
    rules = job.rules
    return JobWish(
        name=job.name,
        expected_interval_seconds=interval_of(rules.schedule),
        cron_expression=cron_of(rules.schedule),
        timezone=job.timezone,
        grace_seconds=rules.grace_seconds,
        down_after_seconds=rules.down_after_seconds,
        max_runtime_seconds=rules.max_runtime_seconds,
        failure_tolerance=rules.failure_tolerance,
        recovery_threshold=rules.recovery_threshold,
        description=job.description,
        tags=job.tags,
    )


def _with_one_schedule(changes: Mapping[str, Any]) -> dict[str, Any]:
    """Let a new interval end a cron expression, and the other way round."""
    both = ("expected_interval_seconds", "cron_expression")
    named = [name for name in both if changes.get(name) is not None]
    cleared = {name: None for name in both if named and name not in changes}
    return {**changes, **cleared}


def _edited(job: Job, wish: JobWish, now: datetime) -> Job:
    return replace(
        job,
        name=wish.name,
        rules=_rules(wish),
        description=wish.description,
        timezone=wish.timezone,
        tags=wish.tags,
        updated_at=now,
    )
