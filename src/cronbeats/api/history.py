"""A job's runs and incidents, and the blind windows of the service."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Any

from fastapi import Query

from cronbeats.api.context import Context, ItemId, Reader, success
from cronbeats.api.job_view import shown_moment, shown_progress
from cronbeats.api.paging import PageQuery, page_json
from cronbeats.api.routing import new_router
from cronbeats.domain.blind_window import BlindWindow
from cronbeats.domain.job import Incident, Run
from cronbeats.services import browse_history, browse_jobs
from cronbeats.storage.incidents import StoredIncident

router = new_router()

_SECOND = timedelta(seconds=1)
Paged = Annotated[PageQuery, Query()]


@router.get("/jobs/{job_id}/runs")
async def browse_runs(
    job_id: ItemId, query: Paged, context: Context, who: Reader
) -> dict[str, Any]:
    """List a job's runs and lost slots, newest first."""
    page = await browse_history.browse_runs(context.db, who.workspace_id, job_id, query.request())
    return success(page_json("runs", page, [_run_json(run) for run in page.items]))


@router.get("/jobs/{job_id}/incidents")
async def browse_incidents(
    job_id: ItemId, query: Paged, context: Context, who: Reader
) -> dict[str, Any]:
    """List a job's incidents, newest first; an open one as it is at this moment."""
    now, blind = context.clock(), await context.blind_windows()
    page = await browse_history.browse_incidents(
        context.db, who.workspace_id, job_id, query.request()
    )
    job = await browse_jobs.get_job(context.db, who.workspace_id, job_id, now, blind)
    items = [_incident_json(each, job.state.incident, now) for each in page.items]
    return success(page_json("incidents", page, items))


@router.get("/blind-windows")
async def browse_blind_windows(query: Paged, context: Context, _who: Reader) -> dict[str, Any]:
    """List the times in which the service itself was blind, newest first."""
    page = await browse_history.browse_blind_windows(context.db, query.request())
    items = [_blind_window_json(window) for window in page.items]
    return success(page_json("blind_windows", page, items))


def _run_json(run: Run) -> dict[str, Any]:
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
) -> dict[str, Any]:
    incident = stored.incident
    if open_incident is not None and open_incident.number == incident.number:
        incident = open_incident
    lasted = (incident.ended_at or now) - incident.started_at
    return {
        "id": stored.id,
        "started_at": shown_moment(incident.started_at),
        "ended_at": shown_moment(incident.ended_at),
        "reason": incident.reason,
        "missed_runs": incident.missed_runs,
        "duration_seconds": max(0, lasted // _SECOND),
    }


def _blind_window_json(window: BlindWindow) -> dict[str, Any]:
    return {
        "started_at": shown_moment(window.started_at),
        "ended_at": shown_moment(window.ended_at),
        "duration_seconds": (window.ended_at - window.started_at) // _SECOND,
        "reason": window.reason,
    }
