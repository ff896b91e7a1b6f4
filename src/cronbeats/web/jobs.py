"""The jobs of a workspace: their list, each of them, and a new one."""

from __future__ import annotations

from cronbeats.domain.access import Action
from cronbeats.domain.errors import InvalidValueError
from cronbeats.domain.explanation import explain
from cronbeats.domain.job import Job, Status, cron_of
from cronbeats.domain.page import PageRequest
from cronbeats.domain.words import in_words, schedule_in_words
from cronbeats.services import browse_jobs, manage_jobs, manage_many_jobs
from cronbeats.storage.job_lists import JobQuery, SortKey
from cronbeats.web.answers import go_to, show
from cronbeats.web.forms import Form, refused
from cronbeats.web.job_forms import FRESH, UNITS, read_job
from cronbeats.web.lists import page_number
from cronbeats.web.page import get, post
from cronbeats.web.visit import Answer, Visit

_UNITS = [(each, each) for each in UNITS]
_PER_PAGE = 50


async def show_jobs(visit: Visit) -> Answer:
    """List the jobs, the worst first."""
    context = visit.context
    page = await browse_jobs.browse_jobs(
        context.db,
        visit.membership.workspace_id,
        visit.now,
        await context.blind_windows(),
        query=JobQuery(sort_by=SortKey.STATUS),
        request=PageRequest(page_number(visit), _PER_PAGE),
    )
    schedules = {job.id: schedule_in_words(job.rules.schedule) for job in page.items}
    return show(visit, "jobs.html", page=page, schedules=schedules, path=_path(visit))


async def show_new_job(visit: Visit) -> Answer:
    """Ask what a new job is to be."""
    form = Form({**FRESH, "timezone": visit.user.timezone or "UTC"})
    return show(visit, "new_job.html", form=form, units=_UNITS, path=_path(visit))


async def make_job(visit: Visit) -> Answer:
    """Make a job, and lead to it."""
    try:
        job = await manage_jobs.create_job(
            visit.context.db,
            visit.membership.workspace_id,
            read_job(visit.form),
            visit.now,
            by=visit.actor,
        )
    except InvalidValueError as error:
        form = refused(visit.form, error)
        return show(visit, "new_job.html", status=422, form=form, units=_UNITS, path=_path(visit))
    return go_to(visit, f"{_path(visit)}/{job.id}", told=f"“{job.name}” was made.")


async def show_job(visit: Visit) -> Answer:
    """Show how a job stands, why, and how it reports. Raises NotFoundError."""
    job, blind = await _find(visit), await visit.context.blind_windows()
    rules = job.rules
    ping_url = f"{visit.context.base_url}/ping/{job.key}"
    return show(
        visit,
        "job.html",
        job=job,
        path=f"{_path(visit)}/{job.id}",
        explained=explain(job, blind),
        ping_url=ping_url,
        crontab=_crontab(job, ping_url),
        schedule=schedule_in_words(rules.schedule),
        grace=in_words(rules.grace),
        down_after=in_words(rules.down_after),
        is_waiting=job.state.status is Status.PENDING and job.state.last_signal_at is None,
    )


async def pause_job(visit: Visit) -> Answer:
    """Stop watching a job. Raises NotFoundError."""
    context, job_id = visit.context, visit.id("job_id")
    blind = await context.blind_windows()
    workspace_id = visit.membership.workspace_id
    job = await manage_jobs.pause_job(
        context.db, workspace_id, job_id, visit.now, blind=blind, by=visit.actor
    )
    return go_to(visit, f"{_path(visit)}/{job_id}", told=f"“{job.name}” is paused.")


async def resume_job(visit: Visit) -> Answer:
    """Watch a job again. Raises NotFoundError."""
    job_id, workspace_id = visit.id("job_id"), visit.membership.workspace_id
    job = await manage_jobs.resume_job(
        visit.context.db, workspace_id, job_id, visit.now, by=visit.actor
    )
    return go_to(visit, f"{_path(visit)}/{job_id}", told=f"“{job.name}” is watched again.")


async def ask_to_delete(visit: Visit) -> Answer:
    """Ask whether a job is really to be deleted. Raises NotFoundError."""
    return show(visit, "delete_job.html", job=await _find(visit), path=_path(visit))


async def delete_job(visit: Visit) -> Answer:
    """Delete a job, and lead to those that are left. Raises NotFoundError."""
    job = await _find(visit)
    await manage_many_jobs.delete_job(
        visit.context.db,
        visit.membership.workspace_id,
        job.id,
        visit.now,
        blind=await visit.context.blind_windows(),
        by=visit.actor,
    )
    return go_to(visit, _path(visit), told=f"“{job.name}” was deleted.")


_BASE = "/w/{workspace_id}/jobs"
PAGES = (
    get(_BASE, show_jobs, Action.READ),
    get(f"{_BASE}/new", show_new_job, Action.CHANGE_JOBS),
    post(f"{_BASE}/new", make_job, Action.CHANGE_JOBS),
    get(f"{_BASE}/{{job_id}}", show_job, Action.READ),
    post(f"{_BASE}/{{job_id}}/pause", pause_job, Action.CHANGE_JOBS),
    post(f"{_BASE}/{{job_id}}/resume", resume_job, Action.CHANGE_JOBS),
    get(f"{_BASE}/{{job_id}}/delete", ask_to_delete, Action.CHANGE_JOBS),
    post(f"{_BASE}/{{job_id}}/delete", delete_job, Action.CHANGE_JOBS),
)


async def _find(visit: Visit) -> Job:
    blind = await visit.context.blind_windows()
    workspace_id, job_id = visit.membership.workspace_id, visit.id("job_id")
    return await browse_jobs.get_job(visit.context.db, workspace_id, job_id, visit.now, blind)


def _path(visit: Visit) -> str:
    return f"/w/{visit.membership.workspace_id}/jobs"


def _crontab(job: Job, ping_url: str) -> str:
    """Return a line for a crontab; of a job with an interval, the command alone."""
    command = f"your-command && curl -fsS -m 10 --retry 5 -o /dev/null {ping_url}"
    expression = cron_of(job.rules.schedule)
    return f"{expression} {command}" if expression else command
