"""Jobs with their state: read and configured here; their state is changed by the ledger only."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, func, insert, or_, select, update

from cronbeats.domain.job import Job, Rules, Run, State, cron_of, interval_of
from cronbeats.domain.keys import new_job_key
from cronbeats.domain.line import fold
from cronbeats.domain.schedule import Cron, Every
from cronbeats.storage import runs
from cronbeats.storage.database import Transaction
from cronbeats.storage.schema import job_states, jobs, reminders
from cronbeats.storage.states import state_from_row

# Both: whoever waits for a lock gets the newest row of a locked table only, and an edit that it
# waited for has changed both. Rows that refer to a job may be added meanwhile.
_LOCKED = (job_states, jobs)

RULES = (
    jobs.c.expected_interval_seconds,
    jobs.c.cron_expression,
    jobs.c.timezone,
    jobs.c.grace_seconds,
    jobs.c.down_after_seconds,
    jobs.c.max_runtime_seconds,
    jobs.c.failure_tolerance,
    jobs.c.recovery_threshold,
)
"""The columns that hold a job's rules."""

JOBS_AND_STATES = jobs.join(job_states, job_states.c.job_id == jobs.c.id)
# To name all columns takes longer than to ask for them, so it is done once.
_EVERY_COLUMN = select(*jobs.c, *(column for column in job_states.c if column.name != "job_id"))
_EVERY = _EVERY_COLUMN.select_from(JOBS_AND_STATES)


@dataclass(frozen=True, slots=True)
class NewJob:
    """What a person chose for a job that does not exist yet."""

    workspace_id: int
    key: str
    name: str
    rules: Rules
    description: str | None = None
    timezone: str = "UTC"
    tags: tuple[str, ...] = ()


async def add(tx: Transaction, new: NewJob, state: State) -> Job:
    """Store a new job and return it.

    Raises sqlalchemy's IntegrityError if another job has the same key.
    """
    values = {
        "workspace_id": new.workspace_id,
        "job_key": new.key,
        **_configuration(new),
        "created_at": state.since,
        "updated_at": state.since,
    }
    created = await tx.execute(insert(jobs).values(values).returning(jobs.c.id))
    return Job(
        id=created.scalar_one(),
        workspace_id=new.workspace_id,
        key=new.key,
        name=new.name,
        rules=new.rules,
        state=state,
        created_at=state.since,
        updated_at=state.since,
        description=new.description,
        timezone=new.timezone,
        tags=new.tags,
    )


async def save_configuration(tx: Transaction, job: Job) -> None:
    """Store what a person configured of `job`."""
    values = {**_configuration(job), "updated_at": job.updated_at}
    await tx.execute(update(jobs).where(jobs.c.id == job.id).values(values))


async def mark_deleted(tx: Transaction, job_ids: Collection[int], now: datetime) -> None:
    """Take jobs out of every list; their history stays."""
    if job_ids:
        await tx.execute(update(jobs).where(jobs.c.id.in_(job_ids)).values(deleted_at=now))


async def mark_all_deleted(tx: Transaction, workspace_id: int, now: datetime) -> None:
    """Take every job of a workspace out of every list."""
    own = (jobs.c.workspace_id == workspace_id, jobs.c.deleted_at.is_(None))
    await tx.execute(update(jobs).where(*own).values(deleted_at=now))


async def lock_by_keys(tx: Transaction, keys: Iterable[str]) -> list[Job]:
    """Return the jobs of these keys, locked for a change.

    All locks are taken in order of the jobs' ids, so that two batches never wait for each other.
    """
    return await fetch(tx, _lock(alive().where(jobs.c.job_key.in_(set(keys)))))


async def unused_key(tx: Transaction) -> str:
    """Return a new job key that no job has, not even a deleted one."""
    while True:
        key = new_job_key()
        if await tx.scalar(select(jobs.c.id).where(jobs.c.job_key == key)) is None:
            return key


async def find_due(tx: Transaction, now: datetime, limit: int) -> list[tuple[int, int]]:
    """Return workspace and id of up to `limit` jobs that the clock must look at by `now`."""
    found: dict[int, int] = {}
    for query in (due_query(now, limit), due_reminders_query(now, limit)):
        named = query.with_only_columns(jobs.c.workspace_id, jobs.c.id, maintain_column_froms=True)
        found |= {row.id: row.workspace_id for row in await tx.execute(named)}
    return [(workspace_id, job_id) for job_id, workspace_id in found.items()][:limit]


async def lock_due(tx: Transaction, now: datetime, limit: int) -> list[Job]:
    """Return up to `limit` jobs that the clock must look at by `now`, locked for a change.

    Jobs that somebody else is changing are left out: whoever has them lets their time catch up.
    """
    due = await fetch(tx, _lock_free(due_query(now, limit)))
    to_remind = await fetch(tx, _lock_free(due_reminders_query(now, limit - len(due))))
    return list({job.id: job for job in (*due, *to_remind)}.values())


def due_query(now: datetime, limit: int) -> Select[Any]:
    """Return the query for the jobs whose deadline has come by `now`, most urgent first."""
    due = alive().where(job_states.c.wake_at <= now)
    return due.order_by(job_states.c.wake_at).limit(limit)


def due_reminders_query(now: datetime, limit: int) -> Select[Any]:
    """Return the query for the jobs of which people must be told by `now`, most urgent first."""
    due = alive().join(reminders, reminders.c.job_id == jobs.c.id)
    return due.where(reminders.c.due_at <= now).order_by(reminders.c.due_at).limit(limit)


async def ids_after(
    tx: Transaction, after_id: int, limit: int, active_since: datetime | None
) -> list[int]:
    """Return the next `limit` ids after `after_id` of jobs, those with signals since a moment."""
    active = select(job_states.c.job_id).where(job_states.c.job_id > after_id)
    if active_since is not None:
        active = active.where(job_states.c.last_signal_at >= active_since)
    return list((await tx.scalars(active.order_by(job_states.c.job_id).limit(limit))).all())


async def lock_ahead(tx: Transaction, now: datetime) -> list[Job]:
    """Return the jobs whose state speaks of moments after `now`, locked for a change."""
    named = (job_states.c.since, job_states.c.last_signal_at, job_states.c.due_at)
    ahead = or_(*(moment > now for moment in named), job_states.c.open_runs > 0)
    return await fetch(tx, _lock(alive().where(ahead)))


async def lock_one(tx: Transaction, workspace_id: int, job_id: int) -> Job | None:
    """Return one job of a workspace, locked for a change, or None."""
    found = await fetch(tx, _lock(alive().where(*_is(workspace_id, job_id))))
    return found[0] if found else None


async def lock_any(tx: Transaction, job_id: int) -> Job:
    """Return one job that exists, even if it is deleted, locked for a change."""
    [job] = await fetch(tx, _lock(_all().where(jobs.c.id == job_id)))
    return job


async def lock_by_name(tx: Transaction, workspace_id: int, name: str) -> list[Job]:
    """Return the workspace's jobs of this name, locked for a change."""
    return await fetch(tx, _lock(_named(workspace_id, name)))


async def has_name(tx: Transaction, workspace_id: int, name: str) -> bool:
    """Tell whether the workspace has a job of this name, without a lock."""
    return await tx.scalar(_named(workspace_id, name).limit(1)) is not None


async def lock_many(tx: Transaction, workspace_id: int, job_ids: Collection[int]) -> list[Job]:
    """Return those of these jobs that are the workspace's, locked for a change."""
    own = (jobs.c.workspace_id == workspace_id, jobs.c.id.in_(set(job_ids)))
    return await fetch(tx, _lock(alive().where(*own)))


async def lock_all(tx: Transaction, workspace_id: int) -> Sequence[int]:
    """Lock every job of a workspace, and return their ids."""
    every = alive().where(jobs.c.workspace_id == workspace_id).with_only_columns(jobs.c.id)
    return (await tx.scalars(_lock(every))).all()


async def workspace_of(tx: Transaction, job_id: int) -> int | None:
    """Return the id of the workspace that a job belongs to, None if there is no such job."""
    query = select(jobs.c.workspace_id).where(jobs.c.id == job_id, jobs.c.deleted_at.is_(None))
    found: int | None = await tx.scalar(query)
    return found


async def names(tx: Transaction, workspace_id: int, job_ids: Collection[int]) -> dict[int, str]:
    """Return what those of these jobs are called that a workspace has, by their ids."""
    own = (jobs.c.workspace_id == workspace_id, jobs.c.id.in_(job_ids), jobs.c.deleted_at.is_(None))
    found = await tx.execute(select(jobs.c.id, jobs.c.name).where(*own).order_by(jobs.c.id))
    return {row.id: row.name for row in found}


async def get(tx: Transaction, workspace_id: int, job_id: int) -> Job | None:
    """Return one job of a workspace, or None."""
    found = await fetch(tx, alive().where(*_is(workspace_id, job_id)))
    return found[0] if found else None


# The first of each index, in one question: it is asked once a second for ever.
_NEXT_WAKES = select(
    *(
        select(each).where(each.is_not(None)).order_by(each).limit(1).scalar_subquery()
        for each in (job_states.c.wake_at, reminders.c.due_at)
    )
)


async def count(tx: Transaction, workspace_id: int) -> int:
    """Return how many jobs a workspace has."""
    own = (jobs.c.workspace_id == workspace_id, jobs.c.deleted_at.is_(None))
    found: int = (await tx.execute(select(func.count()).where(*own))).scalar_one()
    return found


async def next_wake(tx: Transaction) -> datetime | None:
    """Return the next moment at which the clock must look at any job, or None."""
    return min(filter(None, (await tx.execute(_NEXT_WAKES)).one()), default=None)


def alive(source: FromClause | None = None) -> Select[Any]:
    """Return the query for all jobs that are not deleted, with their states.

    `source` is JOBS_AND_STATES, or what else is joined to it.
    """
    return _all(source).where(jobs.c.deleted_at.is_(None))


def _all(source: FromClause | None = None) -> Select[Any]:
    return _EVERY if source is None else _EVERY_COLUMN.select_from(source)


async def fetch(tx: Transaction, query: Select[Any]) -> list[Job]:
    """Return the jobs that a query made of `alive` finds, in its order."""
    rows = (await tx.execute(query)).all()
    busy = [row.id for row in rows if row.open_runs]
    open_runs = await runs.open_by_job(tx, busy) if busy else {}
    return [job_from_row(row, open_runs.get(row.id, ())) for row in rows]


def _named(workspace_id: int, name: str) -> Select[Any]:
    # By the folded name an index finds few; a job of an older version has none.
    folded = or_(jobs.c.folded_name == fold(name), jobs.c.folded_name.is_(None))
    return alive().where(jobs.c.workspace_id == workspace_id, folded, jobs.c.name == name)


def _lock(query: Select[Any]) -> Select[Any]:
    return query.order_by(jobs.c.id).with_for_update(of=_LOCKED, key_share=True)


def _lock_free(query: Select[Any]) -> Select[Any]:
    """Lock what nobody else has locked, and leave out the rest."""
    return query.with_for_update(of=_LOCKED, key_share=True, skip_locked=True)


def _is(workspace_id: int, job_id: int) -> tuple[ColumnElement[bool], ...]:
    return jobs.c.workspace_id == workspace_id, jobs.c.id == job_id


def job_from_row(row: Any, open_runs: tuple[Run, ...]) -> Job:
    """Return the job that a row of a query made of `alive` holds."""
    schedule: Every | Cron
    if row.cron_expression is None:
        schedule = Every(row.expected_interval_seconds)
    else:
        schedule = Cron(row.cron_expression, row.timezone)
    return Job(
        id=row.id,
        workspace_id=row.workspace_id,
        key=row.job_key,
        name=row.name,
        rules=Rules(
            schedule,
            row.grace_seconds,
            row.down_after_seconds,
            row.max_runtime_seconds,
            row.failure_tolerance,
            row.recovery_threshold,
        ),
        state=state_from_row(row, open_runs),
        created_at=row.created_at,
        updated_at=row.updated_at,
        description=row.description,
        timezone=row.timezone,
        tags=tuple(row.tags),
        muted_until=row.muted_until,
    )


def _configuration(job: Job | NewJob) -> Mapping[str, Any]:
    rules = job.rules
    return {
        "name": job.name,
        "description": job.description,
        "folded_name": fold(job.name),
        "folded_description": job.description and fold(job.description),
        "expected_interval_seconds": interval_of(rules.schedule),
        "cron_expression": cron_of(rules.schedule),
        "timezone": job.timezone,
        "grace_seconds": rules.grace_seconds,
        "down_after_seconds": rules.down_after_seconds,
        "max_runtime_seconds": rules.max_runtime_seconds,
        "failure_tolerance": rules.failure_tolerance,
        "recovery_threshold": rules.recovery_threshold,
        "tags": list(job.tags),
    }
