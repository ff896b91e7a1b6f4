"""What people do to a job: ping it by hand, pause, resume and delete it."""

from __future__ import annotations

from cronbeats.domain.access import Action
from cronbeats.domain.job import Job
from cronbeats.domain.line import as_read
from cronbeats.services import manage_jobs, manage_many_jobs
from cronbeats.services.ping_by_hand import ping_by_hand
from cronbeats.web.answers import go_to, show
from cronbeats.web.forms import Form
from cronbeats.web.job_paths import JOB, find_job, jobs_path
from cronbeats.web.page import get, post
from cronbeats.web.visit import Answer, Visit


async def ping_job(visit: Visit) -> Answer:
    """Take a ping as if the job had sent it.

    Raises NotFoundError, ConflictError and ThrottledError.
    """
    context, job_id = visit.context, visit.id("job_id")
    blind = await context.blind_windows()
    workspace_id = visit.membership.workspace_id
    job = await ping_by_hand(
        context.db, workspace_id, job_id, visit.now, by=visit.actor, blind=blind
    )
    return go_to(visit, f"{jobs_path(visit)}/{job_id}", told=f"You pinged “{job.name}”.")


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
    return _ask_to_delete(visit, await find_job(visit), Form())


async def delete_job(visit: Visit) -> Answer:
    """Delete a job whose name was typed, and lead to those that are left. Raises NotFoundError."""
    job = await find_job(visit)
    if as_read(visit.form.get("name", "")) != as_read(job.name):
        wrong = Form(visit.form, {"name": ["Type the name of the job to delete it."]})
        return _ask_to_delete(visit, job, wrong, status=422)
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
    post(f"{JOB}/ping", ping_job, Action.CHANGE_JOBS),
    post(f"{JOB}/pause", pause_job, Action.CHANGE_JOBS),
    post(f"{JOB}/resume", resume_job, Action.CHANGE_JOBS),
    get(f"{JOB}/delete", ask_to_delete, Action.CHANGE_JOBS),
    post(f"{JOB}/delete", delete_job, Action.CHANGE_JOBS),
)


def _ask_to_delete(visit: Visit, job: Job, form: Form, *, status: int = 200) -> Answer:
    path = jobs_path(visit)
    return show(visit, "delete_job.html", status=status, job=job, path=path, form=form)
