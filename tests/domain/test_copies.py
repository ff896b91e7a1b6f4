"""A second copy of a signal does no harm, and a rapid job's true signals are no copies."""

from __future__ import annotations

from tests.domain.build import HOUR, at, job


def test_a_failure_sent_twice_is_one_failure() -> None:
    story = job(every=HOUR, tolerance=1).ping(0).fail(100).fail(100.25)

    assert story.status == "healthy"
    assert story.outcomes == ["success", "failed"]
    assert story.fail(200).status == "down"


def test_a_success_sent_twice_counts_once_towards_recovery() -> None:
    story = job(every=HOUR, recovery=2).ping(0).fail(100).success(200).success(201)

    assert story.status == "down"
    assert story.success(300).status == "healthy"


def test_a_ping_sent_twice_is_one_run() -> None:
    story = job(every=HOUR).ping(0).ping(15)

    assert story.outcomes == ["success"]


def test_a_ping_later_than_a_copy_can_come_is_another_run() -> None:
    story = job(every=HOUR).ping(0).ping(15.5)

    assert story.outcomes == ["success", "success"]


def test_a_success_under_another_run_id_is_no_copy() -> None:
    story = job(every=HOUR, recovery=2).fail(0).success(20, "a").success(21, "b")

    assert story.status == "healthy"


def test_a_second_start_within_15_seconds_is_the_same_start() -> None:
    story = job(every=HOUR, max_runtime=100).ping(0).start(20).start(35)

    assert story.outcomes == ["success", "running"]
    assert story.runs[-1].started_at == at(20)
    assert story.look(120).reasons[-1] == "overran"


def test_a_second_start_after_15_seconds_is_another_run() -> None:
    story = job(every=HOUR, max_runtime=100).ping(0).start(20).start(35.5)

    assert story.outcomes == ["success", "abandoned", "running"]


def test_a_second_start_of_the_same_run_id_is_the_same_start() -> None:
    story = job(every=HOUR).ping(0).start(20, "a").start(25, "a").success(80, "a")

    assert story.outcomes == ["success", "success"]
    assert story.runs[-1].duration_ms == 60_000


def test_a_start_sent_again_after_another_run_began_is_still_a_copy() -> None:
    story = job(every=HOUR).start(0).start(3, "b").start(5)

    assert story.outcomes == ["running", "running"]


def test_a_start_right_after_a_run_ended_is_another_run() -> None:
    story = job(every=HOUR, max_runtime=100, tolerance=1).ping(0).start(50).fail(53).start(58)

    assert story.outcomes == ["success", "failed", "running"]
    assert story.look(158).reasons[-1] == "overran"


def test_an_end_sent_twice_closes_no_second_run() -> None:
    story = job(every=HOUR).start(0, "a").start(20).success(50).success(50.5)

    assert story.outcomes == ["running", "success"]


def test_a_copy_of_a_cron_jobs_ping_skips_no_slot() -> None:
    story = job(cron="* * * * *", grace=10).ping(0).ping(40).ping(47)

    assert story.due == 60
    assert story.look(70).status == "late"


def test_a_job_pinging_far_more_often_than_expected_is_never_late() -> None:
    story = job(every=60, grace=0, down_after=0)
    for second in range(0, 600, 10):
        story.ping(second)

    assert story.steps == [(0, "healthy")]
    assert story.due == 650


def test_the_last_copy_moves_the_next_slot() -> None:
    story = job(every=60, grace=0).ping(0).ping(10)

    assert story.due == 70


def test_the_last_copy_of_a_start_moves_the_next_slot_where_a_start_answers_it() -> None:
    assert job(every=60, max_runtime=30).ping(0).start(20).start(30).due == 90
    assert job(every=60).ping(0).start(20).start(30).due == 60


def test_every_ping_of_a_job_with_an_interval_of_a_second_counts() -> None:
    story = job(every=1, grace=1, recovery=5).ping(0).fail(1)
    for second in range(2, 6):
        story.ping(second)

    assert story.status == "down"
    assert story.ping(6).status == "healthy"
    assert story.outcomes == ["success", "failed", *["success"] * 5]


def test_the_runs_of_a_job_that_starts_every_few_seconds_are_all_kept() -> None:
    story = job(every=4, grace=4, max_runtime=4)
    for second in range(0, 40, 4):
        story.start(second).success(second + 2)

    assert story.outcomes == ["success"] * 10
    assert {run.duration_ms for run in story.runs} == {2000}


def test_a_copy_still_tells_that_the_job_was_heard() -> None:
    story = job(every=HOUR).ping(0).ping(5)

    assert story.job.state.last_signal_at == at(5)


def test_progress_and_logs_are_taken_every_time() -> None:
    story = job(every=HOUR).progress(0, 10).progress(1, 20)

    assert story.runs[0].progress == 20


def test_a_failure_after_a_resume_is_no_copy_of_one_before_the_pause() -> None:
    story = job(every=HOUR).ping(0).fail(100).pause(103).resume(105).fail(108)

    assert story.status == "down"
