"""Browse jobs: look at them, judged up to the moment of looking."""

from __future__ import annotations

from datetime import datetime

from cronbeats.domain.blind_window import BlindWindows
from cronbeats.domain.errors import NotFoundError
from cronbeats.domain.job import Job
from cronbeats.domain.listed_job import ListedJob
from cronbeats.domain.page import Page, PageRequest
from cronbeats.domain.state_machine import as_seen
from cronbeats.storage import job_pages, jobs
from cronbeats.storage.database import Database
from cronbeats.storage.job_lists import JobQuery
from cronbeats.storage.job_pages import Wanted


async def browse_jobs(
    db: Database,
    workspace_id: int,
    now: datetime,
    blind: BlindWindows,
    *,
    query: JobQuery,
    request: PageRequest,
) -> Page[ListedJob]:
    """Return a page of the workspace's jobs, chosen and sorted by how they stand at `now`.

    All is read as it was at one moment, and judged for one moment: the total, the pages and the
    statuses shown cannot contradict one another.
    """
    wanted = Wanted(workspace_id, query, request, now, blind)
    found, total = await job_pages.browse(db, wanted)
    return Page(found, request, total)


async def get_job(
    db: Database, workspace_id: int, job_id: int, now: datetime, blind: BlindWindows
) -> Job:
    """Return one job. Raises NotFoundError if this workspace has none of that id."""
    async with db.read() as tx:
        job = await jobs.get(tx, workspace_id, job_id)
    if job is None:
        raise NotFoundError("Job not found")
    return as_seen(job, now, blind)
