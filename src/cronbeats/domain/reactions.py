"""What each kind of signal does to a job that time has already caught up with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from cronbeats.domain.draft import Draft
from cronbeats.domain.job import LastSignal, Outcome, Reason, Run, Status
from cronbeats.domain.schedule import Every
from cronbeats.domain.signal import Signal, SignalKind

COPY_WINDOW = timedelta(seconds=15)
"""Clients repeat a signal that nobody answered; what comes again within this time is a copy."""

# More runs than this going at once are taken for starts whose ends were lost.
_MOST_OPEN_RUNS = 50


def react(draft: Draft, signal: Signal, at: datetime) -> Reason | None:
    """Apply `signal`, that counts from `at`; return the reason if it reports a bad run."""
    draft.last_signal_at = max(at, draft.last_signal_at or at)
    if _is_copy(draft, signal, at):
        _take_copy(draft, signal, at)
        return None
    bad = _REACTIONS[signal.kind](draft, signal, at)
    draft.last_signal = LastSignal(signal.kind, at, signal.run_id)
    return bad


def _take_success(draft: Draft, signal: Signal, at: datetime) -> None:
    began_at = _close_run(draft, signal, Outcome.SUCCESS, at)
    _await_next_slot(draft, began_at, at)
    draft.good_streak += 1
    draft.bad_streak = draft.missed_streak = 0
    draft.last_success_at = at
    if draft.status is Status.DOWN:
        if draft.good_streak >= draft.rules.recovery_threshold:
            draft.become(Status.HEALTHY, at, incident=draft.end_incident(at))
    elif draft.status is not Status.HEALTHY:
        draft.become(Status.HEALTHY, at)


def _take_failure(draft: Draft, signal: Signal, at: datetime) -> Reason | None:
    run = _matching_run(draft, signal)
    was_counted = run is not None and run.outcome is Outcome.OVERRAN
    began_at = _close_run(draft, signal, Outcome.FAILED, at)
    _await_next_slot(draft, began_at, at)
    draft.last_failure_at = at
    return None if was_counted else Reason.FAILED


def _take_start(draft: Draft, signal: Signal, at: datetime) -> None:
    replaced = [run for run in draft.open_runs if run.run_id == signal.run_id]
    for run in replaced:
        draft.end_run(run, Outcome.ABANDONED, at)
    if not replaced or draft.unended_since is None:
        draft.unended_since = at
    _open_run(draft, signal, at, draft.unended_since)
    draft.last_start_at = at
    if draft.rules.max_runtime is not None:
        draft.answer_slot(at)
    _arm(draft, at)


def _take_progress(draft: Draft, signal: Signal, at: datetime) -> None:
    run = _matching_run(draft, signal) or _open_run(draft, signal, at, at)
    message = run.message if signal.message is None else signal.message
    draft.put_run(replace(run, progress=signal.progress, message=message))
    _arm(draft, at)


def _take_log(draft: Draft, signal: Signal, at: datetime) -> None:  # noqa: ARG001 - one shape for all
    _arm(draft, at)


_REACTIONS: dict[SignalKind, Callable[[Draft, Signal, datetime], Reason | None]] = {
    SignalKind.PING: _take_success,
    SignalKind.SUCCESS: _take_success,
    SignalKind.FAIL: _take_failure,
    SignalKind.START: _take_start,
    SignalKind.PROGRESS: _take_progress,
    SignalKind.LOG: _take_log,
}


def _arm(draft: Draft, at: datetime) -> None:
    """A job's first signal tells that it lives, so its next slot is awaited."""
    if draft.due_at is None:
        draft.due_at = draft.rules.schedule.slot_after_run(at)


def _await_next_slot(draft: Draft, began_at: datetime, at: datetime) -> None:
    """The run that began at `began_at` and ended at `at` answered its slot; await the next one.

    A run so long that the grace of the next slot is over as well proves nothing against the job,
    so such slots are passed over. A run that began later may have answered a later slot already:
    that one is not awaited again.
    """
    schedule, grace = draft.rules.schedule, draft.rules.grace
    draft.unheard_since = None
    due_at = schedule.slot_after_run(began_at)
    if draft.due_at is not None and _was_answered_after(draft, began_at):
        due_at = max(due_at, draft.due_at)
    draft.due_at = due_at
    if due_at + grace <= at:
        draft.due_at = schedule.slot_after(at if isinstance(schedule, Every) else at - grace)


def _was_answered_after(draft: Draft, moment: datetime) -> bool:
    """Whether another run answered a slot later than `moment`."""
    answers = [draft.last_success_at, draft.last_failure_at]
    if draft.rules.max_runtime is not None:
        answers.append(draft.last_start_at)
    return any(answer is not None and answer > moment for answer in answers)


def _open_run(draft: Draft, signal: Signal, at: datetime, unended_since: datetime) -> Run:
    if len(draft.open_runs) >= _MOST_OPEN_RUNS:
        draft.end_run(draft.open_runs[0], Outcome.ABANDONED, at)
    return draft.add_run(
        Outcome.RUNNING,
        slot_at=draft.due_at or at,
        started_at=at,
        run_id=signal.run_id,
        deadline_at=_deadline(draft, at, unended_since),
    )


def _deadline(draft: Draft, at: datetime, unended_since: datetime) -> datetime | None:
    """Return when a run that begins at `at` overruns, None if it has no limit.

    A job that begins again and again without ever ending gets twice its limit in all: once may be
    a restart, for ever is a job that crashes.
    """
    limit = draft.rules.max_runtime
    if limit is None:
        return None
    return min(at + limit, unended_since + 2 * limit)


def _close_run(draft: Draft, signal: Signal, outcome: Outcome, at: datetime) -> datetime:
    """End the run that `signal` speaks of; return the moment that the run is matched by."""
    draft.unended_since = draft.unheard_ends_since = None
    run = _matching_run(draft, signal)
    if run is None or run.started_at is None:
        draft.add_run(
            outcome,
            slot_at=draft.due_at or at,
            ended_at=at,
            run_id=signal.run_id,
            exit_code=signal.exit_code,
        )
        draft.last_duration_ms = None
        return at
    ended = draft.end_run(replace(run, exit_code=signal.exit_code), outcome, at)
    draft.last_duration_ms = ended.duration_ms
    return run.started_at


def _matching_run(draft: Draft, signal: Signal) -> Run | None:
    """Return the open run of the signal's run id, or the newest open one if it names none."""
    if signal.run_id is None:
        return draft.open_runs[-1] if draft.open_runs else None
    runs = [run for run in draft.open_runs if run.run_id == signal.run_id]
    return runs[-1] if runs else None


def _is_copy(draft: Draft, signal: Signal, at: datetime) -> bool:
    """Whether this is the signal before once more, sent again by a client that heard no answer."""
    if signal.kind is SignalKind.START:
        return _is_start_copy(draft, signal, at)
    if signal.kind in {SignalKind.PROGRESS, SignalKind.LOG}:
        return False
    last = draft.last_signal
    return (
        last is not None
        and (last.kind, last.run_id) == (signal.kind, signal.run_id)
        and at - last.received_at <= _copy_window(draft, at)
    )


def _is_start_copy(draft: Draft, signal: Signal, at: datetime) -> bool:
    """Whether the start of a run that is going came again (a run that progress opened had none)."""
    told_at = draft.last_start_at
    return told_at is not None and any(
        run.run_id == signal.run_id
        and run.started_at is not None
        and run.started_at <= told_at
        and at - run.started_at <= _copy_window(draft, at)
        for run in draft.open_runs
    )


def _take_copy(draft: Draft, signal: Signal, at: datetime) -> None:
    """A copy counts for nothing, but it may as well be a second run: its interval starts anew.

    Not if the slot counts from the start of a run: then a second end is no second run.
    """
    schedule, last = draft.rules.schedule, draft.last_signal
    told_at = None if last is None else last.received_at
    if signal.kind is SignalKind.START:
        told_at = draft.last_start_at
    if told_at is None or at < told_at or not isinstance(schedule, Every):
        return
    if draft.due_at == schedule.slot_after_run(told_at):
        draft.due_at = schedule.slot_after_run(at)


def _copy_window(draft: Draft, at: datetime) -> timedelta:
    """A job that runs every few seconds sends true signals closer together than copies come."""
    return min(COPY_WINDOW, draft.rules.schedule.early(at))
