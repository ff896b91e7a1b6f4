"""Jobs."""

from __future__ import annotations

from typing import Annotated, Any

import orjson
from fastapi import Query, Response
from typing_extensions import TypedDict

from cronbeats.api.answer import PARTS, Answer, shown, success, told
from cronbeats.api.context import ApiContext, Context, JobEditor, JobId, Reader
from cronbeats.api.job_queries import JobsQuery
from cronbeats.api.job_shapes import JobChangesIn, JobIn, chosen_values
from cronbeats.api.job_shown import ExplanationShown, JobShown
from cronbeats.api.job_view import explanation_json, job_json, listed_json
from cronbeats.api.once import IdempotencyKey, fingerprint_of, response_of
from cronbeats.api.openapi_errors import raises
from cronbeats.api.openapi_examples import shows
from cronbeats.api.openapi_headers import sends
from cronbeats.api.paging import Pagination, pagination_json
from cronbeats.api.preconditions import IfMatch, etag_of
from cronbeats.api.routing import new_router
from cronbeats.domain import explanation
from cronbeats.domain.job import Job
from cronbeats.domain.job_wish import JobWish
from cronbeats.domain.kept_answer import KeptAnswer, OnceOnly
from cronbeats.services import browse_jobs, manage_jobs, manage_many_jobs

router = new_router("/jobs", tag="Jobs")

# What the calls have in common that change a job if its ETag is still the one that was seen.
_GUARDED: dict[str, Any] = {
    "responses": sends("ETag"),
    "openapi_extra": raises("precondition_failed"),
}


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


@router.post(
    "",
    status_code=201,
    operation_id="createJob",
    response_model=Answer[JobShown],
    responses=sends("ETag", "Idempotency-Replayed", status=201),
    openapi_extra=raises("idempotency_key_reused"),
)
async def create(
    body: JobIn, context: Context, who: JobEditor, key: IdempotencyKey = None
) -> Response:
    """Make a job.

    With an Idempotency-Key it is safe to ask again if no answer came: the same request gets the
    same answer for 24 hours and makes one job. Requests that failed may be made again, too.
    """

    def tell(job: Job) -> KeptAnswer:
        shown = orjson.dumps(success(job_json(job, context.base_url)))
        return KeptAnswer(201, shown.decode(), {"ETag": etag_of(job)})

    wish, now = JobWish(**chosen_values(body)), context.clock()
    if key is None:
        return response_of(
            tell(
                await manage_jobs.create_job(context.db, who.workspace_id, wish, now, by=who.actor)
            )
        )
    once = OnceOnly(key, fingerprint_of("createJob", body), tell)
    return response_of(
        await manage_jobs.create_job_once(
            context.db, who.workspace_id, wish, now, by=who.actor, once=once
        )
    )


@router.get("", operation_id="listJobs", response_model=Answer[JobsPage])
async def browse(query: Annotated[JobsQuery, Query()], context: Context, who: Reader) -> Response:
    """List the jobs, oldest first unless sorted otherwise."""
    page = await browse_jobs.browse_jobs(
        context.db,
        who.workspace_id,
        context.clock(),
        await context.blind_windows(),
        query=query.jobs(),
        request=query.request(),
    )
    items = [listed_json(job, context.base_url) for job in page.items]
    return told(success({"jobs": items, "pagination": pagination_json(page)}))


@router.get("/{job_id}", operation_id="getJob", responses=sends("ETag"))
async def get(job_id: JobId, context: Context, who: Reader, response: Response) -> Answer[JobShown]:
    """Return a job.

    Its ETag names the configuration alone, so that a ping does not come between reading and
    changing it; the answer tells the state as well, so there is no If-None-Match here.
    """
    blind = await context.blind_windows()
    job = await browse_jobs.get_job(context.db, who.workspace_id, job_id, context.clock(), blind)
    return _shown(job, context, response)


@router.put("/{job_id}/update", operation_id="updateJob", **_GUARDED)
@router.patch("/{job_id}", operation_id="updateJobByPatch", **_GUARDED)
async def update(
    job_id: JobId,
    body: JobChangesIn,
    context: Context,
    who: JobEditor,
    *,
    only_if: IfMatch,
    response: Response,
) -> Answer[JobShown]:
    """Change some of a job's configuration; what is left out stays."""
    job = await manage_jobs.update_job(
        context.db,
        who.workspace_id,
        job_id,
        chosen_values(body),
        context.clock(),
        by=who.actor,
        blind=await context.blind_windows(),
        only_if=only_if,
    )
    return _shown(job, context, response)


_DELETES: dict[str, Any] = {
    "status_code": 204,
    # One without a media type: there is nothing of which it could be.
    "response_class": Response,
    "openapi_extra": raises("precondition_failed"),
}


@router.post("/{job_id}/delete", operation_id="deleteJob", **_DELETES)
@router.delete("/{job_id}", operation_id="deleteJobByDelete", **_DELETES)
async def delete(job_id: JobId, context: Context, who: JobEditor, only_if: IfMatch) -> None:
    """Take a job out of every list; its key answers 404, its history stays."""
    now, blind = context.clock(), await context.blind_windows()
    await manage_many_jobs.delete_job(
        context.db, who.workspace_id, job_id, now, by=who.actor, blind=blind, only_if=only_if
    )


@router.get("/{job_id}/explain", operation_id="explainJob")
async def explain(job_id: JobId, context: Context, who: Reader) -> Answer[ExplanationShown]:
    """Say why a job has its status, and what comes next."""
    blind = await context.blind_windows()
    job = await browse_jobs.get_job(context.db, who.workspace_id, job_id, context.clock(), blind)
    return success(explanation_json(explanation.explain(job, blind)))


@router.post(
    "/{job_id}/pause",
    operation_id="pauseJob",
    responses=sends("ETag"),
    openapi_extra=raises("precondition_failed")
    | shows(is_enabled=False, status="disabled", state=_IDLE),
)
async def pause(
    job_id: JobId, context: Context, who: JobEditor, only_if: IfMatch, response: Response
) -> Answer[JobShown]:
    """Stop watching a job."""
    now, blind = context.clock(), await context.blind_windows()
    job = await manage_jobs.pause_job(
        context.db, who.workspace_id, job_id, now, by=who.actor, blind=blind, only_if=only_if
    )
    return _shown(job, context, response)


@router.post("/{job_id}/resume", operation_id="resumeJob", **_GUARDED)
async def resume(
    job_id: JobId, context: Context, who: JobEditor, only_if: IfMatch, response: Response
) -> Answer[JobShown]:
    """Watch a job again."""
    now = context.clock()
    job = await manage_jobs.resume_job(
        context.db, who.workspace_id, job_id, now, by=who.actor, only_if=only_if
    )
    return _shown(job, context, response)


def _shown(job: Job, context: ApiContext, response: Response) -> Answer[JobShown]:
    """Answer with a job and the ETag of its configuration."""
    response.headers["ETag"] = etag_of(job)
    return success(job_json(job, context.base_url))
