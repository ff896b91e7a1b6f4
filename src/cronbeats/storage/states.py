"""A job's state, as it is read; the ledger writes it."""

from __future__ import annotations

from typing import Any

from cronbeats.domain.job import Incident, LastSignal, Reason, Run, State, Status
from cronbeats.domain.signal import SignalKind
from cronbeats.storage.dialect import ReadMoment, as_it_is


def state_from_row(row: Any, open_runs: tuple[Run, ...] = (), read: ReadMoment = as_it_is) -> State:
    """Return the state that a row of job_states holds; its moments are yet to be read by `read`."""
    return State(
        status=Status(row.status),
        since=read(row.since),
        reason=None if row.reason is None else Reason(row.reason),
        due_at=read(row.due_at),
        good_streak=row.good_streak,
        bad_streak=row.bad_streak,
        missed_streak=row.missed_streak,
        run_count=row.run_count,
        incident_count=row.incident_count,
        incident=_incident(row, read),
        last_signal=_last_signal(row, read),
        last_signal_at=read(row.last_signal_at),
        last_start_at=read(row.last_start_at),
        last_success_at=read(row.last_success_at),
        last_failure_at=read(row.last_failure_at),
        last_duration_ms=row.last_duration_ms,
        unended_since=read(row.unended_since),
        unheard_since=read(row.unheard_since),
        unheard_ends_since=read(row.unheard_ends_since),
        open_runs=open_runs,
    )


def _incident(row: Any, read: ReadMoment) -> Incident | None:
    if row.incident_started_at is None:
        return None
    return Incident(
        row.incident_count,
        read(row.incident_started_at),
        Reason(row.incident_reason),
        row.incident_missed_runs,
    )


def _last_signal(row: Any, read: ReadMoment) -> LastSignal | None:
    if row.last_kind is None:
        return None
    return LastSignal(SignalKind(row.last_kind), read(row.last_counted_at), row.last_run_id)
