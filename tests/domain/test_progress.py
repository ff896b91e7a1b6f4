"""Progress and log tell of a run, and decide nothing."""

from __future__ import annotations

from tests.domain.build import HOUR, job


def test_progress_changes_no_status_and_moves_no_deadline() -> None:
    story = job(every=60, grace=30).ping(0).start(10)
    deadline = story.job.deadline_at
    story.progress(50, 80)

    assert story.status == "healthy"
    assert story.job.deadline_at == deadline


def test_a_job_that_only_makes_progress_is_found_late() -> None:
    story = job(every=60, grace=30).ping(0)
    for second in range(10, 200, 10):
        story.progress(second, second // 2)

    assert story.steps[1:] == [(90, "late"), (120, "down")]


def test_progress_moves_the_deadline_of_no_run() -> None:
    story = job(every=HOUR, max_runtime=100).start(0).progress(90, 80).look(100)

    assert story.steps == [(100, "down")]


def test_progress_does_not_answer_a_slot_even_with_a_longest_run_time() -> None:
    story = job(every=60, grace=30, max_runtime=500).ping(0).progress(60, 1).look(120)

    assert story.steps[1:] == [(90, "late"), (120, "down")]


def test_progress_does_not_heal_a_late_job() -> None:
    story = job(every=60, grace=30).ping(0).progress(100, 50)

    assert story.status == "late"


def test_progress_without_an_open_run_opens_one() -> None:
    story = job(every=HOUR).ping(0).progress(20, 40, "copying")
    (run,) = story.job.state.open_runs

    assert (run.progress, run.message, run.outcome.value) == (40, "copying", "running")
    assert story.success(50).runs[-1].duration_ms == 30_000


def test_progress_of_a_run_id_belongs_to_that_run() -> None:
    story = job(every=HOUR).start(0, "a").start(1, "b").progress(10, 70, run_id="a")

    assert [run.progress for run in story.runs] == [70, None]


def test_progress_of_an_unknown_run_id_opens_that_run() -> None:
    story = job(every=HOUR).start(0, "a").progress(10, 70, run_id="b")

    assert [run.run_id for run in story.runs] == ["a", "b"]


def test_progress_with_only_a_message_clears_the_percentage() -> None:
    story = job(every=HOUR).start(0).progress(10, 40, "copying").progress(20, None, "cleaning up")
    (run,) = story.runs

    assert (run.progress, run.message) == (None, "cleaning up")


def test_progress_without_a_message_keeps_the_last_message() -> None:
    story = job(every=HOUR).start(0).progress(10, 40, "copying").progress(20, 60)
    (run,) = story.runs

    assert (run.progress, run.message) == (60, "copying")


def test_a_log_opens_no_run_and_changes_no_status() -> None:
    story = job(every=60, grace=30).ping(0).log(100)

    assert story.status == "late"
    assert story.outcomes == ["success"]
    assert story.due == 60


def test_a_start_after_progress_is_a_new_run_not_a_copy() -> None:
    story = job(cron="0 * * * *", max_runtime=600).ping(0).progress(3590, 1).start(3600)

    assert story.outcomes == ["success", "abandoned", "running"]
    assert story.due == 2 * HOUR


def test_a_start_after_progress_is_no_copy_of_a_start_long_before() -> None:
    story = job(every=HOUR).start(0).success(60).progress(3000, 1).start(3005)

    assert story.outcomes == ["success", "abandoned", "running"]
