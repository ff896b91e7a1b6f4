"""What people do to a job: pause, resume and delete it."""

from __future__ import annotations

from cronbeats.domain.access import Action
from cronbeats.services import manage_jobs, manage_many_jobs
from cronbeats.web.answers import go_to, show
from cronbeats.web.job_paths import JOB, find_job, jobs_path
from cronbeats.web.page import get, post
from cronbeats.web.visit import Answer, Visit


async def pause_job(visit: Visit) -> Answer:
    """Stop watching a job. Raises NotFoundError."""
    context, job_id = visit.context, visit.id("job_id")
    blind = await context.blind_windows()
    workspace_id = visit.membership.workspace_id
    job = await manage_jobs.pause_job(
        context.db, workspace_id, job_id, visit.now, blind=blind, by=visit.actor
    )
    return go_to(visit, f"{jobs_path(visit)}/{job_id}", told=f"“{job.name}” is paused.")


async def resume_job(visit: Visit) -> Answer:
    """Watch a job again. Raises NotFoundError."""
    job_id, workspace_id = visit.id("job_id"), visit.membership.workspace_id
    job = await manage_jobs.resume_job(
        visit.context.db, workspace_id, job_id, visit.now, by=visit.actor
    )
    return go_to(visit, f"{jobs_path(visit)}/{job_id}", told=f"“{job.name}” is watched again.")


async def ask_to_delete(visit: Visit) -> Answer:
    """Ask whether a job is really to be deleted. Raises NotFoundError."""
    return show(visit, "delete_job.html", job=await find_job(visit), path=jobs_path(visit))


async def delete_job(visit: Visit) -> Answer:
    """Delete a job, and lead to those that are left. Raises NotFoundError."""
    job = await find_job(visit)
    await manage_many_jobs.delete_job(
        visit.context.db,
        visit.membership.workspace_id,
        job.id,
        visit.now,
        blind=await visit.context.blind_windows(),
        by=visit.actor,
    )
    return go_to(visit, jobs_path(visit), told=f"“{job.name}” was deleted.")


PAGES = (
    post(f"{JOB}/pause", pause_job, Action.CHANGE_JOBS),
    post(f"{JOB}/resume", resume_job, Action.CHANGE_JOBS),
    get(f"{JOB}/delete", ask_to_delete, Action.CHANGE_JOBS),
    post(f"{JOB}/delete", delete_job, Action.CHANGE_JOBS),
)
