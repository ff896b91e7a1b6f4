"""Browse jobs: look at them, judged up to the moment of looking."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from cronbeats.domain.blind_window import BlindWindows
from cronbeats.domain.errors import NotFoundError
from cronbeats.domain.job import Job, Status, as_of
from cronbeats.domain.page import Page, PageRequest
from cronbeats.domain.state_machine import on_time
from cronbeats.storage import jobs
from cronbeats.storage.database import Database


async def browse_jobs(
    db: Database,
    workspace_id: int,
    now: datetime,
    blind: BlindWindows,
    *,
    statuses: Iterable[Status],
    request: PageRequest,
) -> Page[Job]:
    """Return a page of the workspace's jobs that are in one of `statuses`, oldest first."""
    async with db.read() as tx:
        found, total = await jobs.browse(tx, workspace_id, statuses, request)
    return Page([as_of(on_time(job, now, blind).job, now) for job in found], request, total)


async def get_job(
    db: Database, workspace_id: int, job_id: int, now: datetime, blind: BlindWindows
) -> Job:
    """Return one job. Raises NotFoundError if this workspace has none of that id."""
    async with db.read() as tx:
        job = await jobs.get(tx, workspace_id, job_id)
    if job is None:
        raise NotFoundError("Job not found")
    return as_of(on_time(job, now, blind).job, now)
