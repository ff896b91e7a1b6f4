"""Jobs that nobody is to be told of for a while."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from cronbeats.api.bulk import JobIdsIn
from cronbeats.api.context import Context, ItemId, JobEditor, success
from cronbeats.api.job_view import job_json
from cronbeats.api.routing import new_router
from cronbeats.api.shapes import Body
from cronbeats.domain.job import LONGEST_MUTE
from cronbeats.services import mute_jobs
from cronbeats.services.mute_jobs import Muted

router = new_router("/jobs")

_SECONDS = Field(
    ge=1,
    le=LONGEST_MUTE.days * 86_400,
    description="For how many seconds from now on, 30 days at most",
)


class MuteIn(Body):
    """For how long a job is to be muted."""

    seconds: int = _SECONDS


class MuteManyIn(JobIdsIn):
    """Which jobs are to be muted, and for how long."""

    seconds: int = _SECONDS


@router.post("/bulk/mute")
async def mute_many(body: MuteManyIn, context: Context, who: JobEditor) -> dict[str, Any]:
    """Mute jobs."""
    now, blind = context.clock(), await context.blind_windows()
    muted = await mute_jobs.mute_jobs(
        context.db, who.workspace_id, body.job_ids, body.seconds, now, blind=blind
    )
    return _report("successfully_muted", body, muted)


@router.post("/bulk/unmute")
async def unmute_many(body: JobIdsIn, context: Context, who: JobEditor) -> dict[str, Any]:
    """End the mute of jobs."""
    now, blind = context.clock(), await context.blind_windows()
    muted = await mute_jobs.unmute_jobs(
        context.db, who.workspace_id, body.job_ids, now, blind=blind
    )
    return _report("successfully_unmuted", body, muted)


@router.post("/{job_id}/mute")
async def mute(job_id: ItemId, body: MuteIn, context: Context, who: JobEditor) -> dict[str, Any]:
    """Let no alert tell of a job for a while; it is judged all the same."""
    now, blind = context.clock(), await context.blind_windows()
    muted = await mute_jobs.mute_jobs(
        context.db, who.workspace_id, [job_id], body.seconds, now, blind=blind
    )
    return success(job_json(mute_jobs.the_one(muted), context.base_url))


@router.post("/{job_id}/unmute")
async def unmute(job_id: ItemId, context: Context, who: JobEditor) -> dict[str, Any]:
    """End the mute of a job; if it went down meanwhile, people are told now."""
    now, blind = context.clock(), await context.blind_windows()
    muted = await mute_jobs.unmute_jobs(context.db, who.workspace_id, [job_id], now, blind=blind)
    return success(job_json(mute_jobs.the_one(muted), context.base_url))


def _report(name: str, body: JobIdsIn, muted: Muted) -> dict[str, Any]:
    known = {job.id for job in muted.jobs}
    unknown = [job_id for job_id in body.job_ids if job_id not in known]
    return success(
        {
            "total_requested": len(body.job_ids),
            name: len(body.job_ids) - len(unknown),
            "failed": [{"id": job_id, "error": "Job not found"} for job_id in unknown],
        }
    )
