"""Routine successes: most signals by far, judged without a draft; the law says the same of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from cronbeats.domain.job import Outcome, Rules, Run
from cronbeats.domain.reactions import COPY_WINDOW
from cronbeats.domain.signal import Signal, SignalKind

_SUCCESSES = frozenset({SignalKind.PING, SignalKind.SUCCESS})


@dataclass(slots=True)
class Steady:
    """What a routine success asks of a healthy job without open runs, and what it changes there.

    The names are those of State; `last_kind`, `last_run_id` and `last_counted_at` are what it calls
    the last signal. A routine success also ends the streaks of bad runs, knows no duration, and
    forgets what went unended and unheard before.
    """

    since: datetime
    due_at: datetime
    good_streak: int
    run_count: int
    last_signal_at: datetime
    last_counted_at: datetime
    last_kind: SignalKind
    last_run_id: str | None


def routine_success(rules: Rules, steady: Steady, signal: Signal) -> Run | None:
    """Let a success that is all as it should be change how a job stands; return its run.

    None, and no change, if it came late, out of order, or may be a copy, or is no success. Then
    only the law knows (state_machine.on_signal).
    """
    at, kind, due_at = signal.received_at, signal.kind, steady.due_at
    if (
        kind not in _SUCCESSES
        or at < steady.last_signal_at
        or at < steady.since
        or due_at + rules.grace <= at
        or _may_be_copy(steady, signal)
    ):
        return None
    steady.due_at = rules.schedule.slot_after_run(at)
    steady.good_streak += 1
    steady.run_count += 1
    steady.last_signal_at = steady.last_counted_at = at
    steady.last_kind, steady.last_run_id = kind, signal.run_id
    return Run(
        steady.run_count,
        Outcome.SUCCESS,
        slot_at=due_at,
        ended_at=at,
        run_id=signal.run_id,
        exit_code=signal.exit_code,
    )


def _may_be_copy(steady: Steady, signal: Signal) -> bool:
    return (
        steady.last_kind is signal.kind
        and steady.last_run_id == signal.run_id
        and signal.received_at - steady.last_counted_at <= COPY_WINDOW
    )
