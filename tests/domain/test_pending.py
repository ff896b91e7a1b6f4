"""A new job alarms nobody until its first signal arms it."""

from __future__ import annotations

import pytest

from cronbeats.domain.signal import SignalKind
from tests.domain.build import DAY, TICK, job, signal


def test_a_new_job_is_pending_and_alarms_nobody_however_long_it_is_silent() -> None:
    story = job(every=1, grace=0, down_after=0).look(1000 * DAY)

    assert story.status == "pending"
    assert story.told.transitions == ()
    assert story.runs == []
    assert story.job.deadline_at is None


def test_a_new_cron_job_is_unarmed_too() -> None:
    story = job(cron="* * * * *", grace=0).look(2 * DAY)

    assert story.steps == []
    assert story.due is None


@pytest.mark.parametrize("kind", [SignalKind.PING, SignalKind.SUCCESS])
def test_the_first_success_makes_a_job_healthy(kind: SignalKind) -> None:
    story = job().hear(signal(kind, 5))

    assert story.steps == [(5, "healthy")]
    assert story.due == 65


@pytest.mark.parametrize("kind", [SignalKind.START, SignalKind.PROGRESS, SignalKind.LOG])
def test_a_first_signal_that_proves_nothing_arms_the_job_but_leaves_it_pending(
    kind: SignalKind,
) -> None:
    story = job(every=60, grace=30).hear(signal(kind, 5))

    assert story.status == "pending"
    assert story.due == 65
    assert story.look(95 - TICK).status == "pending"
    assert story.look(95).status == "late"


def test_a_job_that_began_and_never_succeeded_goes_late_and_down_from_pending() -> None:
    story = job(every=60, grace=30).log(0).look(DAY)

    assert story.steps == [(90, "late"), (120, "down")]


def test_a_first_failure_takes_a_pending_job_down() -> None:
    story = job().fail(5)

    assert story.steps == [(5, "down")]
    assert story.due == 65


def test_a_tolerated_first_failure_arms_a_job_that_stays_pending() -> None:
    story = job(tolerance=1).fail(5)

    assert story.status == "pending"
    assert story.due == 65
    assert story.job.state.last_failure_at is not None
    assert story.job.state.last_success_at is None


def test_later_signals_that_prove_nothing_do_not_arm_a_job_anew() -> None:
    story = job().log(0).log(20).progress(40, 10)

    assert story.due == 60
