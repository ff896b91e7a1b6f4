"""Jobs."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query
from typing_extensions import TypedDict

from cronbeats.api.answer import PARTS, Answer, shown, success
from cronbeats.api.context import Context, JobEditor, JobId, Reader
from cronbeats.api.job_queries import JobsQuery
from cronbeats.api.job_shapes import JobChangesIn, JobIn, chosen_values
from cronbeats.api.job_shown import ExplanationShown, JobShown
from cronbeats.api.job_view import explanation_json, job_json
from cronbeats.api.openapi_examples import shows
from cronbeats.api.paging import Pagination, pagination_json
from cronbeats.api.routing import new_router
from cronbeats.domain import explanation
from cronbeats.services import browse_jobs, manage_jobs, manage_many_jobs
from cronbeats.services.manage_jobs import JobWish

router = new_router("/jobs", tag="Jobs")


class JobsPage(TypedDict):
    """A page of jobs."""

    jobs: Annotated[list[JobShown], shown("The jobs", PARTS)]
    pagination: Annotated[Pagination, shown("Which page this is", PARTS)]


# Examples of how a job stands that is new, or paused.
_IDLE = {"next_expected_at": None, "late_at": None, "down_at": None}
_NEW = {
    "status": "pending",
    "created_at": "2026-02-20T15:42:00Z",
    "updated_at": "2026-02-20T15:42:00Z",
    "state": {
        **_IDLE,
        "since": "2026-02-20T15:42:00Z",
        "last_signal_at": None,
        "last_success_at": None,
        "last_duration_ms": None,
    },
}


@router.post("", status_code=201, operation_id="createJob", openapi_extra=shows(**_NEW))
async def create(body: JobIn, context: Context, who: JobEditor) -> Answer[JobShown]:
    """Make a job."""
    wish = JobWish(**chosen_values(body))
    job = await manage_jobs.create_job(context.db, who.workspace_id, wish, context.clock())
    return success(job_json(job, context.base_url))


@router.get("", operation_id="listJobs")
async def browse(
    query: Annotated[JobsQuery, Query()], context: Context, who: Reader
) -> Answer[JobsPage]:
    """List the jobs, oldest first unless sorted otherwise."""
    page = await browse_jobs.browse_jobs(
        context.db,
        who.workspace_id,
        context.clock(),
        await context.blind_windows(),
        query=query.jobs(),
        request=query.request(),
    )
    items = [job_json(job, context.base_url) for job in page.items]
    return success({"jobs": items, "pagination": pagination_json(page)})


@router.get("/{job_id}", operation_id="getJob")
async def get(job_id: JobId, context: Context, who: Reader) -> Answer[JobShown]:
    """Return a job."""
    blind = await context.blind_windows()
    job = await browse_jobs.get_job(context.db, who.workspace_id, job_id, context.clock(), blind)
    return success(job_json(job, context.base_url))


@router.put("/{job_id}/update", operation_id="updateJob")
@router.patch("/{job_id}", operation_id="patchJob")
async def update(
    job_id: JobId, body: JobChangesIn, context: Context, who: JobEditor
) -> Answer[JobShown]:
    """Change some of a job's configuration; what is left out stays."""
    job = await manage_jobs.update_job(
        context.db,
        who.workspace_id,
        job_id,
        chosen_values(body),
        context.clock(),
        blind=await context.blind_windows(),
    )
    return success(job_json(job, context.base_url))


@router.post("/{job_id}/delete", status_code=204, operation_id="deleteJob")
@router.delete("/{job_id}", status_code=204, operation_id="removeJob")
async def delete(job_id: JobId, context: Context, who: JobEditor) -> None:
    """Take a job out of every list; its key answers 404, its history stays."""
    now, blind = context.clock(), await context.blind_windows()
    await manage_many_jobs.delete_job(context.db, who.workspace_id, job_id, now, blind)


@router.get("/{job_id}/explain", operation_id="explainJob")
async def explain(job_id: JobId, context: Context, who: Reader) -> Answer[ExplanationShown]:
    """Say why a job has its status, and what comes next."""
    blind = await context.blind_windows()
    job = await browse_jobs.get_job(context.db, who.workspace_id, job_id, context.clock(), blind)
    return success(explanation_json(explanation.explain(job, blind)))


@router.post(
    "/{job_id}/pause",
    operation_id="pauseJob",
    openapi_extra=shows(is_enabled=False, status="disabled", state=_IDLE),
)
async def pause(job_id: JobId, context: Context, who: JobEditor) -> Answer[JobShown]:
    """Stop watching a job."""
    blind = await context.blind_windows()
    job = await manage_jobs.pause_job(context.db, who.workspace_id, job_id, context.clock(), blind)
    return success(job_json(job, context.base_url))


@router.post("/{job_id}/resume", operation_id="resumeJob")
async def resume(job_id: JobId, context: Context, who: JobEditor) -> Answer[JobShown]:
    """Watch a job again."""
    job = await manage_jobs.resume_job(context.db, who.workspace_id, job_id, context.clock())
    return success(job_json(job, context.base_url))
