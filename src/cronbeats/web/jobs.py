"""The list of a workspace's jobs."""

from __future__ import annotations

from cronbeats.domain.access import Action
from cronbeats.domain.job import Outcome, Status
from cronbeats.domain.page import PageRequest
from cronbeats.services.look_over_jobs import RUNS_SHOWN, look_over_jobs
from cronbeats.web.answers import show
from cronbeats.web.blindness import recent_silences
from cronbeats.web.job_filters import SORTS, read_filters
from cronbeats.web.job_paths import jobs_path
from cronbeats.web.lists import page_number
from cronbeats.web.page import get
from cronbeats.web.run_strip import draw_mark, draw_strip
from cronbeats.web.visit import Answer, Visit

_PER_PAGE = 50
_STATUSES = (Status.DOWN, Status.LATE, Status.HEALTHY, Status.PENDING, Status.DISABLED)
_NO_RUNS = draw_strip([], RUNS_SHOWN)
_MARKS = [draw_mark(each) for each in Outcome]


async def show_jobs(visit: Visit) -> Answer:
    """List the jobs as the address asks, by default the worst first."""
    context, filters = visit.context, read_filters(visit.request.query_params)
    blind = await context.blind_windows()
    overview = await look_over_jobs(
        context.db,
        visit.membership.workspace_id,
        visit.now,
        blind,
        query=filters.query,
        request=PageRequest(page_number(visit), _PER_PAGE),
    )
    around = overview.around
    return show(
        visit,
        "jobs.html",
        status=422 if filters.errors else 200,
        around=around,
        page=overview.page,
        filters=filters,
        path=jobs_path(visit),
        statuses=_STATUSES,
        sorts=[(name, words) for name, (words, *_) in SORTS.items()],
        tags=[("", "Any tag"), *((tag, tag) for tag in around.tags)],
        strips={job: draw_strip(each, RUNS_SHOWN) for job, each in around.outcomes.items()},
        no_runs=_NO_RUNS,
        marks=_MARKS,
        blind=recent_silences(blind, visit.now),
        down=around.counts.get(Status.DOWN, 0),
    )


PAGES = (get("/w/{workspace_id}/jobs", show_jobs, Action.READ),)
