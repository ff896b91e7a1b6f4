"""A job's state as a row, and back."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row

from cronbeats.domain.job import Incident, Job, LastSignal, Reason, State, Status
from cronbeats.domain.signal import SignalKind


def state_from_row(row: Row[Any]) -> State:
    """Return the state that a row of job_states holds, without its open runs."""
    return State(
        status=Status(row.status),
        since=row.since,
        reason=None if row.reason is None else Reason(row.reason),
        due_at=row.due_at,
        good_streak=row.good_streak,
        bad_streak=row.bad_streak,
        missed_streak=row.missed_streak,
        run_count=row.run_count,
        incident_count=row.incident_count,
        incident=_incident(row),
        last_signal=_last_signal(row),
        last_signal_at=row.last_signal_at,
        last_start_at=row.last_start_at,
        last_success_at=row.last_success_at,
        last_failure_at=row.last_failure_at,
        last_duration_ms=row.last_duration_ms,
        unended_since=row.unended_since,
        unheard_since=row.unheard_since,
        unheard_ends_since=row.unheard_ends_since,
    )


def state_to_row(job: Job) -> dict[str, Any]:
    """Return the values of a row of job_states, all but its key; the clock is woken in time."""
    state, incident, last = job.state, job.state.incident, job.state.last_signal
    return {
        "status": state.status,
        "since": state.since,
        "reason": state.reason,
        "due_at": state.due_at,
        "good_streak": state.good_streak,
        "bad_streak": state.bad_streak,
        "missed_streak": state.missed_streak,
        "run_count": state.run_count,
        "incident_count": state.incident_count,
        "incident_started_at": incident and incident.started_at,
        "incident_reason": incident and incident.reason,
        "incident_missed_runs": incident and incident.missed_runs,
        "last_kind": last and last.kind,
        "last_run_id": last and last.run_id,
        "last_counted_at": last and last.received_at,
        "last_signal_at": state.last_signal_at,
        "last_start_at": state.last_start_at,
        "last_success_at": state.last_success_at,
        "last_failure_at": state.last_failure_at,
        "last_duration_ms": state.last_duration_ms,
        "unended_since": state.unended_since,
        "unheard_since": state.unheard_since,
        "unheard_ends_since": state.unheard_ends_since,
        "open_runs": len(state.open_runs),
        "wake_at": job.deadline_at,
    }


def _incident(row: Row[Any]) -> Incident | None:
    if row.incident_started_at is None:
        return None
    return Incident(
        row.incident_count,
        row.incident_started_at,
        Reason(row.incident_reason),
        row.incident_missed_runs,
    )


def _last_signal(row: Row[Any]) -> LastSignal | None:
    if row.last_kind is None:
        return None
    return LastSignal(SignalKind(row.last_kind), row.last_counted_at, row.last_run_id)
