"""Ends that never reached us, copies of ends, and signals of a disabled job."""

from __future__ import annotations

from cronbeats.domain.signal import SignalKind
from cronbeats.domain.state_machine import on_signal
from cronbeats.domain.transition import Change
from tests.domain.build import DAY, HOUR, job, signal


def test_a_run_whose_end_was_lost_long_ago_does_not_turn_a_missed_slot_into_an_overrun() -> None:
    story = job(every=HOUR, grace=600).start(0, "lost").start(3600, "b").success(3700, "b")
    story.look(DAY)

    assert story.reasons[1:] == ["missed", "missed"]
    assert story.outcomes == ["running", "success", "missed"]


def test_the_failure_of_another_run_shows_as_well_that_the_older_end_was_lost() -> None:
    story = job(every=HOUR, grace=600, tolerance=1).start(0, "lost").fail(3600, "b").look(9000)

    assert story.reasons == ["missed", "missed"]
    assert story.outcomes == ["running", "failed", "missed"]


def test_a_run_that_began_after_the_last_end_is_the_one_that_hangs() -> None:
    story = job(every=HOUR, grace=600).start(0, "lost").success(10, "b").start(3600, "c").look(DAY)

    assert story.reasons[1:] == ["overran", "overran"]
    assert story.outcomes == ["running", "success", "overran"]


def test_missed_slots_of_a_job_that_is_down_are_counted_beside_a_lost_end() -> None:
    story = job(every=HOUR, grace=600).start(0, "lost").success(10, "b").look(10 + 3 * HOUR + 900)

    assert story.incidents[-1].missed_runs == 3
    assert story.outcomes == ["running", "success", "missed"]


def test_an_unobserved_slot_is_kept_beside_a_lost_end() -> None:
    story = job(every=HOUR, grace=600).start(0, "lost").success(10, "b").blind(3500, 3700)

    assert story.look(4300).outcomes == ["running", "success", "unobserved"]


def test_a_job_that_is_well_shows_no_run_that_overran() -> None:
    overran = job(every=HOUR, max_runtime=60).ping(0).start(100, "a").look(160)
    shown_while_down = overran.job.state.current_run
    story = overran.success(200, "b")

    assert shown_while_down == story.runs[1]
    assert story.job.state.current_run is None
    assert [run.outcome for run in story.job.state.open_runs] == ["overran"]


def test_a_job_that_is_well_shows_its_newest_run_that_is_going() -> None:
    story = job(every=HOUR).ping(0).start(100, "a").start(200, "b")

    assert story.job.state.current_run == story.runs[2]


def test_a_late_job_shows_the_run_that_it_waits_for() -> None:
    story = job(every=HOUR, grace=600).ping(0).start(3600).look(4200)

    assert story.status == "late"
    assert story.job.state.current_run == story.runs[1]


def test_the_copy_of_an_end_pushes_no_slot_that_counts_from_a_start() -> None:
    story = job(every=HOUR, grace=600).ping(0).start(3600).success(3700).success(3701)

    assert story.due == 7200
    assert story.outcomes == ["success", "success"]


def test_the_copy_of_a_failed_end_pushes_no_slot_that_counts_from_a_start() -> None:
    assert job(every=HOUR, tolerance=2).start(0).fail(100).fail(110).due == HOUR


def test_the_copy_of_an_end_pushes_no_slot_that_counts_from_the_start_with_a_limit_either() -> None:
    story = job(every=HOUR, max_runtime=600).ping(0).start(3600).success(3700).success(3701)

    assert story.due == 7200


def test_the_copy_of_a_plain_ping_pushes_the_slot() -> None:
    assert job(every=HOUR).ping(0).ping(10).due == HOUR + 10


def test_the_copy_of_a_success_without_a_start_pushes_the_slot() -> None:
    assert job(every=HOUR).success(0).success(10).due == HOUR + 10


def test_a_disabled_job_takes_no_signal_of_any_kind() -> None:
    paused = job(every=HOUR).ping(0).pause(10).job

    for kind in SignalKind:
        assert on_signal(paused, signal(kind, 20)) == Change(paused)
