"""Metrics of jobs, for Prometheus: how each stands, by a workspace's API key."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Annotated, Any

from fastapi import Query, Request
from fastapi.responses import PlainTextResponse, Response
from pydantic import BaseModel, ConfigDict, Field

from cronbeats.api.context import Context, Reader
from cronbeats.api.job_queries import AskedTags
from cronbeats.api.openapi_headers import sends
from cronbeats.api.routing import new_router
from cronbeats.domain.job import Status
from cronbeats.edge.exposition import OPENMETRICS, PLAIN, expose, gauge
from cronbeats.services.gauge_jobs import gauge_jobs
from cronbeats.storage.job_gauges import JobGauges

router = new_router("/metrics", tag="Jobs")

_LABELS = ("job_id", "name")
_EXAMPLE = """\
# TYPE cronbeats_job_status gauge
cronbeats_job_status{job_id="1",name="Backup",status="healthy"} 1.0
cronbeats_job_status{job_id="1",name="Backup",status="down"} 0.0
"""
_ANSWERS = sends("Cache-Control", "X-Content-Type-Options")
_ANSWERS[200]["content"] = {
    kind: {"schema": {"type": "string"}, "example": _EXAMPLE} for kind in (PLAIN, OPENMETRICS)
}


class MetricsQuery(BaseModel):
    """Which jobs to tell of."""

    model_config = ConfigDict(extra="forbid")

    tag: AskedTags = Field(default_factory=list)


@router.get("", operation_id="getJobMetrics", response_class=PlainTextResponse, responses=_ANSWERS)
async def get(
    request: Request, query: Annotated[MetricsQuery, Query()], context: Context, who: Reader
) -> Response:
    """Tell Prometheus how the jobs stand at this moment, 10 000 at most.

    The text is in Prometheus's own format, or in OpenMetrics for whoever asks for that in Accept.
    A time that is not known, as of a job that never succeeded, is left out.
    """
    now = context.clock()
    found = await gauge_jobs(
        context.db, who.workspace_id, now, await context.blind_windows(), query.tag
    )
    accept = request.headers.get("Accept", "")
    # It takes a while for very many jobs, and nobody else shall wait for it.
    body, media_type = await asyncio.to_thread(lambda: expose(_metrics(found, now), accept))
    headers = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
    return Response(body, media_type=media_type, headers=headers)


def _metrics(jobs: Sequence[JobGauges], now: datetime) -> Iterator[Any]:
    yield gauge(
        "cronbeats_job_info",
        "Always 1; `tags` has a comma before, between and after them.",
        (*_LABELS, "tags"),
        (([*_labels(job), f",{','.join(job.tags)}," if job.tags else ""], 1) for job in jobs),
    )
    yield gauge(
        "cronbeats_job_status",
        "Whether the job has this status: 1 or 0.",
        (*_LABELS, "status"),
        (([*_labels(job), status], int(job.status is status)) for job in jobs for status in Status),
    )
    yield _each(
        jobs,
        "cronbeats_job_paused",
        "Whether the job is paused: 1 or 0.",
        lambda job: int(job.status is Status.DISABLED),
    )
    yield _each(
        jobs,
        "cronbeats_job_muted",
        "Whether nobody is told of the job for now: 1 or 0.",
        lambda job: int(job.muted_until is not None and job.muted_until > now),
    )
    yield _each(
        jobs,
        "cronbeats_job_last_duration_seconds",
        "How long the job's last run took of which that is known.",
        lambda job: None if job.last_duration_ms is None else job.last_duration_ms / 1000,
    )
    yield _each(
        jobs,
        "cronbeats_job_last_success_timestamp_seconds",
        "When the job last succeeded.",
        lambda job: _unix(job.last_success_at),
    )
    yield _each(
        jobs,
        "cronbeats_job_last_signal_timestamp_seconds",
        "When the job last told anything.",
        lambda job: _unix(job.last_signal_at),
    )


def _each(
    jobs: Sequence[JobGauges], name: str, about: str, number_of: Callable[[JobGauges], float | None]
) -> Any:
    """Return a gauge with one number of each job that has one."""
    numbers = ((_labels(job), number_of(job)) for job in jobs)
    return gauge(
        name, about, _LABELS, ((who, value) for who, value in numbers if value is not None)
    )


def _labels(job: JobGauges) -> list[str]:
    return [str(job.id), job.name]


def _unix(moment: datetime | None) -> float | None:
    return None if moment is None else moment.timestamp()
