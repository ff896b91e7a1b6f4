"""How a workspace's jobs stand, as little of each as a graph needs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from cronbeats.domain.job import Job, Status
from cronbeats.storage.database import Transaction
from cronbeats.storage.dialect import has_element
from cronbeats.storage.job_lists import Lag, lagging_query
from cronbeats.storage.jobs import JOBS_AND_STATES, fetch
from cronbeats.storage.schema import job_states, jobs


@dataclass(frozen=True, slots=True)
class JobGauges:
    """A job in numbers; what it has not done yet is None."""

    id: int
    name: str
    tags: tuple[str, ...]
    status: Status
    muted_until: datetime | None
    last_signal_at: datetime | None
    last_success_at: datetime | None
    last_duration_ms: int | None


async def unlooked_at(tx: Transaction, workspace_id: int, now: datetime) -> list[Job]:
    """Return the workspace's jobs that the clock has not looked at yet."""
    lagging = lagging_query(Lag.UNLOOKED_AT)
    return await fetch(tx, lagging.params(own=workspace_id, now=now))


async def gauges_of(
    tx: Transaction, workspace_id: int, tags: Sequence[str], limit: int
) -> list[JobGauges]:
    """Return up to `limit` of a workspace's jobs that have all of some tags, as they are stored."""
    conditions = [has_element(tx.dialect, jobs.c.tags, tag) for tag in tags]
    own = (jobs.c.workspace_id == workspace_id, jobs.c.deleted_at.is_(None))
    query = select(
        jobs.c.id,
        jobs.c.name,
        jobs.c.tags,
        job_states.c.status,
        job_states.c.muted_until,
        job_states.c.last_signal_at,
        job_states.c.last_success_at,
        job_states.c.last_duration_ms,
    ).select_from(JOBS_AND_STATES)
    rows = await tx.execute(query.where(*own, *conditions).order_by(jobs.c.id).limit(limit))
    return [
        JobGauges(id_, name, tuple(tags), Status(status), *rest)
        for id_, name, tags, status, *rest in rows
    ]
