"""The first page: whoever comes is led to where they want to be."""

from __future__ import annotations

from starlette.responses import PlainTextResponse

from cronbeats import __version__
from cronbeats.domain.access import Action
from cronbeats.services.find_workspaces import workspace_of_job
from cronbeats.services.run_first import is_untouched
from cronbeats.web import cookies
from cronbeats.web.answers import go_to, show
from cronbeats.web.page import Needs, get
from cronbeats.web.refusals import NOT_FOUND, Refusal, wants_page
from cronbeats.web.visit import Answer, Visit

_YEAR_SECONDS = 31_536_000
_WELCOME = (
    f"CronBeats {__version__} is running.\n"
    "Jobs ping /ping/KEY, programs use /api/v1, probes ask /healthz and /readyz.\n"
    "The API is explained at /docs/api, for programs at /api/v1/openapi.json.\n"
)


async def lead_on(visit: Visit) -> Answer:
    """Lead to the workspace last looked at, to the sign-in, or to the very first steps."""
    if not wants_page(visit.request.scope):
        return PlainTextResponse(_WELCOME)
    if visit.visitor is not None:
        return _lead_to_jobs(visit) or show(visit, "no_workspace.html")
    if await is_untouched(visit.context.db):
        return show(visit, "welcome.html")
    return go_to(visit, "/sign-in")


async def enter_workspace(visit: Visit) -> Answer:
    """Lead to the jobs of a workspace, which is remembered as the one last looked at."""
    here = visit.membership.workspace_id
    answer = go_to(visit, f"/w/{here}/jobs")
    cookies.set_cookie(answer, visit.context, cookies.WORKSPACE, str(here), _YEAR_SECONDS)
    return answer


async def lead_to_jobs(visit: Visit) -> Answer:
    """Lead to the jobs of the workspace last looked at, as digests link to them."""
    return _lead_to_jobs(visit) or go_to(visit, "/")


async def lead_to_job(visit: Visit) -> Answer:
    """Lead to a job in whichever workspace it is: what alerts link to. Raises Refusal."""
    job_id = visit.id("job_id")
    workspace_id = await workspace_of_job(visit.context.db, job_id)
    if workspace_id not in {each.workspace_id for each in visit.memberships}:
        raise Refusal(NOT_FOUND)
    return go_to(visit, f"/w/{workspace_id}/jobs/{job_id}")


PAGES = (
    get("/", lead_on, Needs.ANYONE),
    get("/jobs", lead_to_jobs, Needs.SIGNED_IN),
    get("/jobs/{job_id}", lead_to_job, Needs.SIGNED_IN),
    get("/w/{workspace_id}", enter_workspace, Action.READ),
)


def _lead_to_jobs(visit: Visit) -> Answer | None:
    last = cookies.last_workspace(visit)
    return None if last is None else go_to(visit, f"/w/{last.workspace_id}/jobs")
