"""The rows that the ledger writes with nearly every signal: names, and values in their order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from cronbeats.domain.job import Rules, Run, State, next_deadline
from cronbeats.domain.routine import Steady
from cronbeats.domain.signal import Signal


class Received(NamedTuple):
    """A signal, and the milliseconds from its run's start if it ended one."""

    signal: Signal
    duration_ms: int | None = None


SIGNAL = (
    "job_id",
    "kind",
    "received_at",
    "run_id",
    "message",
    "progress",
    "exit_code",
    "duration_ms",
    "source_ip",
    "user_agent",
    "output_size",
    "output",
)


def signal_row(job_id: int, received: Received) -> Sequence[Any]:
    """Return the row of a signal."""
    signal = received.signal
    return (
        job_id,
        signal.kind,
        signal.received_at,
        signal.run_id,
        signal.message,
        signal.progress,
        signal.exit_code,
        received.duration_ms,
        signal.source_ip,
        signal.user_agent,
        signal.output_size,
        signal.output,
    )


RUN = (
    "job_id",
    "number",
    "outcome",
    "slot_at",
    "started_at",
    "ended_at",
    "run_id",
    "deadline_at",
    "exit_code",
    "progress",
    "message",
)


def run_row(job_id: int, run: Run) -> Sequence[Any]:
    """Return the row of a run."""
    return (
        job_id,
        run.number,
        run.outcome,
        run.slot_at,
        run.started_at,
        run.ended_at,
        run.run_id,
        run.deadline_at,
        run.exit_code,
        run.progress,
        run.message,
    )


STATE = (
    "job_id",
    "status",
    "since",
    "reason",
    "due_at",
    "good_streak",
    "bad_streak",
    "missed_streak",
    "run_count",
    "incident_count",
    "incident_started_at",
    "incident_reason",
    "incident_missed_runs",
    "last_kind",
    "last_run_id",
    "last_counted_at",
    "last_signal_at",
    "last_start_at",
    "last_success_at",
    "last_failure_at",
    "last_duration_ms",
    "unended_since",
    "unheard_since",
    "unheard_ends_since",
    "open_runs",
    "wake_at",
)


def state_row(job_id: int, rules: Rules, state: State) -> Sequence[Any]:
    """Return the row of a job's state; the clock is woken in time."""
    incident, last = state.incident, state.last_signal
    return (
        job_id,
        state.status,
        state.since,
        state.reason,
        state.due_at,
        state.good_streak,
        state.bad_streak,
        state.missed_streak,
        state.run_count,
        state.incident_count,
        incident and incident.started_at,
        incident and incident.reason,
        incident and incident.missed_runs,
        last and last.kind,
        last and last.run_id,
        last and last.received_at,
        state.last_signal_at,
        state.last_start_at,
        state.last_success_at,
        state.last_failure_at,
        state.last_duration_ms,
        state.unended_since,
        state.unheard_since,
        state.unheard_ends_since,
        len(state.open_runs),
        next_deadline(rules, state.status, state.due_at, state.open_runs),
    )


STEADY = (
    "job_id",
    "due_at",
    "good_streak",
    "run_count",
    "last_kind",
    "last_run_id",
    "last_success_at",
)


def steady_row(job_id: int, steady: Steady) -> Sequence[Any]:
    """Return what a routine success has changed in the row of a job's state."""
    return (
        job_id,
        steady.due_at,
        steady.good_streak,
        steady.run_count,
        steady.last_kind,
        steady.last_run_id,
        steady.last_counted_at,
    )


ROUTINE_RUN = ("job_id", "number", "outcome", "slot_at", "ended_at", "run_id", "exit_code")


def routine_run_row(job_id: int, run: Run) -> Sequence[Any]:
    """Return the row of a routine success's run, which had no start."""
    return (job_id, run.number, run.outcome, run.slot_at, run.ended_at, run.run_id, run.exit_code)
