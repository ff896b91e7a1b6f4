"""The jobs of a workspace: their list."""

from __future__ import annotations

from cronbeats.domain.access import Action
from cronbeats.domain.page import PageRequest
from cronbeats.domain.words import schedule_in_words
from cronbeats.services import browse_jobs
from cronbeats.storage.job_lists import JobQuery, SortKey
from cronbeats.web.answers import show
from cronbeats.web.job_paths import jobs_path
from cronbeats.web.lists import page_number
from cronbeats.web.page import get
from cronbeats.web.visit import Answer, Visit

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
    return show(visit, "jobs.html", page=page, schedules=schedules, path=jobs_path(visit))


PAGES = (get("/w/{workspace_id}/jobs", show_jobs, Action.READ),)
