"""A job's runs and incidents, and the blind windows of the service."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated

from fastapi import Query
from typing_extensions import TypedDict

from cronbeats.api.answer import PARTS, Answer, Moment, shown, shown_moment, success
from cronbeats.api.context import Context, JobId, Reader
from cronbeats.api.job_view import shown_progress
from cronbeats.api.paging import PageQuery, Pagination, pagination_json
from cronbeats.api.routing import new_router
from cronbeats.domain.blind_window import Blindness, BlindWindow
from cronbeats.domain.job import Incident, Outcome, Reason, Run
from cronbeats.edge.problems import moment
from cronbeats.services import browse_history, browse_jobs
from cronbeats.storage.incidents import StoredIncident

router = new_router(tag="History")

_SECOND = timedelta(seconds=1)
Paged = Annotated[PageQuery, Query()]


class RunShown(TypedDict):
    """One run, or one expected moment that went without."""

    number: Annotated[int, shown("Counts up within the job", 7, minimum=1)]
    run_id: Annotated[
        str | None, shown("The id that the job gave it, as in ?rid=", None, maxLength=64)
    ]
    outcome: Annotated[Outcome, shown("How it ended", "success")]
    slot_at: Annotated[Moment | None, shown("When it was expected, in UTC", "2026-02-20T02:00:00Z")]
    started_at: Annotated[
        Moment | None, shown("When it began, in UTC; null if not told", "2026-02-20T02:00:01Z")
    ]
    ended_at: Annotated[
        Moment | None, shown("When it ended, in UTC; null if not told", "2026-02-20T02:00:09Z")
    ]
    duration_ms: Annotated[int | None, shown("From start to end, in milliseconds", 8250, minimum=0)]
    exit_code: Annotated[
        int | None, shown("The exit code that was told; 0 is success", 0, minimum=0, maximum=255)
    ]
    progress: Annotated[
        int | None, shown("How far it came, in per cent", 100, minimum=0, maximum=100)
    ]
    message: Annotated[str | None, shown("What it last told, at most 255 characters", "Done")]


class IncidentShown(TypedDict):
    """The time from down to recovery."""

    id: Annotated[int, shown("Names the incident", 1, minimum=1)]
    started_at: Annotated[Moment, shown("When the job went down, in UTC", "2026-02-19T02:15:00Z")]
    ended_at: Annotated[
        Moment | None, shown("When it recovered, in UTC; null if open", "2026-02-19T04:15:00Z")
    ]
    reason: Annotated[Reason, shown("Why the job went down", "missed")]
    missed_runs: Annotated[int, shown("Number of runs missed", 1, minimum=0)]
    duration_seconds: Annotated[int, shown("How long it lasted, in seconds", 7200, minimum=0)]


class BlindWindowShown(TypedDict):
    """A time in which CronBeats itself heard nothing, so that no job is blamed for it."""

    started_at: Annotated[Moment, shown("When it began, in UTC", "2026-02-18T11:00:00Z")]
    ended_at: Annotated[Moment, shown("When it ended, in UTC", "2026-02-18T11:05:00Z")]
    duration_seconds: Annotated[int, shown("How long it lasted, in seconds", 300, minimum=0)]
    reason: Annotated[Blindness, shown("Why CronBeats heard nothing", "silence")]


class RunsPage(TypedDict):
    """A page of runs."""

    runs: Annotated[list[RunShown], shown("The runs, newest first", PARTS)]
    pagination: Annotated[Pagination, shown("Which page this is", PARTS)]


class IncidentsPage(TypedDict):
    """A page of incidents."""

    incidents: Annotated[list[IncidentShown], shown("The incidents, newest first", PARTS)]
    pagination: Annotated[Pagination, shown("Which page this is", PARTS)]


class BlindWindowsPage(TypedDict):
    """A page of blind windows."""

    blind_windows: Annotated[
        list[BlindWindowShown], shown("The blind windows, newest first", PARTS)
    ]
    pagination: Annotated[Pagination, shown("Which page this is", PARTS)]


@router.get("/jobs/{job_id}/runs", operation_id="listRuns")
async def browse_runs(
    job_id: JobId, query: Paged, context: Context, who: Reader
) -> Answer[RunsPage]:
    """List a job's runs and lost slots, newest first."""
    page = await browse_history.browse_runs(context.db, who.workspace_id, job_id, query.request())
    items = [_run_json(run) for run in page.items]
    return success({"runs": items, "pagination": pagination_json(page)})


@router.get("/jobs/{job_id}/incidents", operation_id="listIncidents")
async def browse_incidents(
    job_id: JobId, query: Paged, context: Context, who: Reader
) -> Answer[IncidentsPage]:
    """List a job's incidents, newest first; an open one as it is at this moment."""
    now, blind = context.clock(), await context.blind_windows()
    page = await browse_history.browse_incidents(
        context.db, who.workspace_id, job_id, query.request()
    )
    job = await browse_jobs.get_job(context.db, who.workspace_id, job_id, now, blind)
    items = [_incident_json(each, job.state.incident, now) for each in page.items]
    return success({"incidents": items, "pagination": pagination_json(page)})


@router.get("/blind-windows", operation_id="listBlindWindows")
async def browse_blind_windows(
    query: Paged, context: Context, _who: Reader
) -> Answer[BlindWindowsPage]:
    """List the times in which the service itself was blind, newest first."""
    page = await browse_history.browse_blind_windows(context.db, query.request())
    items = [_blind_window_json(window) for window in page.items]
    return success({"blind_windows": items, "pagination": pagination_json(page)})


def _run_json(run: Run) -> RunShown:
    return {
        "number": run.number,
        "run_id": run.run_id,
        "outcome": run.outcome,
        "slot_at": shown_moment(run.slot_at),
        "started_at": shown_moment(run.started_at),
        "ended_at": shown_moment(run.ended_at),
        "duration_ms": run.duration_ms,
        "exit_code": run.exit_code,
        "progress": shown_progress(run.progress),
        "message": run.message,
    }


def _incident_json(
    stored: StoredIncident, open_incident: Incident | None, now: datetime
) -> IncidentShown:
    incident = stored.incident
    if open_incident is not None and open_incident.number == incident.number:
        incident = open_incident
    lasted = (incident.ended_at or now) - incident.started_at
    return {
        "id": stored.id,
        "started_at": moment(incident.started_at),
        "ended_at": shown_moment(incident.ended_at),
        "reason": incident.reason,
        "missed_runs": incident.missed_runs,
        "duration_seconds": max(0, lasted // _SECOND),
    }


def _blind_window_json(window: BlindWindow) -> BlindWindowShown:
    return {
        "started_at": moment(window.started_at),
        "ended_at": moment(window.ended_at),
        "duration_seconds": (window.ended_at - window.started_at) // _SECOND,
        "reason": window.reason,
    }
