"""Jobs."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any

from fastapi import Query

from cronbeats.api.context import Context, ItemId, JobEditor, Reader, success
from cronbeats.api.job_shapes import JobChangesIn, JobIn, chosen_values
from cronbeats.api.job_view import explanation_json, job_json
from cronbeats.api.paging import PageQuery, page_json
from cronbeats.api.routing import new_router
from cronbeats.domain import explanation
from cronbeats.domain.job import Status
from cronbeats.services import browse_jobs, manage_jobs, manage_many_jobs
from cronbeats.services.manage_jobs import JobWish

router = new_router("/jobs")


class StatusFilter(StrEnum):
    """Which jobs to list."""

    ALL = "all"
    ENABLED = "enabled"
    DISABLED = "disabled"
    PENDING = "pending"
    HEALTHY = "healthy"
    LATE = "late"
    DOWN = "down"


class JobsQuery(PageQuery):
    """Which jobs to list, and which page of them."""

    status: StatusFilter = StatusFilter.ALL


@router.post("", status_code=201)
async def create(body: JobIn, context: Context, who: JobEditor) -> dict[str, Any]:
    """Make a job."""
    wish = JobWish(**chosen_values(body))
    job = await manage_jobs.create_job(context.db, who.workspace_id, wish, context.clock())
    return success(job_json(job, context.base_url))


@router.get("")
async def browse(
    query: Annotated[JobsQuery, Query()], context: Context, who: Reader
) -> dict[str, Any]:
    """List the jobs, oldest first."""
    page = await browse_jobs.browse_jobs(
        context.db,
        who.workspace_id,
        context.clock(),
        await context.blind_windows(),
        statuses=_statuses(query.status),
        request=query.request(),
    )
    items = [job_json(job, context.base_url) for job in page.items]
    return success(page_json("jobs", page, items))


@router.get("/{job_id}")
async def get(job_id: ItemId, context: Context, who: Reader) -> dict[str, Any]:
    """Return a job."""
    blind = await context.blind_windows()
    job = await browse_jobs.get_job(context.db, who.workspace_id, job_id, context.clock(), blind)
    return success(job_json(job, context.base_url))


@router.put("/{job_id}/update")
@router.patch("/{job_id}")
async def update(
    job_id: ItemId, body: JobChangesIn, context: Context, who: JobEditor
) -> dict[str, Any]:
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


@router.post("/{job_id}/delete", status_code=204)
@router.delete("/{job_id}", status_code=204)
async def delete(job_id: ItemId, context: Context, who: JobEditor) -> None:
    """Take a job out of every list; its key answers 404, its history stays."""
    now, blind = context.clock(), await context.blind_windows()
    await manage_many_jobs.delete_job(context.db, who.workspace_id, job_id, now, blind)


@router.get("/{job_id}/explain")
async def explain(job_id: ItemId, context: Context, who: Reader) -> dict[str, Any]:
    """Say why a job has its status, and what comes next."""
    blind = await context.blind_windows()
    job = await browse_jobs.get_job(context.db, who.workspace_id, job_id, context.clock(), blind)
    return success(explanation_json(explanation.explain(job, blind)))


@router.post("/{job_id}/pause")
async def pause(job_id: ItemId, context: Context, who: JobEditor) -> dict[str, Any]:
    """Stop watching a job."""
    blind = await context.blind_windows()
    job = await manage_jobs.pause_job(context.db, who.workspace_id, job_id, context.clock(), blind)
    return success(job_json(job, context.base_url))


@router.post("/{job_id}/resume")
async def resume(job_id: ItemId, context: Context, who: JobEditor) -> dict[str, Any]:
    """Watch a job again."""
    job = await manage_jobs.resume_job(context.db, who.workspace_id, job_id, context.clock())
    return success(job_json(job, context.base_url))


def _statuses(chosen: StatusFilter) -> set[Status]:
    match chosen:
        case StatusFilter.ALL:
            return set(Status)
        case StatusFilter.ENABLED:
            return set(Status) - {Status.DISABLED}
        case _:
            return {Status(chosen)}
