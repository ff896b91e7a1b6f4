"""Manage jobs: make, pause and resume them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from cronbeats.domain.blind_window import BlindWindows
from cronbeats.domain.errors import InvalidValueError, NotFoundError
from cronbeats.domain.job import Job, Rules, new_state
from cronbeats.domain.keys import new_job_key
from cronbeats.domain.schedule import Cron, Every, Schedule, explain_bad_cron, explain_bad_timezone
from cronbeats.domain.state_machine import on_pause, on_resume
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
    rules = Rules(
        _schedule(wish),
        wish.grace_seconds,
        wish.down_after_seconds,
        wish.max_runtime_seconds,
        wish.failure_tolerance,
        wish.recovery_threshold,
    )
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
    return change.job


async def _unused_key(tx: Transaction) -> str:
    while True:
        key = new_job_key()
        if not await jobs.has_key(tx, key):
            return key


def _schedule(wish: JobWish) -> Schedule:
    errors: dict[str, list[str]] = {}
    if bad_zone := explain_bad_timezone(wish.timezone):
        errors["timezone"] = [bad_zone]
    interval, expression = wish.expected_interval_seconds, wish.cron_expression
    if interval is not None and expression is not None:
        errors["cron_expression"] = ["Give either this or expected_interval_seconds, not both."]
    elif expression is not None and (bad_cron := explain_bad_cron(expression)):
        errors["cron_expression"] = [bad_cron]
    elif interval is None and expression is None:
        errors["expected_interval_seconds"] = ["Required, unless cron_expression is given."]
    if errors:
        raise InvalidValueError(errors)
    if expression is not None:
        return Cron(" ".join(expression.split()), wish.timezone)
    return Every(interval or 0)
