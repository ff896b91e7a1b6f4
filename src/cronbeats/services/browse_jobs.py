"""Browse jobs: look at them, judged up to the moment of looking."""

from __future__ import annotations

from datetime import datetime

from cronbeats.domain.blind_window import BlindWindows
from cronbeats.domain.errors import NotFoundError
from cronbeats.domain.job import Job
from cronbeats.domain.page import Page, PageRequest
from cronbeats.domain.state_machine import as_seen, on_time
from cronbeats.storage import job_lists, jobs
from cronbeats.storage.database import Database
from cronbeats.storage.job_lists import JobQuery


async def browse_jobs(
    db: Database,
    workspace_id: int,
    now: datetime,
    blind: BlindWindows,
    *,
    query: JobQuery,
    request: PageRequest,
) -> Page[Job]:
    """Return a page of the workspace's jobs, chosen and sorted by how they stand at `now`.

    All is read as it was at one moment, and judged for one moment: the total, the pages and the
    statuses shown cannot contradict one another.
    """
    async with db.read() as tx:
        behind = await job_lists.lagging(tx, workspace_id, query, now)
        judged = [on_time(job, now, blind).job for job in behind]
        found, total = await job_lists.browse(tx, workspace_id, query, request, judged)
    return Page([as_seen(job, now, blind) for job in found], request, total)


async def get_job(
    db: Database, workspace_id: int, job_id: int, now: datetime, blind: BlindWindows
) -> Job:
    """Return one job. Raises NotFoundError if this workspace has none of that id."""
    async with db.read() as tx:
        job = await jobs.get(tx, workspace_id, job_id)
    if job is None:
        raise NotFoundError("Job not found")
    return as_seen(job, now, blind)
