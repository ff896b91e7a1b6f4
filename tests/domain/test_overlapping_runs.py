"""Several runs at once: by their run ids, or the newest."""

from __future__ import annotations

from tests.domain.build import DAY, HOUR, at, job


def test_runs_with_ids_are_timed_each_on_its_own() -> None:
    story = job(every=HOUR).start(0, "a").start(10, "b").success(30, "a").success(90, "b")

    assert [run.duration_ms for run in story.runs] == [30_000, 80_000]


def test_an_end_without_an_id_closes_the_newest_open_run() -> None:
    story = job(every=HOUR).start(0, "a").start(20, "b").success(50)

    assert story.outcomes == ["running", "success"]
    assert story.job.state.open_runs == (story.runs[0],)


def test_an_end_of_an_unknown_run_id_is_a_run_of_its_own() -> None:
    story = job(every=HOUR).start(0).success(50, "x")

    assert story.outcomes == ["running", "success"]
    assert story.runs[1].started_at is None


def test_a_start_without_an_id_abandons_the_open_run_without_an_id() -> None:
    story = job(every=HOUR).start(0).start(16)

    assert story.outcomes == ["abandoned", "running"]
    assert story.runs[0].ended_at == at(16)


def test_a_start_without_an_id_leaves_runs_with_ids_alone() -> None:
    story = job(every=HOUR).start(0, "a").start(20)

    assert story.outcomes == ["running", "running"]


def test_a_start_without_an_id_right_after_one_with_an_id_is_a_run_of_its_own() -> None:
    story = job(every=HOUR).start(0, "a").start(5)

    assert story.outcomes == ["running", "running"]


def test_a_start_with_the_id_of_an_old_open_run_replaces_that_run() -> None:
    story = job(every=HOUR).start(0, "nightly").start(HOUR, "nightly")

    assert story.outcomes == ["abandoned", "running"]


def test_a_job_that_hangs_daily_under_one_and_the_same_run_id_is_not_forgotten() -> None:
    story = job(every=DAY, grace=600, max_runtime=HOUR, tolerance=1).ping(0)
    story.start(DAY, "nightly").start(2 * DAY, "nightly").look(2 * DAY + HOUR)

    assert story.steps[1:] == [(2 * DAY + HOUR, "down")]
    assert story.reasons[-1] == "overran"


def test_each_overlapping_run_has_its_own_time() -> None:
    story = job(every=HOUR, max_runtime=100).ping(0).start(0, "a").start(50, "b")
    story.success(90, "b").look(100)

    assert story.steps == [(0, "healthy"), (100, "down")]
    assert story.outcomes == ["success", "overran", "success"]


def test_the_end_of_an_older_run_takes_no_slot_back_that_a_later_start_has_answered() -> None:
    story = job(every=60, grace=30, max_runtime=300).ping(0)
    story.start(60, "a").start(120, "b").success(140, "a")

    assert story.due == 180
    assert story.look(209).steps == [(0, "healthy")]


def test_a_long_older_run_passes_over_no_slot_that_a_later_start_awaits() -> None:
    story = job(every=60, grace=10, max_runtime=300).ping(0)
    story.start(60, "a").start(120, "b").success(150, "a")

    assert story.due == 180


def test_the_end_of_an_older_run_takes_no_slot_back_that_a_later_run_has_answered() -> None:
    story = job(every=HOUR, grace=600).ping(0)
    story.start(3000, "a").start(5400, "b").success(5500, "b").success(6000, "a")

    assert story.due == 5400 + HOUR


def test_the_failure_of_an_older_run_takes_no_slot_back_either() -> None:
    story = job(every=HOUR, grace=600, tolerance=1).ping(0)
    story.start(3000, "a").start(5400, "b").success(5500, "b").fail(6000, "a")

    assert story.due == 5400 + HOUR


def test_the_end_of_an_older_run_takes_no_slot_back_that_a_failure_has_answered() -> None:
    story = job(every=HOUR, grace=600, tolerance=1).ping(0)
    story.start(3000, "a").start(5400, "b").fail(5500, "b").success(6000, "a")

    assert story.due == 5400 + HOUR


def test_the_end_of_an_older_cron_run_takes_no_slot_back() -> None:
    story = job(cron="0 * * * *", grace=HOUR, max_runtime=3 * HOUR).ping(0)
    story.start(HOUR, "a").start(2 * HOUR, "b").success(2 * HOUR + 1800, "a")

    assert story.due == 3 * HOUR


def test_run_numbers_count_up() -> None:
    story = job(every=60, grace=10).start(0, "a").start(1, "b").ping(2).fail(3, "x").look(500)

    assert [run.number for run in story.runs] == list(range(1, len(story.runs) + 1))


def test_starts_whose_ends_are_lost_do_not_pile_up_without_end() -> None:
    story = job(every=DAY)
    for number in range(60):
        story.start(number * 20, f"run-{number}")

    assert len(story.job.state.open_runs) == 50
    assert story.outcomes == ["abandoned"] * 10 + ["running"] * 50
