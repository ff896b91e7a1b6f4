"""What is said of a routine success is what the law says of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from cronbeats.domain.blind_window import BlindWindow, BlindWindows
from cronbeats.domain.job import Job, LastSignal, Rules, State, Status
from cronbeats.domain.routine import Steady, routine_success
from cronbeats.domain.schedule import Every
from cronbeats.domain.signal import Signal, SignalKind
from cronbeats.domain.state_machine import on_signal
from cronbeats.domain.transition import Change
from tests.domain.build import NOON, job_of
from tests.domain.test_any_history import any_rules

HOURLY = Rules(Every(3600))
# Well within their slots, as copies, much too late, and out of order.
waits = st.sampled_from([0, 1, 14, 15, 16, 60, 290, 300, 3600, 3700, 90_000, -1, -30])
kinds = st.sampled_from([SignalKind.PING] * 4 + [SignalKind.SUCCESS] * 2 + list(SignalKind))
run_ids = st.sampled_from([None, None, None, "a"])
histories = st.lists(st.tuples(waits, kinds, run_ids), min_size=2, max_size=25)
blindness = st.lists(st.tuples(st.integers(0, 90_000), st.integers(1, 4_000)), max_size=3)


@given(any_rules, histories, blindness)
def test_routine_successes_are_judged_as_by_the_law(
    its_rules: Rules,
    history: list[tuple[int, SignalKind, str | None]],
    blind_times: list[tuple[int, int]],
) -> None:
    blind = BlindWindows(
        BlindWindow(NOON + timedelta(seconds=start), NOON + timedelta(seconds=start + length))
        for start, length in blind_times
    )
    job, now = job_of(its_rules, NOON), NOON
    for wait, kind, run_id in history:
        now += timedelta(seconds=wait)
        signal = Signal(kind, now, run_id, exit_code=0 if run_id else None)
        by_law = on_signal(job, signal, blind)
        steady = steady_of(job.state)
        if steady is not None and (run := routine_success(job.rules, steady, signal)) is not None:
            assert by_law == Change(replace(job, state=after(job.state, steady)), runs=(run,))
        elif steady is not None:
            assert steady == steady_of(job.state)
        job = by_law.job


def test_a_healthy_job_that_reports_in_time_is_routine() -> None:
    steady = steady_of(healthy_job().state)
    assert steady is not None
    for hour in range(1, 4):
        signal = Signal(SignalKind.PING, NOON + timedelta(hours=hour))
        assert routine_success(HOURLY, steady, signal) is not None
    assert (steady.run_count, steady.due_at) == (4, NOON + timedelta(hours=4))


def test_what_is_not_routine_is_left_to_the_law() -> None:
    copy = Signal(SignalKind.PING, NOON + timedelta(seconds=15))
    late = Signal(SignalKind.PING, NOON + timedelta(hours=2))
    before = Signal(SignalKind.SUCCESS, NOON - timedelta(seconds=1))
    for signal in (copy, late, before, *(Signal(kind, NOON) for kind in SignalKind)):
        steady = steady_of(healthy_job().state)
        assert steady is not None
        is_routine = routine_success(HOURLY, steady, signal) is not None
        assert is_routine == (signal == Signal(SignalKind.SUCCESS, NOON))


def healthy_job() -> Job:
    return on_signal(job_of(HOURLY, NOON), Signal(SignalKind.PING, NOON)).job


def steady_of(state: State) -> Steady | None:
    """Tell of a state what a routine success asks for, if it may be one."""
    last, due_at, last_signal_at = state.last_signal, state.due_at, state.last_signal_at
    if state.status is not Status.HEALTHY or state.open_runs:
        return None
    if last is None or due_at is None or last_signal_at is None:
        return None
    return Steady(
        since=state.since,
        due_at=due_at,
        good_streak=state.good_streak,
        run_count=state.run_count,
        last_signal_at=last_signal_at,
        last_counted_at=last.received_at,
        last_kind=last.kind,
        last_run_id=last.run_id,
    )


def after(before: State, steady: Steady) -> State:
    """Tell the state that is kept after routine successes."""
    return replace(
        before,
        due_at=steady.due_at,
        good_streak=steady.good_streak,
        bad_streak=0,
        missed_streak=0,
        run_count=steady.run_count,
        last_signal=LastSignal(steady.last_kind, steady.last_counted_at, steady.last_run_id),
        last_signal_at=steady.last_signal_at,
        last_success_at=steady.last_counted_at,
        last_duration_ms=None,
        unended_since=None,
        unheard_since=None,
        unheard_ends_since=None,
    )
