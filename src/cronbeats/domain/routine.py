"""Routine successes: most signals by far, judged without a draft; the law says the same of them."""

from __future__ import annotations

from datetime import datetime

from cronbeats.domain.job import LastSignal, Outcome, Rules, Run, State, Status
from cronbeats.domain.reactions import COPY_WINDOW
from cronbeats.domain.signal import Signal, SignalKind

_SUCCESSES = frozenset({SignalKind.PING, SignalKind.SUCCESS})


def routine_success(rules: Rules, state: State, signal: Signal) -> tuple[State, Run] | None:
    """Return how a job stands after a success that is all as it should be, and the success's run.

    None says that it may not be: the job is not healthy, runs are open, the signal came late, out
    of order or may be a copy. Then only the law knows (state_machine.on_signal).
    """
    at, due_at = signal.received_at, state.due_at
    if signal.kind not in _SUCCESSES or due_at is None or due_at + rules.grace <= at:
        return None
    if not _is_well(state, at) or _may_be_copy(state.last_signal, signal):
        return None
    number = state.run_count + 1
    run = Run(
        number,
        Outcome.SUCCESS,
        slot_at=due_at,
        ended_at=at,
        run_id=signal.run_id,
        exit_code=signal.exit_code,
    )
    after = State(
        status=Status.HEALTHY,
        since=state.since,
        reason=state.reason,
        due_at=rules.schedule.slot_after_run(at),
        good_streak=state.good_streak + 1,
        run_count=number,
        incident_count=state.incident_count,
        incident=state.incident,
        last_signal=LastSignal(signal.kind, at, signal.run_id),
        last_signal_at=at,
        last_start_at=state.last_start_at,
        last_success_at=at,
        last_failure_at=state.last_failure_at,
    )
    return after, run


def _is_well(state: State, at: datetime) -> bool:
    """Whether a job is healthy, no run is open, and nothing was heard of it that is later."""
    heard_at = (
        state.since,
        state.last_signal_at,
        state.last_start_at,
        state.last_success_at,
        state.last_failure_at,
    )
    return (
        state.status is Status.HEALTHY
        and not state.open_runs
        and all(moment is None or moment <= at for moment in heard_at)
    )


def _may_be_copy(last: LastSignal | None, signal: Signal) -> bool:
    return (
        last is not None
        and last.kind is signal.kind
        and last.run_id == signal.run_id
        and signal.received_at - last.received_at <= COPY_WINDOW
    )
