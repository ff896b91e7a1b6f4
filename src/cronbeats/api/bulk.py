"""Many jobs at once."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from cronbeats.api.answer import PARTS, Answer, shown, success
from cronbeats.api.context import Context, JobEditor
from cronbeats.api.numbers import HIGHEST_ID
from cronbeats.api.routing import new_router
from cronbeats.api.shapes import Body
from cronbeats.services import manage_many_jobs
from cronbeats.services.manage_many_jobs import ALREADY_DISABLED, ALREADY_ENABLED, NOT_FOUND

router = new_router("/jobs/bulk", tag="Bulk operations")

MOST_JOBS = 100


class JobIdsIn(Body):
    """Which jobs are meant."""

    job_ids: list[Annotated[int, Field(ge=1, le=HIGHEST_ID)]] = Field(
        min_length=1,
        max_length=MOST_JOBS,
        description="The ids of the jobs, 100 at most; a repeated one counts twice",
        examples=[[1, 2]],
    )


class FailureShown(TypedDict):
    """A job that could not be dealt with; the others were."""

    id: Annotated[int, shown("The job's id, as it was sent", 2, minimum=1)]
    error: Annotated[
        str,
        shown("Why", "Job not found", enum=[NOT_FOUND, ALREADY_DISABLED, ALREADY_ENABLED]),
    ]


class BulkShown(TypedDict):
    """What became of the jobs."""

    total_requested: Annotated[int, shown("Number of ids sent", 2, minimum=1, maximum=MOST_JOBS)]
    failed: Annotated[
        list[FailureShown], shown("The jobs that could not be dealt with, as they were sent", PARTS)
    ]


class PausedShown(BulkShown):
    """What became of the jobs that were to be paused."""

    successfully_paused: Annotated[
        int, shown("Number of jobs paused", 1, minimum=0, maximum=MOST_JOBS)
    ]


class ResumedShown(BulkShown):
    """What became of the jobs that were to be resumed."""

    successfully_resumed: Annotated[
        int, shown("Number of jobs resumed", 1, minimum=0, maximum=MOST_JOBS)
    ]


class DeletedShown(BulkShown):
    """What became of the jobs that were to be deleted."""

    successfully_deleted: Annotated[
        int, shown("Number of jobs deleted", 1, minimum=0, maximum=MOST_JOBS)
    ]


@router.post("/pause", operation_id="pauseJobs")
async def pause(body: JobIdsIn, context: Context, who: JobEditor) -> Answer[PausedShown]:
    """Stop watching jobs."""
    now, blind = context.clock(), await context.blind_windows()
    result = await manage_many_jobs.pause_jobs(
        context.db, who.workspace_id, body.job_ids, now, by=who.actor, blind=blind
    )
    return success({"successfully_paused": result.succeeded, **report(body, result.failed)})


@router.post("/resume", operation_id="resumeJobs")
async def resume(body: JobIdsIn, context: Context, who: JobEditor) -> Answer[ResumedShown]:
    """Watch jobs again."""
    result = await manage_many_jobs.resume_jobs(
        context.db, who.workspace_id, body.job_ids, context.clock(), by=who.actor
    )
    return success({"successfully_resumed": result.succeeded, **report(body, result.failed)})


@router.post("/delete", operation_id="deleteJobs")
async def delete(body: JobIdsIn, context: Context, who: JobEditor) -> Answer[DeletedShown]:
    """Take jobs out of every list."""
    now, blind = context.clock(), await context.blind_windows()
    result = await manage_many_jobs.delete_jobs(
        context.db, who.workspace_id, body.job_ids, now, by=who.actor, blind=blind
    )
    return success({"successfully_deleted": result.succeeded, **report(body, result.failed)})


def report(body: JobIdsIn, failed: Iterable[tuple[int, str]]) -> BulkShown:
    """Return what every bulk call tells: `failed` are the ids, as sent, and why they failed."""
    return {
        "total_requested": len(body.job_ids),
        "failed": [{"id": job_id, "error": reason} for job_id, reason in failed],
    }
