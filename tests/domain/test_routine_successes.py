"""What is said of a routine success is what the law says of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from cronbeats.domain.blind_window import BlindWindow, BlindWindows
from cronbeats.domain.job import Rules, Status
from cronbeats.domain.routine import routine_success
from cronbeats.domain.schedule import Every
from cronbeats.domain.signal import Signal, SignalKind
from cronbeats.domain.state_machine import on_signal
from cronbeats.domain.transition import Change
from tests.domain.build import NOON, job_of
from tests.domain.test_any_history import any_rules

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
        routine = routine_success(job.rules, job.state, signal)
        if routine is not None:
            state, run = routine
            assert by_law == Change(replace(job, state=state), runs=(run,))
        job = by_law.job


def test_a_healthy_job_that_reports_in_time_is_routine() -> None:
    job = job_of(Rules(Every(3600)), NOON)
    first = Signal(SignalKind.PING, NOON)
    assert routine_success(job.rules, job.state, first) is None
    job = on_signal(job, first).job
    for hour in range(1, 4):
        signal = Signal(SignalKind.PING, NOON + timedelta(hours=hour))
        routine = routine_success(job.rules, job.state, signal)
        assert routine is not None
        job = replace(job, state=routine[0])
    assert (job.state.status, job.state.run_count) == (Status.HEALTHY, 4)


def test_what_is_not_routine_is_left_to_the_law() -> None:
    job = on_signal(job_of(Rules(Every(3600)), NOON), Signal(SignalKind.PING, NOON)).job
    copy = Signal(SignalKind.PING, NOON + timedelta(seconds=15))
    late = Signal(SignalKind.PING, NOON + timedelta(hours=2))
    for signal in (copy, late, *(Signal(kind, NOON) for kind in SignalKind)):
        is_success = signal.kind is SignalKind.SUCCESS
        assert (routine_success(job.rules, job.state, signal) is not None) == is_success
