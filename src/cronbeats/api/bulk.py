"""Many jobs at once."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from cronbeats.api.context import HIGHEST_ID, Context, JobEditor, success
from cronbeats.api.routing import new_router
from cronbeats.api.shapes import Body
from cronbeats.services import manage_many_jobs
from cronbeats.services.manage_many_jobs import BulkResult

router = new_router("/jobs/bulk")

_MOST_JOBS = 100


class JobIdsIn(Body):
    """Which jobs are meant."""

    job_ids: list[Annotated[int, Field(ge=1, le=HIGHEST_ID)]] = Field(
        min_length=1, max_length=_MOST_JOBS
    )


@router.post("/pause")
async def pause(body: JobIdsIn, context: Context, who: JobEditor) -> dict[str, Any]:
    """Stop watching jobs."""
    now, blind = context.clock(), await context.blind_windows()
    result = await manage_many_jobs.pause_jobs(
        context.db, who.workspace_id, body.job_ids, now, blind
    )
    return _report("successfully_paused", body, result)


@router.post("/resume")
async def resume(body: JobIdsIn, context: Context, who: JobEditor) -> dict[str, Any]:
    """Watch jobs again."""
    result = await manage_many_jobs.resume_jobs(
        context.db, who.workspace_id, body.job_ids, context.clock()
    )
    return _report("successfully_resumed", body, result)


@router.post("/delete")
async def delete(body: JobIdsIn, context: Context, who: JobEditor) -> dict[str, Any]:
    """Take jobs out of every list."""
    now, blind = context.clock(), await context.blind_windows()
    result = await manage_many_jobs.delete_jobs(
        context.db, who.workspace_id, body.job_ids, now, blind
    )
    return _report("successfully_deleted", body, result)


def _report(name: str, body: JobIdsIn, result: BulkResult) -> dict[str, Any]:
    return success(
        {
            "total_requested": len(body.job_ids),
            name: result.succeeded,
            "failed": [{"id": job_id, "error": reason} for job_id, reason in result.failed],
        }
    )
