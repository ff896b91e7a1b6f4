"""Jobs that nobody is to be told of for a while."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from cronbeats.api.answer import Answer, shown, success
from cronbeats.api.bulk import MOST_JOBS, BulkShown, JobIdsIn, report
from cronbeats.api.context import Context, JobEditor, JobId
from cronbeats.api.job_shown import JobShown
from cronbeats.api.job_view import job_json
from cronbeats.api.openapi_examples import shows
from cronbeats.api.routing import new_router
from cronbeats.api.shapes import Body
from cronbeats.domain.job import LONGEST_MUTE, Job
from cronbeats.services import mute_jobs
from cronbeats.services.manage_many_jobs import NOT_FOUND

router = new_router("/jobs", tag="Mutes")

_SECONDS = Field(
    ge=1,
    le=LONGEST_MUTE.days * 86_400,
    description="For how many seconds from now on, 30 days at most",
    examples=[3600],
)


class MuteIn(Body):
    """For how long a job is to be muted."""

    seconds: int = _SECONDS


class MuteManyIn(JobIdsIn):
    """Which jobs are to be muted, and for how long."""

    seconds: int = _SECONDS


class MutedShown(BulkShown):
    """What became of the jobs that were to be muted."""

    successfully_muted: Annotated[
        int, shown("Number of jobs muted", 1, minimum=0, maximum=MOST_JOBS)
    ]


class UnmutedShown(BulkShown):
    """What became of the jobs whose mute was to be ended."""

    successfully_unmuted: Annotated[
        int, shown("Number of jobs that are not muted any more", 1, minimum=0, maximum=MOST_JOBS)
    ]


@router.post("/bulk/mute", operation_id="muteJobs")
async def mute_many(body: MuteManyIn, context: Context, who: JobEditor) -> Answer[MutedShown]:
    """Mute jobs."""
    now, blind = context.clock(), await context.blind_windows()
    muted = await mute_jobs.mute_jobs(
        context.db, who.workspace_id, body.job_ids, body.seconds, now, by=who.actor, blind=blind
    )
    unknown = _unknown(body, muted)
    succeeded = len(body.job_ids) - len(unknown)
    return success({"successfully_muted": succeeded, **report(body, unknown)})


@router.post("/bulk/unmute", operation_id="unmuteJobs")
async def unmute_many(body: JobIdsIn, context: Context, who: JobEditor) -> Answer[UnmutedShown]:
    """End the mute of jobs."""
    now, blind = context.clock(), await context.blind_windows()
    muted = await mute_jobs.unmute_jobs(
        context.db, who.workspace_id, body.job_ids, now, by=who.actor, blind=blind
    )
    unknown = _unknown(body, muted)
    succeeded = len(body.job_ids) - len(unknown)
    return success({"successfully_unmuted": succeeded, **report(body, unknown)})


@router.post(
    "/{job_id}/mute",
    operation_id="muteJob",
    openapi_extra=shows(muted_until="2026-02-20T16:42:00Z"),
)
async def mute(job_id: JobId, body: MuteIn, context: Context, who: JobEditor) -> Answer[JobShown]:
    """Let no alert tell of a job for a while; it is judged all the same."""
    now, blind = context.clock(), await context.blind_windows()
    muted = await mute_jobs.mute_jobs(
        context.db, who.workspace_id, [job_id], body.seconds, now, by=who.actor, blind=blind
    )
    return success(job_json(mute_jobs.the_one(muted), context.base_url))


@router.post("/{job_id}/unmute", operation_id="unmuteJob")
async def unmute(job_id: JobId, context: Context, who: JobEditor) -> Answer[JobShown]:
    """End the mute of a job; if it went down meanwhile, people are told now."""
    now, blind = context.clock(), await context.blind_windows()
    muted = await mute_jobs.unmute_jobs(
        context.db, who.workspace_id, [job_id], now, by=who.actor, blind=blind
    )
    return success(job_json(mute_jobs.the_one(muted), context.base_url))


def _unknown(body: JobIdsIn, muted: Sequence[Job]) -> list[tuple[int, str]]:
    """Return which ids are of no job of the workspace, and that this is why they failed."""
    known = {job.id for job in muted}
    return [(job_id, NOT_FOUND) for job_id in body.job_ids if job_id not in known]
