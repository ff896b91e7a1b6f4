"""Where the pages of a job are, and the job that a page is about."""

from __future__ import annotations

from cronbeats.domain.job import Job
from cronbeats.services import browse_jobs
from cronbeats.web.visit import Visit

JOB = "/w/{workspace_id}/jobs/{job_id}"
"""The path of a job in the table of pages."""


async def find_job(visit: Visit, job_id: int | None = None) -> Job:
    """Return a job of the page's workspace, by default that of its path. Raises NotFoundError."""
    blind = await visit.context.blind_windows()
    workspace_id = visit.membership.workspace_id
    wanted = visit.id("job_id") if job_id is None else job_id
    return await browse_jobs.get_job(visit.context.db, workspace_id, wanted, visit.now, blind)


def jobs_path(visit: Visit) -> str:
    """Return the path of the list of jobs; each job's own path is one step beneath."""
    return f"/w/{visit.membership.workspace_id}/jobs"
