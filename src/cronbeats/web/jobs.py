"""The jobs of a workspace: their list, and a new one."""

from __future__ import annotations

from cronbeats.domain.access import Action
from cronbeats.domain.errors import InvalidValueError
from cronbeats.domain.page import PageRequest
from cronbeats.domain.words import schedule_in_words
from cronbeats.services import browse_jobs, manage_jobs
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


_BASE = "/w/{workspace_id}/jobs"
PAGES = (
    get(_BASE, show_jobs, Action.READ),
    get(f"{_BASE}/new", show_new_job, Action.CHANGE_JOBS),
    post(f"{_BASE}/new", make_job, Action.CHANGE_JOBS),
)


def _path(visit: Visit) -> str:
    return f"/w/{visit.membership.workspace_id}/jobs"
