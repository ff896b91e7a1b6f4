"""Failed runs: down at once, or after more than are tolerated; up after enough successes."""

from __future__ import annotations

from tests.domain.build import DAY, at, job


def test_a_failed_run_takes_a_job_down_at_once() -> None:
    story = job().ping(0).fail(30)

    assert story.steps[-1] == (30, "down")
    assert story.reasons[-1] == "failed"
    assert story.outcomes == ["success", "failed"]
    assert story.incidents[0].missed_runs == 0


def test_more_failures_of_a_job_that_is_down_open_no_second_incident() -> None:
    story = job().ping(0).fail(30).fail(60).fail(90)

    assert story.steps == [(0, "healthy"), (30, "down")]
    assert len(story.incidents) == 1
    assert story.outcomes == ["success", "failed", "failed", "failed"]


def test_a_failed_run_answers_its_slot() -> None:
    story = job(every=60, tolerance=1).ping(0).fail(50)

    assert story.status == "healthy"
    assert story.due == 110


def test_as_many_failures_as_are_tolerated_leave_a_job_healthy() -> None:
    story = job(tolerance=2).ping(0).fail(60).fail(120)

    assert story.status == "healthy"
    assert story.fail(180).steps[-1] == (180, "down")


def test_a_success_forgets_the_failures_before_it() -> None:
    story = job(tolerance=1).ping(0).fail(60).ping(120).fail(180)

    assert story.status == "healthy"


def test_a_missed_run_counts_as_bad_together_with_failures() -> None:
    story = job(every=60, grace=10, tolerance=1).ping(0).fail(60).look(DAY)

    assert story.steps == [(0, "healthy"), (130, "late"), (140, "down")]
    assert story.reasons[-1] == "missed"


def test_tolerated_missed_runs_leave_a_job_late_not_down() -> None:
    story = job(every=60, grace=10, tolerance=2).ping(0)

    assert story.look(199).steps == [(0, "healthy"), (70, "late")]
    assert story.outcomes == ["success", "missed", "missed"]
    assert story.look(200).steps[-1] == (200, "down")
    assert story.incidents[0].missed_runs == 3


def test_a_tolerated_missed_run_shows_as_late_when_no_time_lies_between_late_and_down() -> None:
    story = job(every=60, grace=10, down_after=0, tolerance=1).ping(0).look(DAY)

    assert story.steps == [(0, "healthy"), (70, "late"), (130, "down")]


def test_a_tolerated_failure_leaves_a_late_job_late() -> None:
    story = job(every=60, grace=10, tolerance=1).ping(0).fail(75)

    assert story.steps == [(0, "healthy"), (70, "late")]
    assert story.due == 135


def test_a_run_that_overran_and_then_failed_is_one_bad_run_not_two() -> None:
    story = job(every=3600, max_runtime=60, tolerance=1).ping(0).start(100).fail(200)

    assert story.outcomes == ["success", "overran"]
    assert story.status == "healthy"
    assert story.fail(300).status == "down"


def test_a_hanging_run_that_lost_its_slot_and_then_failed_is_one_bad_run_not_two() -> None:
    story = job(every=60, grace=10, tolerance=1).ping(0).start(60).fail(85)

    assert story.outcomes == ["success", "overran"]
    assert story.status == "late"


def test_one_success_recovers_a_job_by_default() -> None:
    story = job().ping(0).fail(30).ping(60)

    assert story.steps[-1] == (60, "healthy")
    assert story.incidents[0].ended_at == at(60)


def test_a_job_recovers_only_after_enough_successes_in_a_row() -> None:
    story = job(recovery=3).ping(0).fail(30).ping(60).ping(120)

    assert story.status == "down"
    assert story.ping(180).steps[-1] == (180, "healthy")


def test_a_failure_between_starts_the_count_of_successes_anew() -> None:
    story = job(recovery=2).ping(0).fail(30).ping(60).fail(90).ping(120)

    assert story.status == "down"
    assert story.ping(180).status == "healthy"


def test_a_missed_slot_between_starts_the_count_of_successes_anew() -> None:
    story = job(every=60, grace=10, recovery=2).ping(0).fail(30).ping(60).ping(141)

    assert story.status == "down"
    assert story.ping(200).status == "healthy"


def test_the_recovery_threshold_concerns_only_jobs_that_were_down() -> None:
    story = job(every=60, grace=10, recovery=3).ping(0).ping(75)

    assert story.steps == [(0, "healthy"), (70, "late"), (75, "healthy")]


def test_a_recovered_job_tolerates_as_much_as_before() -> None:
    story = job(tolerance=1).ping(0).fail(60).fail(120).ping(180).fail(240)

    assert story.status == "healthy"
    assert story.fail(300).status == "down"
    assert [incident.number for incident in story.incidents] == [1, 2]
